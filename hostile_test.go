package pack_test

import (
	"fmt"
	"io/fs"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
)

// A hostileCase is a pack.yaml or a component that has to be refused.
type hostileCase struct {
	name string
	file string // "" means pack.yaml
	text string
	code pack.Code
	says string // part of the error
}

// check loads and validates the pack and checks that it is refused for the
// reason given.
func (c *hostileCase) check(t *testing.T) {
	t.Helper()
	file := c.file
	if file == "" {
		file = "pack.yaml"
	}
	files := map[string]string{"pack.yaml": minimal, "actions/run.sh": ""}
	files[file] = c.text
	fsys := mapFS(files)
	p, err := pack.Load(fsys, nil)
	if err == nil {
		err = append(p.Findings, pack.Validate(fsys, p, nil)...).Err()
	}
	if got := pack.CodeOf(err); got != c.code {
		t.Fatalf("got %v with code %q, want %q", err, got, c.code)
	}
	for _, want := range []string{file, c.says} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }) {
		t.Errorf("control characters in %q", err)
	}
}

func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 x\n")
	for i := 1; i <= 9; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	return b.String()
}

// mergeBomb doubles with every level, by merge keys alone.
func mergeBomb() string {
	var b strings.Builder
	b.WriteString("m0: &m0 {a0: 1}\n")
	for i := 1; i <= 20; i++ {
		fmt.Fprintf(&b, "m%d: &m%d {x%d: {<<: *m%d}, y%d: {<<: *m%d}}\n", i, i, i, i-1, i, i-1)
	}
	return b.String()
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "key%d: 1\n", i)
	}
	return b.String()
}

// lfsPointer is what Git LFS leaves in place of a file.
var lfsPointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0a", 32) + "\nsize 9\n"

