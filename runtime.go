package pack

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/nearest"
	"github.com/packtrain/pack/internal/text/npm"
	"github.com/packtrain/pack/internal/text/pep508"
)

// A RuntimeName names a row of the table of runtimes; "" stands for none.
type RuntimeName string

// The runtimes that are built in.
const (
	RuntimePython RuntimeName = "python"
	RuntimeNode   RuntimeName = "nodejs"
	RuntimeShell  RuntimeName = "shell"
	RuntimeNative RuntimeName = "native"
)

// A Runtime describes one way to run scripts. Validation, builds, tests and
// execution all use the same rows. Words, types, names and extensions are matched
// case-insensitively: `Python` is `python`.
type Runtime struct {
	Name RuntimeName `json:"name"`
	// Title is the name for people, such as "Node.js".
	Title string `json:"title"`
	// Words name the runtime in `runtime_deps`.
	Words []string `json:"words"`
	// RunnerTypes name it in `runner_type`; StackStormTypes are those that only
	// packs of StackStorm shape should write.
	RunnerTypes     []string `json:"runner_types"`
	StackStormTypes []string `json:"stackstorm_types,omitempty"`
	// TestRunners are the types of test runners that belong to it.
	TestRunners []string `json:"test_runners,omitempty"`
	// Programs are its interpreters in the first lines of scripts, without a
	// version: "python" stands for python3.11 too.
	Programs []string `json:"programs"`
	// Extensions, with the dot, of its scripts.
	Extensions []string `json:"extensions"`
	// Manifest is the file that lists a pack's packages, relative to the pack;
	// Locks are the files beside it that pin them. "" and nil for none.
	Manifest string   `json:"manifest,omitempty"`
	Locks    []string `json:"locks,omitempty"`
	// RangeExample is a version range as the runtime's own tools write it; ""
	// for a runtime without environments.
	RangeExample string `json:"range_example,omitempty"`
	// Link is the name, beside an installed pack, of the link to the pack's
	// environment; "" for a runtime that has no environments.
	Link string `json:"link,omitempty"`
	// Described is what a description says of a runtime that is not built in; nil for those
	// that are.
	Described *RuntimeDescription `json:"described,omitempty"`
}

// HasEnvironments reports whether scripts of r run in an environment that is
// built for their pack.
func (r *Runtime) HasEnvironments() bool { return r.Link != "" }

// A RuntimeDescription says how a runtime that is not built in is found, run, and
// given environments, as the files runtimes/*.yaml of packs say it. Its commands are
// code of its author.
//
// In words of commands, and in values of variables, {env_dir} is the environment,
// {pack_dir} the pack (while the environment is built, a copy of its manifest and of the
// files beside it that have the same name with another ending), {interpreter} the
// program that runs scripts, and {manifest_path} the manifest.
type RuntimeDescription struct {
	// Ref is that of the description, such as "core.ruby".
	Ref ComponentRef `json:"ref"`
	// Pack is the pack that describes the runtime for itself; "" if the host does.
	Pack Ref `json:"pack,omitempty"`
	// Minimum is the lowest version that suits, "" for any.
	Minimum string `json:"minimum,omitempty"`
	// Versions are the ways to run it in order of preference, at least one.
	Versions []RuntimeVersion `json:"versions"`
}

// A RuntimeVersion is one way to run a described runtime.
type RuntimeVersion struct {
	Version string `json:"version,omitempty"` // as the description names it; "" if it does not
	// Checks find it: the first program that passes one is its interpreter.
	Checks []RuntimeCheck `json:"checks"`
	// Args are arguments of the interpreter, before the script.
	Args []string `json:"args,omitempty"`
	// Layout is the shape of the environment, as the description calls it: `gem_home`, for
	// example.
	Layout string `json:"layout,omitempty"`
	// Create makes an empty environment, and Install installs in it what the manifest lists;
	// each is a program with its arguments, or nil for nothing to do.
	Create  []string `json:"create,omitempty"`
	Install []string `json:"install,omitempty"`
	// Interpreter is the program in the environment that runs scripts; "" for the one
	// that the checks find.
	Interpreter string            `json:"interpreter,omitempty"`
	Variables   []RuntimeVariable `json:"variables,omitempty"`
}

