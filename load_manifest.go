package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"time"

	"github.com/packtrain/pack/internal/text/nearest"
	"github.com/packtrain/pack/internal/text/schema"
	"github.com/packtrain/pack/internal/text/yaml"
)

// loadManifest reads pack.yaml. Its faults become findings; an error comes from
// the file system.
func (l *loader) loadManifest() error {
	l.pack.Manifest = emptyManifest()
	info, err := fs.Lstat(l.fsys, ManifestFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.pack.Findings.report(manifestMissing, ManifestFile, 0, fmt.Errorf("there is no %s%s", ManifestFile, nearMisses(l.fsys)))
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		err := Errorf(CodeForbiddenEntry, "pack.yaml is %s; want a regular file", typeName(info.Mode().Type()))
		l.pack.Findings.report(manifestNotRegular, ManifestFile, 0, err)
		return nil
	}
	node, err := l.readYAML(ManifestFile, l.limits.yaml(l.limits.ManifestSize, 0))
	if err == nil && node != nil {
		l.pack.noteLines(ManifestFile, node)
		l.readManifest(&section{node: node, file: ManifestFile, findings: &l.pack.Findings, codes: manifestCodes})
	}
	return err
}

// emptyManifest returns a Manifest whose lists and maps are not nil.
func emptyManifest() Manifest {
	return Manifest{
		Enabled: true, Tags: []string{},
		ConfSchema: map[string]any{}, Config: map[string]any{}, Meta: map[string]any{}, Extra: map[string]any{},
		Dependencies: []Dependency{}, URLDependencies: []string{}, RuntimeDeps: []RuntimeDep{},
	}
}

func (l *loader) readManifest(s *section) {
	m := &l.pack.Manifest
	m.Extra = s.unknownKeys()
	m.Ref = l.manifestRef(s)
	m.Version = s.version()
	l.readDescription(m, s)
	if !l.compat() { // there it would list packages of the operating system
		m.System = s.flag("system", false)
	}
	m.Enabled = s.flag("enabled", true)
	m.Tags = s.legacy("tags", "keywords").texts("tags")
	described := s.legacy("conf_schema", "config_schema")
	m.ConfSchema = described.object("conf_schema")
	m.Config = s.object("config")
	described.checkSchema("conf_schema")
	l.compileSchema(described, m.ConfSchema)
	s.reportSchema(schema.CheckValues("config", s.get("config"), described.get("conf_schema")))
	m.Meta = s.legacy("meta", "metadata").object("meta")
	s.readDependencies(m, l.compat())
	m.RuntimeDeps = s.runtimeDeps()
	m.Testing = s.testing()
	s.checkPythonVersions()
}

// compileSchema reports a conf_schema that is not JSON Schema, to the host that can tell.
func (l *loader) compileSchema(s *section, confSchema map[string]any) {
	if l.schemas == nil || len(confSchema) == 0 {
		return
	}
	standard, err := exactSchema(confSchema)
	if err == nil {
		_, err = l.schemas.CompileSchema(standard)
	}
	if err != nil {
		l.pack.Findings.report(schemaInvalid, s.file, s.line("conf_schema"), Errorf(CodeInvalidSchema, "conf_schema is not JSON Schema: %w", err))
	}
}

// knownKeys are the keys of a pack.yaml that mean something to us.
var knownKeys = []string{
	"ref", "name", "label", "description", "version", "author", "email", "license", "homepage", "system", "enabled",
	"conf_schema", "config_schema", "config", "meta", "metadata", "tags", "keywords", "runtime_deps", "dependencies",
	"testing",
}

// unknownKeys reports the keys that are not known and returns their values.
func (s *section) unknownKeys() map[string]any {
	extra := map[string]any{}
	for _, f := range s.checkKeys(knownKeys) {
		extra[f.Key.Text] = f.Value.Value()
		if f.Key.Text != "is_standard" { // known, but of no use here
			s.report(manifestUnknownKey, f.Key.Line, "key %.64q is not known; it is kept but has no effect%s", f.Key.Text, nearest.Hint(f.Key.Text, knownKeys))
		}
	}
	return extra
}

// manifestRef returns the pack's ref, "" when it has no valid one. In
// compatibility mode the name stands in for it.
func (l *loader) manifestRef(s *section) Ref {
	key := "ref"
	if l.compat() && s.get("ref") == nil {
		key = "name"
	}
	n := s.get(key)
	if n == nil {
		s.report(manifestNoRef, s.line("ref"), "ref is missing; write the name of the pack, such as %q", "ref: my_pack")
		return ""
	}
	if n.Kind != yaml.String {
		s.findings.report(manifestInvalidRef, s.file, n.Line, Errorf(CodeInvalidRef, "%s is %v; want a string", key, n.Kind))
		return ""
	}
	ref, err := ParseRef(n.Text)
	if err != nil {
		s.findings.report(manifestInvalidRef, s.file, n.Line, err)
	}
	return ref
}

