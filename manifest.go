package pack

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/packtrain/pack/internal/text/nearest"
)

// A Manifest is the content of a pack.yaml, with legacy keys under their current
// names.
type Manifest struct {
	Ref         Ref      `json:"ref"`
	Version     Version  `json:"version"`
	Label       string   `json:"label"`
	Description string   `json:"description"`
	Author      string   `json:"author"`
	Email       string   `json:"email"`
	License     string   `json:"license"`
	Homepage    string   `json:"homepage"`
	System      bool     `json:"system"`
	Enabled     bool     `json:"enabled"` // true unless the pack says otherwise
	Tags        []string `json:"tags"`

	// ConfSchema describes the pack's configuration, as JSON Schema or as a
	// flat map of specs; Config holds its defaults.
	ConfSchema map[string]any `json:"conf_schema"`
	Config     map[string]any `json:"config"`
	Meta       map[string]any `json:"meta"`

	// Dependencies are the packs this one needs.
	Dependencies []Dependency `json:"dependencies"`
	// URLDependencies are the places of other packs that it needs, as written. Refs are
	// not part of them: a host that follows them finds out which packs these are, and
	// its records have those among Dependencies.
	URLDependencies []string `json:"url_dependencies"`
	// PlatformVersion limits the versions of the platform that this pack suits:
	// `attune_version` of the dependencies' map form. The zero value means any.
	PlatformVersion Constraint `json:"platform_version"`
	// PythonVersion and NodeVersion are the version ranges of the dependencies' map
	// form, as written; "" when there is none.
	PythonVersion string `json:"python_version"`
	NodeVersion   string `json:"nodejs_version"`
	// RuntimeDeps are the programs this pack needs.
	RuntimeDeps []RuntimeDep `json:"runtime_deps"`

	// Testing says how the pack is tested; nil when it declares no tests.
	Testing *Testing `json:"testing"`
	// Extra holds the values of keys that are not known.
	Extra map[string]any `json:"extra"`
}

// ID returns the pack's ref and version.
func (m *Manifest) ID() ID { return ID{Ref: m.Ref, Version: m.Version} }

// Testing is the `testing` section of a pack.yaml.
type Testing struct {
	Enabled bool `json:"enabled"`
	// Runners in the order of the file.
	Runners []TestRunner `json:"runners"`
	// Discovery says how tests are found when no runner lists them.
	Discovery TestDiscovery `json:"discovery"`
	// ResultFormat is simple, junit-xml, tap or json; ResultPath the file, or the
	// directory of the files, that the results are written to, "" for standard output.
	ResultFormat string  `json:"result_format"`
	ResultPath   string  `json:"result_path"`
	MinPassRate  float64 `json:"min_pass_rate"` // 0 to 1; 1 unless the pack says otherwise
	OnFailure    string  `json:"on_failure"`    // block (the default), warn or ignore
}

// A TestRunner is one entry of testing.runners.
type TestRunner struct {
	Name         string   `json:"name"`
	Type         string   `json:"type"` // script, unittest, pytest, jest, node-test
	EntryPoint   string   `json:"entry_point"`
	Timeout      Duration `json:"timeout_ms"` // 5 minutes unless the pack says otherwise
	ResultFormat string   `json:"result_format"`
	Requirements string   `json:"requirements"`
}

// TestDiscovery is the `discovery` entry of a `testing` section.
type TestDiscovery struct {
	Method  string     `json:"method"` // directory, manifest or executable
	Path    string     `json:"path"`
	Command string     `json:"command"`
	Tests   []TestCase `json:"tests"`
}

// A TestCase is one test that a manifest lists by itself.
type TestCase struct {
	Name    string   `json:"name"`
	Runner  string   `json:"runner"`
	Command string   `json:"command"`
	Timeout Duration `json:"timeout_ms"`
}

// The types of suites that discovery finds.
const (
	suiteScript   = "script"
	suiteUnittest = "unittest"
)

// A Suite is one run of tests: what one test runner starts.
type Suite struct {
	Name string
	// Type is "script", one of [Runtime.TestRunners], or an unsupported type as written.
	Type string
	// Runner is the runner type of a script, as in [ReadScript].
	Runner string
	// Entry is a file of the pack, or a directory unless the suite is a script. Like
	// everything in a manifest it is untrusted: it may lead out of the pack.
	Entry string
	Args  []string
	// Format is the format of the results, and ResultPath where they are written, as
	// in [Testing].
	Format, ResultPath string
	// Timeout is 0 when nothing is said about it.
	Timeout time.Duration
}