// A RuntimeCheck asks a program, by name, for its version.
type RuntimeCheck struct {
	Program  string   `json:"program"`
	Args     []string `json:"args,omitempty"`
	ExitCode int      `json:"exit_code,omitempty"`
	// Pattern is a regular expression that its output has to match, "" for any output. The
	// version is the number in which the match ends.
	Pattern string `json:"pattern,omitempty"`
}

// A RuntimeVariable changes a variable of the programs that run in an environment.
type RuntimeVariable struct {
	Name string `json:"name"`
	// Operation is what is done with the value that the variable has: set, prepend or
	// append, the last two with Separator between.
	Operation string `json:"operation"`
	Value     string `json:"value"`
	Separator string `json:"separator,omitempty"`
}

// runtimes returns the table of runtimes that are built in. The result belongs to the caller.
func runtimes() []Runtime {
	return []Runtime{
		{
			Name: RuntimePython, Title: "Python",
			Words:           []string{"python", "python3"},
			RunnerTypes:     []string{"python", "python3"},
			StackStormTypes: []string{"python-script", "run-python"},
			TestRunners:     []string{"unittest", "pytest"},
			Programs:        []string{"python"}, Extensions: []string{".py"},
			Manifest: pep508.RequirementsFile, RangeExample: ">=3.8,<4", Link: "venv",
		},
		{
			Name: RuntimeNode, Title: "Node.js",
			Words:       []string{"nodejs", "node", "node.js"},
			RunnerTypes: []string{"nodejs", "node", "node.js", "javascript"},
			TestRunners: []string{"jest", "node-test"},
			Programs:    []string{"node", "nodejs"}, Extensions: []string{".js", ".cjs", ".mjs"},
			Manifest: npm.ManifestFile, Locks: []string{npm.LockFile, npm.ShrinkwrapFile}, RangeExample: ">=18 <23", Link: "node_modules",
		},
		{
			Name: RuntimeShell, Title: "Shell",
			Words:           []string{"shell", "bash", "sh"},
			RunnerTypes:     []string{"shell", "bash", "sh"},
			StackStormTypes: []string{"local-shell-script"},
			Programs:        []string{"sh", "bash"}, Extensions: []string{".sh", ".bash"},
		},
		{
			Name: RuntimeNative, Title: "Native",
			Words:       []string{"native"},
			RunnerTypes: []string{"native"},
		},
	}
}

// RuntimeByName returns the runtime of that name; false when none is built in.
func RuntimeByName(name RuntimeName) (Runtime, bool) { return builtIn().byName(name) }

// RuntimeOfTestRunner returns the runtime of a test runner such as "unittest";
// false when it is not known.
func RuntimeOfTestRunner(typ string) (Runtime, bool) {
	return builtIn().find(func(r *Runtime) bool { return containsFold(r.TestRunners, typ) })
}

// A runtimeTable is the runtimes that are known; of two with one word, the first counts.
type runtimeTable []Runtime

func builtIn() runtimeTable { return runtimes() }

// tableOf returns the runtimes that environments are of, and those that are built in.
func tableOf(envs []Environment) runtimeTable {
	table := runtimes()
	for i := range envs {
		if d := envs[i].Described; d != nil {
			table = append(table, *d)
		}
	}
	return table
}

func (t runtimeTable) byName(name RuntimeName) (Runtime, bool) {
	return t.find(func(r *Runtime) bool { return r.Name == name })
}

// ofWord returns the runtime that a word of `runtime_deps`, without a
// version range, stands for; false when it is not known.
func (t runtimeTable) ofWord(word string) (Runtime, bool) {
	return t.find(func(r *Runtime) bool { return containsFold(r.Words, word) })
}