func hostileCases() map[string][]hostileCase {
	const (
		invalid = pack.CodeInvalidManifest
		limit   = pack.CodeLimitExceeded
		badRef  = pack.CodeInvalidRef
		badVer  = pack.CodeInvalidVersion
		comp    = "actions/a.yaml"
	)
	withRef := func(ref string) string { return "ref: " + ref + "\nversion: 1.0.0\n" }
	withVersion := func(v string) string { return "ref: demo\nversion: " + v + "\n" }
	dependency := func(d string) string { return minimal + "dependencies: [" + d + "]\n" }
	return map[string][]hostileCase{
		"H16": {
			{"pack.yaml", "", lfsPointer, invalid, "Git LFS"},
			{"component", comp, lfsPointer, invalid, "Git LFS"},
		},
		"E01": {
			{"bomb in pack.yaml", "", minimal + bomb(), invalid, "yaml.alias"},
			{"bomb in a component", comp, action + bomb(), limit, "number of values"},
			{"merge bomb", comp, action + mergeBomb(), limit, "number of values"},
			{"anchor in itself", comp, action + "a: &a [*a]\n", invalid, "yaml.alias"},
		},
		"E02": {
			{"anchor", "", minimal + "meta: &a {}\n", invalid, "pack.yaml:5"},
			{"alias", "", minimal + "meta: &a {}\nconfig: *a\n", invalid, "pack.yaml:5"},
			{"merge key", "", minimal + "meta: {<<: {a: b}}\n", invalid, "pack.yaml:5"},
			{"101 aliases", comp, action + "x: &a 1\ny: [" + strings.Repeat("*a,", 100) + "*a]\n", limit, "number of aliases is 101"},
		},
		"E03": {
			{"10,000 brackets", "", minimal + "meta: " + strings.Repeat("[", 9999) + strings.Repeat("]", 9999), limit, "nesting depth"},
			{"20,000 open brackets", "", minimal + "meta: " + strings.Repeat("[", 20_000), limit, "nesting depth"},
			{"a million brackets", "", strings.Repeat("[", 1_000_000), limit, "file size"},
			{"a million brackets in a component", comp, strings.Repeat("[", 1_000_000), limit, "number of values"},
			{"deep blocks", comp, deepBlocks(1400), limit, "nesting depth"},
		},
		"E04": {
			{"50,000 keys", "", manyKeys(50_000), limit, "file size"},
			{"50,000 keys in a component", comp, manyKeys(50_000), limit, "number of keys in one mapping is 50000, at most 2000"},
		},
		"E05": {
			{"twice", "", minimal + "ref: other\n", invalid, "already at line 1"},
			{"nested", "", minimal + "meta:\n  a: 1\n  a: 2\n", invalid, "already at line 6"},
			{"quoted and plain", "", minimal + "\"ref\": other\n", invalid, "already at line 1"},
			{"in a component", comp, action + "parameters:\nparameters: {}\n", invalid, "already at line 4"},
		},
		"E06": {
			{"Ref", "", "Ref: demo\nversion: 1.0.0\n", invalid, `write "ref"`},
			{"vErsion", "", minimal + "vErsion: 2.0.0\n", invalid, `write "version"`},
			{"Enabled", comp, action + "Enabled: false\n", invalid, `write "enabled"`},
		},
		"E07": {
			{"second document", "", minimal + "---\nref: b\n", invalid, "second document"},
			{"garbage", "", minimal + "...\ngarbage: [\n", invalid, "pack.yaml:6"},
			{"empty", "", "", invalid, "no content"},
			{"comments", "", "# ref: demo\n", invalid, "no content"},
			{"null", "", "null\n", invalid, "no content"},
			{"list", "", "- ref: demo\n", invalid, "want a mapping"},
			{"scalar", "", "demo\n", invalid, "want a mapping"},
		},
		"E08": {
			{"UTF-16", "", "\xff\xfer\x00e\x00f\x00", invalid, "UTF-8"},
			{"Latin-1", "", "ref: demo\nauthor: Jos\xe9\n", invalid, "pack.yaml:2"},
			{"NUL", "", "ref: de\x00mo\n", invalid, "U+0000"},
			{"tab as indentation", "", minimal + "meta:\n\ta: 1\n", invalid, "pack.yaml:6"},
		},
		"E09": {
			{"binary", "", "ref: !!binary ZGVtbw==\nversion: 1.0.0\n", invalid, "yaml.tag"},
			{"python", "", minimal + "meta: !!python/object:os.system {}\n", invalid, "yaml.tag"},
			{"custom", "", minimal + "meta: !x {}\n", invalid, "yaml.tag"},
			{"float", "", "ref: !!float demo\nversion: 1.0.0\n", invalid, "yaml.tag"},
		},
		"E10": {
			{"1.10", "", withVersion("1.10"), badVer, `"1.10": want three numbers such as "1.2.3"; write 1.10.0`},
			{"010", "", withVersion("010"), badVer, `"010"`},
			{"1e3", "", withVersion("1e3"), badVer, `"1e3"`},
			{"date", "", withVersion("2024-01-02"), badVer, `"2024-01-02"`},
			{"bool", "", withVersion("true"), badVer, `"true"`},
			{"null", "", withVersion("null"), badVer, "version is missing"},
			{"list", "", withVersion("[1, 2, 3]"), badVer, "version is a list"},
			{"v1.2.3", "", withVersion("v1.2.3"), badVer, "write 1.2.3"},
			{"1.2", "", withVersion("'1.2'"), badVer, "write 1.2.0"},
			{"four parts", "", withVersion("0.1.2.0"), badVer, "write 0.1.2"},
			{"300 digits", "", withVersion(strings.Repeat("9", 300) + ".0.0"), badVer, "has 304 bytes"},
			{"leading zero", "", withVersion("1.2.3-01"), badVer, "1.2.3-01"},
			{"space", "", withVersion("' 1.2.3'"), badVer, "write 1.2.3"},
		},
		"E11": {
			{"20 MiB scalar", "", minimal + "author: " + strings.Repeat("x", 20<<20) + "\n", limit, "file size in bytes is 262145, at most 262144"},
			{"5 MiB description", comp, action + "description: " + strings.Repeat("x", 5<<20) + "\n", limit, "at most 1048576"},
		},
		"E12": {
			{"empty", "", withRef("''"), badRef, "empty"},
			{"two dots", "", withRef("'..'"), badRef, `".."`},
			{"one dot", "", withRef("'.'"), badRef, `"."`},
			{"slash", "", withRef("a/b"), badRef, `"a/b"`},
			{"climbing", "", withRef("../a"), badRef, `"../a"`},
			{"capital", "", withRef("A"), badRef, `"A"`},
			{"space", "", withRef("a b"), badRef, `"a b"`},
			{"dash", "", withRef("-a"), badRef, `"-a"`},
			{"device", "", withRef("con"), badRef, "device"},
			{"port number 0", "", withRef("com0"), badRef, "device"},
			{"long", "", withRef(strings.Repeat("a", 300)), badRef, "300 bytes"},
			{"line break", "", withRef(`"slack\n"`), badRef, `slack\n`},
			{"look-alike", "", withRef("sl\u0430ck"), badRef, "want a lower-case letter"},
		},
		"E17": {
			{"=>", "", dependency("'core@=>1'"), badVer, `write ">=1" instead`},
			{">=a", "", dependency("'core@>=a'"), badVer, "manifest.invalid_dependency"},
			{"empty", "", dependency("'core@'"), badVer, "the constraint is empty"},
			{"long", "", dependency("'core@" + strings.Repeat(">=1 ", 1000) + "'"), badVer, "at most 256"},
		},
		"E20": {
			{"absolute", comp, "ref: a\nentry_point: /bin/sh\n", invalid, "absolute"},
			{"drive", comp, "ref: a\nentry_point: C:/x\n", invalid, "absolute"},
			{"climbing", comp, "ref: a\nentry_point: ../../x\n", invalid, "leads out"},
			{"directory", comp, "ref: a\nentry_point: ../actions\n", invalid, "not a regular file"},
			{"missing", comp, "ref: a\nentry_point: x.sh\n", invalid, "no such file"},
			{"wrong case", comp, "ref: a\nentry_point: RUN.sh\n", invalid, "no such file"},
			{"command", comp, "ref: a\nentry_point: 'run.sh; id'\n", invalid, "character"},
			{"substitution", comp, "ref: a\nentry_point: $(id).sh\n", invalid, "character"},
			{"line break", comp, "ref: a\nentry_point: \"run.sh\\nid\"\n", invalid, "control character"},
			{"NUL", comp, "ref: a\nentry_point: \"run.sh\\0\"\n", invalid, "control character"},
			{"backslash", comp, "ref: a\nentry_point: '..\\..\\x'\n", invalid, "character"},
		},
		"E21": {
			{"workflow", comp, "ref: a\nworkflow_file: ../../x.yaml\n", invalid, "leads out"},
			{"test", "", minimal + "testing: {runners: {a: {entry_point: ../x}}}\n", invalid, "leads out"},
			{"test requirements", "", minimal + "testing: {runners: {a: {requirements: /etc/passwd}}}\n", invalid, "absolute"},
			{"test directory", "", minimal + "testing: {discovery: {path: a/../../b}}\n", invalid, "leads out"},
			{"results", "", minimal + "testing: {result_path: ../../x}\n", invalid, "leads out"},
		},
		"E22": {
			{"another pack", comp, "ref: other.a\nentry_point: run.sh\n", badRef, `belongs to pack "other"`},
			{"core", comp, "ref: core.http_request\nentry_point: run.sh\n", badRef, `belongs to pack "core"`},
			{"two dots", comp, "ref: demo.a.b\nentry_point: run.sh\n", badRef, `"demo.a.b"`},
			{"capital", comp, "ref: demo.A\nentry_point: run.sh\n", badRef, `"demo.A"`},
		},
		"E27": hostileRuntimes(),
		"E28": {
			{"long label", "", minimal + "meta: " + strings.Repeat("x", 1<<20), limit, "file size"},
			{"raw escape", "", minimal + "author: \x1b[31m\n", invalid, "U+001B"},
			{"quoted escape", "", withRef(`"\e[31m"`), badRef, `\x1b`},
			{"escape in a key", "", minimal + "\"A\\eUTHOR\": x\nversion: 1\n", invalid, "already"},
		},
		"E29": {
			{"1e400", comp, action + "timeout: 1e400\n", invalid, "timeout is a string; want a number"},
			{"negative", comp, action + "timeout: -1\n", invalid, "timeout is -1"},
			{"NaN", comp, action + "timeout: .nan\n", invalid, "not a finite number"},
			{"word", comp, action + "timeout: 1y\n", invalid, "timeout is a string"},
			{"centuries", comp, action + "timeout: 99999999999999\n", invalid, "want seconds"},
			{"test timeout", "", minimal + "testing: {runners: {a: {timeout: -5}}}\n", invalid, "timeout is -5"},
		},
		"N19": {
			{"slash after a file", comp, "ref: a\nentry_point: run.sh/\n", invalid, "names a directory"},
			{"slash and dot after a file", comp, "ref: a\nentry_point: run.sh/.\n", invalid, "names a directory"},
			{"slash after a sensor", "sensors/s.yaml", "ref: a\nrunner_type: shell\nentry_point: ../actions/run.sh/\n", invalid, "names a directory"},
			{"slash after a workflow", comp, "ref: a\nworkflow_file: run.sh/\n", invalid, "names a directory"},
			{"slash after a test", "", minimal + "testing: {runners: {a: {entry_point: actions/run.sh/}}}\n", invalid, "names a directory"},
		},
	}
}