// version returns the pack's version, the zero Version when it has no valid
// one.
func (s *section) version() Version {
	n := s.get("version")
	if n == nil {
		s.findings.report(manifestNoVersion, s.file, s.line("version"),
			Errorf(CodeInvalidVersion, "version is missing; write %q", "version: 1.0.0"))
		return Version{}
	}
	if n.Kind == yaml.Mapping || n.Kind == yaml.Sequence {
		s.findings.report(manifestInvalidVersion, s.file, n.Line,
			Errorf(CodeInvalidVersion, "version is %v; write %q", n.Kind, "version: 1.0.0"))
		return Version{}
	}
	v, err := ParseVersion(n.Text)
	if err != nil {
		s.findings.report(manifestInvalidVersion, s.file, n.Line, err)
	}
	return v
}

// readDescription reads what describes the pack to people.
func (l *loader) readDescription(m *Manifest, s *section) {
	m.Label = l.label(s)
	if s.node.Field("description") == nil {
		s.report(manifestNoDescription, s.node.Line, "description is missing")
	}
	for _, key := range []string{"description", "author", "email"} {
		if f := s.node.Field(key); f != nil && f.Value.Kind == yaml.Null {
			s.report(manifestNull, f.Key.Line, "%s is null; write a text, or leave the key out", key)
		}
	}
	m.Description, m.Author, m.Email = s.str("description"), s.str("author"), s.str("email")
	m.License, m.Homepage = s.str("license"), s.str("homepage")
}

// label returns the pack's label. In native shape `name` is its legacy name; in
// StackStorm shape that is the pack's own name, and stands in only.
func (l *loader) label(s *section) string {
	if !l.compat() {
		s = s.legacy("label", "name")
	}
	if label := s.str("label"); label != "" || s.get("label") != nil {
		return label
	}
	s.report(manifestNoLabel, s.node.Line, "label is missing; write a name for people")
	return s.str("name")
}

// legacy returns s with the entry of a legacy key under its current one, and
// reports when both are there with different values.
func (s *section) legacy(key, legacy string) *section {
	current, old := s.get(key), s.node.Field(legacy)
	switch {
	case old == nil || old.Value.Kind == yaml.Null:
		return s
	case current == nil:
		renamed := *old
		renamed.Key = &yaml.Node{Kind: yaml.String, Text: key, Line: old.Key.Line}
		return s.at(&yaml.Node{Kind: yaml.Mapping, Line: s.node.Line, Fields: []yaml.Field{renamed}})
	case !reflect.DeepEqual(current.Value(), old.Value.Value()):
		s.report(manifestLegacyConflict, old.Key.Line, "%s is the legacy name of %s, which has another value at line %d; remove %[1]s", legacy, key, current.Line)
	}
	return s
}

// checkPythonVersions warns of a pack for Python 2, which says so with
// `python_versions`.
func (s *section) checkPythonVersions() {
	n := s.get("python_versions")
	if n == nil || n.Kind != yaml.Sequence || len(n.Items) == 0 {
		return
	}
	for _, item := range n.Items {
		if item.Text != "2" && !strings.HasPrefix(item.Text, "2.") {
			return
		}
	}
	s.report(manifestPython2, n.Line, "python_versions names Python 2 only, for which no environment can be built")
}

// defaultTestTimeout is how long a test runner may take unless it says more.
const defaultTestTimeout = 5 * time.Minute

// testing reads `testing`, nil when the pack declares no tests.
func (s *section) testing() *Testing {
	sub := s.sub("testing")
	if sub == nil {
		return nil
	}
	format := sub.resultFormat("simple")
	return &Testing{
		Enabled:      sub.flag("enabled", true),
		Runners:      sub.testRunners(format),
		Discovery:    sub.testDiscovery(),
		ResultFormat: format,
		ResultPath:   sub.path("result_path"),
		MinPassRate:  sub.passRate(),
		OnFailure:    sub.oneOf("on_failure", "block", "block", "warn", "ignore"),
	}
}

func (s *section) resultFormat(absent string) string {
	return s.oneOf("result_format", absent, "simple", "junit-xml", "tap", "json")
}

func (s *section) testRunners(format string) []TestRunner {
	runners := []TestRunner{}
	sub := s.sub("runners")
	if sub == nil {
		return runners
	}
	for _, f := range sub.node.Fields {
		if f.Value.Kind != yaml.Mapping {
			s.wrongType(fmt.Sprintf("test runner %.64q", f.Key.Text), f.Value, "a mapping")
			continue
		}
		runner := s.at(f.Value).testRunner(format)
		runner.Name = f.Key.Text
		runners = append(runners, runner)
	}
	return runners
}

func (s *section) testRunner(format string) TestRunner {
	entryPoint, word := s.path, s.str("type")
	if typ, _ := suiteType(word); typ == suiteScript { // others take directories, too
		entryPoint = func(key string) string { return s.fileIn(key, ".") }
	}
	return TestRunner{
		Type:         word,
		EntryPoint:   entryPoint("entry_point"),
		Timeout:      s.seconds("timeout", defaultTestTimeout),
		ResultFormat: s.resultFormat(format),
		Requirements: s.fileIn("requirements", "."),
	}
}