// ofRunner returns the runtime that a `runner_type`, of either shape,
// stands for; false when it is not known, or is one of the platform's own.
func (t runtimeTable) ofRunner(runner string) (Runtime, bool) {
	return t.find(func(r *Runtime) bool {
		return containsFold(r.RunnerTypes, runner) || containsFold(r.StackStormTypes, runner)
	})
}

// ofProgram returns the runtime of an interpreter, given by its path or
// name, with or without a version suffix; false if it is not known.
func (t runtimeTable) ofProgram(program string) (Runtime, bool) {
	name := path.Base(program)
	if unversioned := strings.TrimRight(name, "0123456789."); unversioned != "" {
		name = unversioned
	}
	return t.find(func(r *Runtime) bool { return containsFold(r.Programs, name) })
}

// ofFile returns the runtime of a script by the extension of its name;
// false if no runtime has that extension.
func (t runtimeTable) ofFile(name string) (Runtime, bool) {
	return t.find(func(r *Runtime) bool { return containsFold(r.Extensions, path.Ext(name)) })
}

func (t runtimeTable) find(fits func(*Runtime) bool) (Runtime, bool) {
	for i := range t {
		if fits(&t[i]) {
			return t[i], true
		}
	}
	return Runtime{}, false
}

func containsFold(words []string, word string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}

// words returns all words of a column of the table.
func (t runtimeTable) words(column func(*Runtime) []string) []string {
	var words []string
	for _, r := range t {
		words = append(words, column(&r)...)
	}
	return words
}

// Runners that the platform of StackStorm shape has itself. Those that run
// scripts need an entry point.
var (
	platformCommands = []string{"local-shell-cmd", "remote-shell-cmd", "http-request", "winrm-cmd", "winrm-ps-cmd", "inquirer", "announcement", "noop"}
	platformScripts  = []string{"remote-shell-script", "winrm-ps-script", "orquesta", "action-chain", "mistral-v1", "mistral-v2", "cloudslang"}
)

func isPlatformRunner(runner string) bool {
	return containsFold(platformCommands, runner) || containsFold(platformScripts, runner)
}

func isNative(runner string) bool {
	r, _ := builtIn().ofRunner(runner)
	return r.Name == RuntimeNative
}

// runnerAdvice says that a runner is not known, and what may have been meant.
func (t runtimeTable) runnerAdvice(runner string, compat bool) string {
	known := t.runnerTypes()
	if compat {
		known = append(known, t.words(func(r *Runtime) []string { return r.StackStormTypes })...)
		known = append(append(known, platformCommands...), platformScripts...)
	}
	return fmt.Sprintf("runner_type %.64q is not known%s", runner, t.hint(runner, known))
}

func (t runtimeTable) runnerTypes() []string {
	return t.words(func(r *Runtime) []string { return r.RunnerTypes })
}

// hint names the known word that may have been meant, else the runtimes.
func (t runtimeTable) hint(word string, known []string) string {
	if h := nearest.Hint(word, known); h != "" {
		return h
	}
	var names []string
	for _, r := range t {
		names = append(names, string(r.Name))
	}
	return ": want one of " + strings.Join(names, ", ")
}

// A RuntimeDep is a program that a pack needs, as `runtime_deps` names it.
type RuntimeDep struct {
	// Name is the word as written; Runtime the runtime it stands for, "" when
	// the word is not known.
	Name    string      `json:"name"`
	Runtime RuntimeName `json:"runtime"`
	// Range is the version range as written, "" for any.
	Range string `json:"range"`
}

// runtimeDep splits a word such as "python3>=3.8" or "nodejs^18".
func (t runtimeTable) runtimeDep(text string) RuntimeDep {
	name, constraint := text, ""
	if i := strings.IndexAny(text, "<>=!~^ "); i >= 0 {
		name, constraint = text[:i], strings.TrimSpace(text[i:])
	}
	r, _ := t.ofWord(name)
	return RuntimeDep{Name: name, Runtime: r.Name, Range: constraint}
}