func deepBlocks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for id, cases := range hostileCases() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.check(t)
				})
			}
		})
	}
	t.Run("E23", testDuplicateRefs)
	t.Run("N19/options", testScriptsThatLookLikeOptions)
	t.Run("E24", testManyComponents)
	t.Run("E26", testWrongDefaults)
	t.Run("A23", testStrangeManifests)
	t.Run("A24", testAmbiguousRoots)
}

func testDuplicateRefs(t *testing.T) {
	t.Parallel()
	for _, second := range []string{"actions/b.yaml", "rules/b.yaml"} {
		files := map[string]string{"pack.yaml": minimal, "actions/a.yaml": action, second: "ref: a\nentry_point: run.sh\naction_ref: a\ntrigger_ref: x.y\n"}
		p, err := pack.Load(mapFS(files), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Findings.Err(); err == nil || !strings.Contains(err.Error(), second+":1") || !strings.Contains(err.Error(), "actions/a.yaml") {
			t.Errorf("got %v", err)
		}
	}
}

func testManyComponents(t *testing.T) {
	t.Parallel()
	files := map[string]string{"pack.yaml": minimal, "actions/run.sh": ""}
	for i := range 20_000 {
		files[fmt.Sprintf("triggers/t%d.yaml", i)] = "x"
	}
	p, err := pack.Load(mapFS(files), &pack.LoadOptions{Limits: pack.Limits{Components: 500}})
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(p.Findings, func(f pack.Finding) bool { return f.Code == "component.limit" }); i < 0 {
		t.Error("no limit was passed")
	} else if limit := p.Findings[i].Err; pack.CodeOf(limit) != pack.CodeLimitExceeded {
		t.Errorf("got %v", limit)
	}
	files = map[string]string{"pack.yaml": minimal, "actions/run.sh": ""}
	for i := range 500 {
		files[fmt.Sprintf("actions/a%d.yaml", i)] = fmt.Sprintf("ref: a%d\nentry_point: run.sh\n", i)
	}
	files["actions/a77.yaml"] = "ref: [\n"
	p, err = pack.Load(mapFS(files), nil)
	if err != nil || len(p.Components) != 499 || len(p.Findings) != 1 || p.Findings[0].File != "actions/a77.yaml" {
		t.Errorf("got %v, %d components, %v", err, len(p.Components), p.Findings)
	}
}

func testStrangeManifests(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{fs.ModeDir, fs.ModeSymlink, fs.ModeNamedPipe} {
		fsys := fstest.MapFS{"pack.yaml": {Data: []byte("x"), Mode: mode}}
		p, err := pack.Load(fsys, nil)
		if pack.CodeOf(err) != pack.CodeForbiddenEntry || p.Findings[0].Code != "manifest.not_regular" {
			t.Errorf("%v: got %v", mode, err)
		}
	}
}

func testAmbiguousRoots(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]string{
		"two":         {"pack.yaml", "pack/pack.yaml"},
		"other case":  {"PACK.YAML"},
		"too deep":    {"a/b/pack.yaml"},
		"two tops":    {"a/pack.yaml", "b/pack.yaml"},
		"none":        {"README.md"},
		"none at all": {},
	} {
		fsys := fstest.MapFS{}
		for _, f := range files {
			fsys[f] = &fstest.MapFile{}
		}
		_, err := pack.Root(fsys)
		if pack.CodeOf(err) != pack.CodeInvalidManifest {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		for _, f := range files {
			if f != "README.md" && !strings.Contains(err.Error(), f) {
				t.Errorf("%s: %v does not list %s", name, err, f)
			}
		}
	}
}

// TestManyFindingsAreBounded checks that an error is reported however many warnings
// there are before it.
func TestManyFindingsAreBounded(t *testing.T) {
	t.Parallel()
	manifest := minimal + "runtime_deps: [" + strings.Repeat("x,", 20_000) + "]\ntesting: []\n"
	p, err := pack.Load(mapFS(map[string]string{"pack.yaml": manifest}), nil)
	if err != nil || len(p.Findings) > 6000 || len(p.Findings.Errors()) != 1 {
		t.Errorf("got %v, %d findings, %v", err, len(p.Findings), p.Findings.Errors())
	}
}

// TestHostileIsBounded checks time and memory for the costliest documents.
func TestHostileIsBounded(t *testing.T) { //nolint:paralleltest // it measures memory
	const (
		megabyte = 1 << 20
		maxHeap  = 64 * megabyte
		maxTime  = 20 * time.Second // on an idle machine it is far below one
	)
	full := megabyte - 1
	for name, text := range map[string]string{
		"bomb":      action + bomb(),
		"keys":      manyKeys(50_000),
		"list":      strings.Repeat("- a\n", 99_000),
		"pairs":     "[" + strings.Repeat("{a: b},", 33_000) + "]",
		"flow":      "[" + strings.Repeat("a,", full/2-1) + "]",
		"brackets":  strings.Repeat("[", 99_000),
		"scalar":    "a: " + strings.Repeat("x", full-3),
		"late flaw": strings.Repeat("# comment\n", full/10-1) + "a: [\n",
		"anchors":   strings.Repeat("- &a a\n", 99_000),
		"quotes":    strings.Repeat("'a\n", full/3),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		p, err := pack.Load(mapFS(map[string]string{"pack.yaml": minimal, "actions/a.yaml": text}), nil)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if err != nil || p == nil {
			t.Errorf("%s: %v", name, err)
		}
		if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > maxHeap || took > maxTime {
			t.Errorf("%s: took %v and %d MiB", name, took, grown/megabyte)
		}
		t.Logf("%s: %v, %d MiB allocated", name, took.Round(time.Millisecond), int64(math.Round(float64(after.TotalAlloc-before.TotalAlloc)/megabyte)))
	}
}