func (s *section) testDiscovery() TestDiscovery {
	sub := s.sub("discovery")
	if sub == nil {
		return TestDiscovery{Tests: []TestCase{}}
	}
	return TestDiscovery{
		Method:  sub.str("method"),
		Path:    sub.path("path"),
		Command: sub.str("command"),
		Tests:   sub.testCases(),
	}
}

func (s *section) testCases() []TestCase {
	cases := []TestCase{}
	for _, item := range s.items("tests") {
		if item.Kind != yaml.Mapping {
			s.wrongType("a test", item, "a mapping")
			continue
		}
		c := s.at(item)
		cases = append(cases, TestCase{
			Name: c.str("name"), Runner: c.str("runner"), Command: c.str("command"),
			Timeout: c.seconds("timeout", defaultTestTimeout),
		})
	}
	return cases
}

func (s *section) passRate() float64 {
	rate := s.number("min_pass_rate", 1)
	if rate < 0 || rate > 1 {
		s.report(s.codes.invalidValue, s.line("min_pass_rate"), "min_pass_rate is %v; want a number from 0 to 1", rate)
		return 1
	}
	return rate
}

// readDependencies reads `dependencies`, which is a list of packs, or a map
// with `packs` and the versions of platform and runtimes.
func (s *section) readDependencies(m *Manifest, compat bool) {
	n := s.get("dependencies")
	if n == nil {
		return
	}
	if n.Kind != yaml.Mapping {
		m.Dependencies, m.URLDependencies = s.dependencyList("dependencies", m.Ref, compat)
		return
	}
	sub := s.at(n)
	m.PlatformVersion = sub.platformVersion()
	m.PythonVersion = sub.text("python_version")
	m.NodeVersion = sub.text("nodejs_version")
	m.Dependencies, m.URLDependencies = sub.dependencyList("packs", m.Ref, compat)
	for _, f := range n.Fields {
		switch f.Key.Text {
		case "attune_version", "python_version", "nodejs_version", "packs":
		default:
			s.report(manifestUnknownKey, f.Key.Line, "key %.64q of dependencies is not known; it has no effect", f.Key.Text)
		}
	}
}

// platformVersion reads `attune_version`.
func (s *section) platformVersion() Constraint {
	const key = "attune_version"
	c, err := ParseConstraint(s.text(key))
	if err != nil {
		s.findings.report(manifestPlatform, s.file, s.line(key), fmt.Errorf("%s: %w", key, err))
	}
	s.checkConstraint(key, s.line(key), c)
	return c
}

func (s *section) dependencyList(key string, own Ref, compat bool) (list []Dependency, urls []string) {
	list, urls = []Dependency{}, []string{}
	for _, item := range s.items(key) {
		if item.Kind != yaml.String {
			s.wrongType("a dependency", item, "a string such as \"core\" or \"core@^1.2\"")
			continue
		}
		if strings.ContainsAny(item.Text, "/\\:") {
			s.report(manifestDependencyURL, item.Line, "dependency %.128q is a URL or a path, which is met only by a host that follows URLs; write the pack's ref", item.Text)
			urls = appendNew(urls, item.Text)
			continue
		}
		d, err := parseDependency(item.Text, compat)
		if err != nil {
			s.findings.report(manifestDependency, s.file, item.Line, fmt.Errorf("dependency %.128q: %w", item.Text, err))
			continue
		}
		if d.Ref == own {
			err := Errorf(CodeDependencyCycle, "dependency %.128q is the pack itself; remove it", item.Text)
			s.findings.report(manifestSelfDependency, s.file, item.Line, err)
		}
		s.checkConstraint(fmt.Sprintf("dependency %.128q", item.Text), item.Line, d.Constraint)
		list = append(list, d)
	}
	return list, urls
}

// runtimeDeps reads `runtime_deps`. Which runtimes these are is known once the pack's own
// were read.
func (s *section) runtimeDeps() []RuntimeDep {
	deps := []RuntimeDep{}
	for _, text := range s.texts("runtime_deps") {
		deps = append(deps, builtIn().runtimeDep(text))
	}
	return deps
}

// findRuntimeDeps finds the runtimes of `runtime_deps`, and reports unknown ones.
func (l *loader) findRuntimeDeps() {
	table := l.pack.table()
	words := table.words(func(r *Runtime) []string { return r.Words })
	for i := range l.pack.Manifest.RuntimeDeps {
		d := &l.pack.Manifest.RuntimeDeps[i]
		r, known := table.ofWord(d.Name)
		if d.Runtime = r.Name; !known {
			err := fmt.Errorf("runtime_deps: %.64q is not a known runtime; it is not provided%s", d.Name, nearest.Hint(d.Name, words))
			l.pack.Findings.report(manifestUnknownRuntime, ManifestFile, l.pack.lineOf(ManifestFile, "runtime_deps"), err)
		}
	}
}

// checkConstraint reports a constraint that no version can satisfy.
func (s *section) checkConstraint(what string, line int, c Constraint) {
	if c.Empty() {
		s.report(manifestEmptyRange, line, "%s: %.64q allows no version; write alternatives with %q between", what, c, "||")
	}
}
