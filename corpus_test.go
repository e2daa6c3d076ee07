package pack_test

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// corpusDir returns the directory of real packs that PACK_CORPUS names.
func corpusDir(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("PACK_CORPUS")
	if dir == "" {
		tb.Skip("PACK_CORPUS does not name the corpus of real packs")
	}
	return dir
}

func readCorpusJSON(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpusDir(t), name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// A corpusPack is an entry of the corpus's MANIFEST.json.
type corpusPack struct {
	Dir            string
	SubsetChecksum string `json:"subset_checksum"`
	EffectiveRef   string `json:"effective_ref"`
	Version        string
	Components     map[pack.Kind]int
	// Findings are those of another program, on the whole upstream tree.
	Findings []struct{ Code, Path, Detail string } `json:"findings_whole_tree"`
}

func corpusPacks(t *testing.T) []corpusPack {
	t.Helper()
	var manifest struct{ Packs []corpusPack }
	readCorpusJSON(t, "MANIFEST.json", &manifest)
	if len(manifest.Packs) == 0 {
		t.Fatal("the corpus lists no packs")
	}
	return manifest.Packs
}

// loadableDirs of the corpus hold packs that load, with the shape they have.
var loadableDirs = map[string]pack.Shape{
	"attune":              pack.ShapeNative,
	"attune-upstream":     pack.ShapeNative,
	"stackstorm-exchange": pack.ShapeStackStorm,
	"third-party":         pack.ShapeStackStorm,
	"stackstorm-core":     pack.ShapeStackStorm,
}

func TestCorpusPacks(t *testing.T) {
	t.Parallel()
	root := corpusDir(t)
	for _, want := range corpusPacks(t) {
		shape, ok := loadableDirs[path.Dir(want.Dir)]
		if !ok {
			continue
		}
		t.Run(want.Dir, func(t *testing.T) {
			t.Parallel()
			fsys := os.DirFS(filepath.Join(root, want.Dir))
			p, err := pack.Load(fsys, &pack.LoadOptions{Shape: shape})
			if err != nil {
				t.Fatal(err)
			}
			if id := p.Manifest.ID().String(); id != want.EffectiveRef+"@"+want.Version {
				t.Errorf("got %s, want %s@%s", id, want.EffectiveRef, want.Version)
			}
			if diff := cmp.Diff(want.Components, p.Count()); diff != "" {
				t.Errorf("components (-want +got):\n%s", diff)
			}
			got := ourFindings(slices.Concat(p.Findings, pack.Validate(fsys, p, nil)))
			if diff := cmp.Diff(want.expected(t, shape), got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// ourCodes maps the codes of the corpus to ours. Those mapped to "" are not
// expected, for the reason given.
var ourCodes = map[string]string{
	"E_COMPONENT_NO_REF":     "component.no_ref",
	"E_DUP_COMPONENT":        "component.duplicate_ref",
	"E_YAML_DUPKEY":          "yaml.duplicate_key",
	"W_NO_LABEL":             "manifest.no_label",
	"W_PYTHON2_ONLY":         "manifest.python2_only",
	"W_UNKNOWN_MANIFEST_KEY": "manifest.unknown_key",
	"W_REQ_UNPINNED":         "requirements.unpinned",
	"W_REQ_VCS":              "requirements.vcs",
	"W_ST2_RULE_WITH_REF":    "rule.has_ref",
	"W_NESTED_PACK_YAML":     "tree.nested_pack",
	"W_SUBMODULE":            "tree.submodule",

	"I_RULE_ST2_SHAPE":         "rule.stackstorm_shape",
	"I_SENSOR_INLINE_TRIGGERS": "sensor.inline_triggers",

	"E_MANIFEST_NO_REF":     "", // only in native shape, and all these packs have the other
	"E_SYMLINK":             "", // the corpus holds no links
	"E_ENTRY_POINT_MISSING": "", // the corpus holds no scripts
}

// informative codes of the corpus say what kinds of names and runners a pack
// has, which we take as they are.
var informative = regexp.MustCompile(`^I_(RUNNER_.*|DOT|UPPER|HYPHEN|NO_ENTRY_POINT|PERMSET_REF_UNQUALIFIED)$`)

// expected returns how often each of our codes should be found in which file.
// If the corpus only gives a number or a directory, the file is left out.
func (p *corpusPack) expected(t *testing.T, shape pack.Shape) map[string]int {
	t.Helper()
	want := map[string]int{}
	for _, f := range p.Findings {
		code, ok := ourCodes[f.Code]
		n := 1
		switch {
		case !ok && !informative.MatchString(f.Code):
			t.Errorf("code %s of the corpus is not mapped", f.Code)
		case code == "", f.Code == "E_COMPONENT_NO_REF" && shape == pack.ShapeStackStorm:
			continue
		case f.Code[0] == 'I':
			n = atoi(t, f.Detail)
		case f.Code == "E_COMPONENT_NO_REF":
			number, _, _ := strings.Cut(f.Detail, " ")
			n = atoi(t, number)
		}
		want[findingKey(code, f.Path)] += n
	}
	return want
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ourFindings counts findings, without those that the other program does not
// know or that stem from files which the corpus leaves out.
func ourFindings(findings pack.Findings) map[string]int {
	got := map[string]int{}
	for _, f := range findings {
		switch f.Code {
		case "manifest.unknown_runtime", "schema.default", "schema.secret_value", "runtime.absolute_program":
		case "action.entry_point_missing", "action.workflow_missing", "sensor.entry_point_missing", "manifest.tests_missing":
		default:
			got[findingKey(string(f.Code), f.File)]++
		}
	}
	return got
}

func findingKey(code, file string) string {
	switch code {
	case "component.no_ref", "component.duplicate_ref", "rule.stackstorm_shape", "sensor.inline_triggers", "tree.submodule":
		return code
	}
	return code + " in " + file
}