// Suites returns the suites of a pack, whose files are fsys: those that its
// runners name; without any, those that are discovered. It ignores whether tests
// are enabled.
func (t *Testing) Suites(fsys fs.FS) []Suite {
	var suites []Suite
	for _, r := range t.Runners {
		s := Suite{Name: r.Name, Entry: r.EntryPoint, Timeout: time.Duration(r.Timeout), Format: r.ResultFormat, ResultPath: t.ResultPath}
		s.Type, s.Runner = suiteType(r.Type)
		suites = append(suites, s)
	}
	if len(suites) > 0 {
		return suites
	}
	d := t.Discovery
	switch d.Method {
	case "", "directory":
		return discoverDirectory(fsys, d.Path)
	case "manifest":
		return listedSuites(d.Tests)
	case "executable":
		return []Suite{commandSuite("executable", d.Command)}
	}
	return []Suite{{Name: "discovery", Type: d.Method}}
}

// suiteType returns the type of a suite for the word that names its runner, and
// the runner type of its script. A runner type stands for a script of that
// runtime; no word leaves it to the script what starts it.
func suiteType(word string) (typ, runner string) {
	if word == "" || strings.EqualFold(word, suiteScript) {
		return suiteScript, ""
	}
	if _, ok := RuntimeOfTestRunner(word); ok {
		return strings.ToLower(word), ""
	}
	if _, ok := builtIn().ofRunner(word); ok {
		return suiteScript, word
	}
	return word, ""
}

// Err says that the suite's type is not supported, and which type may have been
// meant; it is nil for a supported type.
func (s *Suite) Err() error {
	if _, ok := RuntimeOfTestRunner(s.Type); ok || s.Type == suiteScript {
		return nil
	}
	return Errorf(CodeInvalidManifest, "test runner %.64q is not supported; skip the tests to register the pack%s",
		s.Type, nearest.Hint(s.Type, append(builtIn().runnerTypes(), suiteTypes()...)))
}

// suiteTypes returns the types of suites that can be run.
func suiteTypes() []string {
	types := []string{suiteScript}
	for _, r := range runtimes() {
		types = append(types, r.TestRunners...)
	}
	return types
}

// discoverDirectory returns one suite for all test*.py of a directory, and one
// for each script in it whose name says that it is a test.
func discoverDirectory(fsys fs.FS, dir string) []Suite {
	if dir == "" {
		dir = "tests"
	}
	entries, err := fs.ReadDir(fsys, path.Clean(dir))
	if err != nil {
		return nil
	}
	var suites []Suite
	python := false
	for _, e := range entries {
		name := e.Name()
		stem, isScript := strings.CutSuffix(name, ".sh")
		switch {
		case !e.Type().IsRegular():
		case strings.HasPrefix(name, "test") && strings.HasSuffix(name, ".py"):
			python = true
		case isScript && (strings.HasPrefix(stem, "test") || strings.HasSuffix(stem, "_test") || stem == "run_tests"):
			suites = append(suites, Suite{Name: stem, Type: suiteScript, Entry: path.Join(dir, name)})
		}
	}
	if python {
		suites = append(suites, Suite{Name: "python", Type: suiteUnittest, Entry: path.Clean(dir)})
	}
	return suites
}

// listedSuites returns the suites that the manifest lists one by one.
func listedSuites(tests []TestCase) []Suite {
	var suites []Suite
	for _, t := range tests {
		s := commandSuite(t.Name, t.Command)
		s.Type, s.Runner = suiteType(t.Runner)
		s.Timeout = time.Duration(t.Timeout)
		suites = append(suites, s)
	}
	return suites
}

// commandSuite runs a file of the pack with arguments. No shell reads the
// command: words are separated by blanks, and that is all.
func commandSuite(name, command string) Suite {
	s := Suite{Name: name, Type: suiteScript}
	if words := strings.Fields(command); len(words) > 0 {
		s.Entry, s.Args = path.Clean(words[0]), words[1:]
	}
	return s
}

// A Duration is a [time.Duration] that is a whole number of milliseconds in
// JSON, as in all reports of this module. Fractions of a millisecond are lost
// there, but a positive duration never becomes 0.
type Duration time.Duration

// MarshalJSON writes the milliseconds, rounded up.
func (d Duration) MarshalJSON() ([]byte, error) {
	ms := time.Duration(d) / time.Millisecond
	if time.Duration(d)%time.Millisecond > 0 {
		ms++
	}
	return json.Marshal(int64(ms))
}

// UnmarshalJSON reads milliseconds. A number that is not whole, or longer than a
// [time.Duration] can be, is an error.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var ms int64
	if err := json.Unmarshal(data, &ms); err != nil {
		return fmt.Errorf("read milliseconds: %w", err)
	}
	v := time.Duration(ms) * time.Millisecond
	if v/time.Millisecond != time.Duration(ms) {
		return Errorf(CodeMalformedContent, "read milliseconds: %d are too many", ms)
	}
	*d = Duration(v)
	return nil
}

// String is that of [time.Duration], such as "1m30s".
func (d Duration) String() string { return time.Duration(d).String() }