// An Environment is a built virtualenv or node_modules. It is never changed after
// it was built, so packs share it. Two environments with one Key were made from the
// same, and with one Instance they are the same.
type Environment struct {
	Runtime RuntimeName `json:"runtime"` // one with environments
	// Key identifies everything that determines the result: the runtime's
	// build, the platform, the requirements, the indices, the tool.
	Key string `json:"key"`
	// Instance tells builds with one Key apart, in all installations; "" for one that
	// was not built: an interpreter alone.
	Instance string `json:"instance"`
	// Path is the virtualenv directory, or the node_modules directory ("" for
	// a Node.js pack without packages).
	Path string `json:"path"`
	// Interpreter is the absolute path of the program that runs scripts in
	// this environment.
	Interpreter string `json:"interpreter"`
	// Version as the interpreter prints it, such as "Python 3.11.7" or "v20.20.2".
	Version string `json:"version"`
	// Distributions are the packages in it, ordered by name. They are nil where an
	// environment is only referred to, as in records of packs.
	Distributions []Distribution `json:"distributions,omitzero"`
	// Described is the runtime, with the one version that it is of, if it is not built in;
	// else nil.
	Described *Runtime `json:"described,omitempty"`
}

// Link is the name, beside an installed pack, of the link to the environment; "" if its
// runtime has none.
func (e *Environment) Link() string {
	r, _ := e.row()
	return r.Link
}

// row returns the runtime of e.
func (e *Environment) row() (Runtime, bool) {
	if e.Described != nil {
		return *e.Described, true
	}
	return RuntimeByName(e.Runtime)
}

// A Distribution is a package of some ecosystem in an [Environment], such as
// requests of Python.
type Distribution struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Digests are those of its archive that the tool recorded, as far as they are of
	// the kind that [Digest] has; Source is the URL that it came from, without user
	// information, "" for an index.
	Digests []Digest `json:"digests"`
	Source  string   `json:"source,omitempty"`
	// Integrity are the digests of its archive as a registry of Node.js packages states
	// them, such as "sha512-..."; "" for others.
	Integrity string `json:"integrity,omitempty"`
}

// An EnvironmentPlan is an environment that a pack gets, before it is built.
type EnvironmentPlan struct {
	Ref     Ref         `json:"ref"` // the pack
	Runtime RuntimeName `json:"runtime"`
	// Key and Version are those of the [Environment]. Instance is that of one that is
	// ready, "" if it has to be built.
	Key      string `json:"key"`
	Version  string `json:"version"`
	Instance string `json:"instance"`
	// Distributions are the packages in it, ordered by name. Those that have to be
	// installed have digests, if the index states them.
	Distributions []Distribution `json:"distributions"`
}

// Title returns the runtime and its version for people, such as "Python 3.11.7"
// or "Node.js v20.20.2".
func (e *Environment) Title() string {
	r, _ := e.row()
	if strings.HasPrefix(strings.ToLower(e.Version), strings.ToLower(r.Title)) {
		return e.Version
	}
	return r.Title + " " + e.Version
}

// BytecodeDir returns the directory for the bytecode of a virtualenv, which may not exist;
// "" for other environments. Programs are started with it in the variable
// PYTHONPYCACHEPREFIX if it exists, and must not write to it.
func (e *Environment) BytecodeDir() string {
	if e.Runtime != RuntimePython || e.Path == "" {
		return ""
	}
	return e.Path + ".pyc"
}

// environmentOf returns the environment of a runtime that has an interpreter, nil if there
// is none.
func environmentOf(envs []Environment, name RuntimeName) *Environment {
	i := slices.IndexFunc(envs, func(e Environment) bool { return e.Runtime == name && e.Interpreter != "" })
	if i < 0 {
		return nil
	}
	return &envs[i]
}
