package pack

import (
	"fmt"
	"path"
	"path/filepath"
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
	Name RuntimeName
	// Title is the name for people, such as "Node.js".
	Title string
	// Words name the runtime in `runtime_deps`.
	Words []string
	// RunnerTypes name it in `runner_type`; StackStormTypes are those that only
	// packs of StackStorm shape should write.
	RunnerTypes, StackStormTypes []string
	// TestRunners are the types of test runners that belong to it.
	TestRunners []string
	// Programs are its interpreters in the first lines of scripts, without a
	// version: "python" stands for python3.11 too.
	Programs []string
	// Extensions, with the dot, of its scripts.
	Extensions []string
	// Manifest is the file that lists a pack's packages, relative to the pack;
	// Locks are the files beside it that pin them. "" and nil for none.
	Manifest string
	Locks    []string
	// RangeExample is a version range as the runtime's own tools write it; ""
	// for a runtime without environments.
	RangeExample string
	// Link is the name, beside an installed pack, of the link to the pack's
	// environment; "" for a runtime that has no environments.
	Link string
}

// HasEnvironments reports whether scripts of r run in an environment that is
// built for their pack.
func (r *Runtime) HasEnvironments() bool { return r.Link != "" }

// runtimes returns the table of runtimes. The result belongs to the caller.
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

// RuntimeByName returns the runtime of that name; false when there is none.
func RuntimeByName(name RuntimeName) (Runtime, bool) {
	return findRuntime(func(r *Runtime) bool { return r.Name == name })
}

// runtimeOfWord returns the runtime that a word of `runtime_deps`, without a
// version range, stands for; false when it is not known.
func runtimeOfWord(word string) (Runtime, bool) {
	return findRuntime(func(r *Runtime) bool { return containsFold(r.Words, word) })
}

// runtimeOfRunner returns the runtime that a `runner_type`, of either shape,
// stands for; false when it is not known, or is one of the platform's own.
func runtimeOfRunner(runner string) (Runtime, bool) {
	return findRuntime(func(r *Runtime) bool {
		return containsFold(r.RunnerTypes, runner) || containsFold(r.StackStormTypes, runner)
	})
}

// RuntimeOfTestRunner returns the runtime of a test runner such as "unittest";
// false when it is not known.
func RuntimeOfTestRunner(typ string) (Runtime, bool) {
	return findRuntime(func(r *Runtime) bool { return containsFold(r.TestRunners, typ) })
}

// runtimeOfProgram returns the runtime of an interpreter, given by its path or
// name, with or without a version suffix; false if it is not known.
func runtimeOfProgram(program string) (Runtime, bool) {
	name := path.Base(program)
	if unversioned := strings.TrimRight(name, "0123456789."); unversioned != "" {
		name = unversioned
	}
	return findRuntime(func(r *Runtime) bool { return containsFold(r.Programs, name) })
}

// runtimeOfFile returns the runtime of a script by the extension of its name;
// false if no runtime has that extension.
func runtimeOfFile(name string) (Runtime, bool) {
	return findRuntime(func(r *Runtime) bool { return containsFold(r.Extensions, path.Ext(name)) })
}

func findRuntime(fits func(*Runtime) bool) (Runtime, bool) {
	table := runtimes()
	for i := range table {
		if fits(&table[i]) {
			return table[i], true
		}
	}
	return Runtime{}, false
}

func containsFold(words []string, word string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}

// wordsOf returns all words of a column of the table.
func wordsOf(column func(*Runtime) []string) []string {
	var words []string
	for _, r := range runtimes() {
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
	r, _ := runtimeOfRunner(runner)
	return r.Name == RuntimeNative
}

// runnerAdvice says that a runner is not known, and what may have been meant.
func runnerAdvice(runner string, compat bool) string {
	known := runnerTypes()
	if compat {
		known = append(known, wordsOf(func(r *Runtime) []string { return r.StackStormTypes })...)
		known = append(append(known, platformCommands...), platformScripts...)
	}
	return fmt.Sprintf("runner_type %.64q is not known%s", runner, hint(runner, known))
}

func runnerTypes() []string { return wordsOf(func(r *Runtime) []string { return r.RunnerTypes }) }

// hint names the known word that may have been meant, else the runtimes.
func hint(word string, known []string) string {
	if h := nearest.Hint(word, known); h != "" {
		return h
	}
	var names []string
	for _, r := range runtimes() {
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

// parseRuntimeDep splits a word such as "python3>=3.8" or "nodejs^18".
func parseRuntimeDep(text string) RuntimeDep {
	name, constraint := text, ""
	if i := strings.IndexAny(text, "<>=!~^ "); i >= 0 {
		name, constraint = text[:i], strings.TrimSpace(text[i:])
	}
	r, _ := runtimeOfWord(name)
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
	r, _ := RuntimeByName(e.Runtime)
	if strings.HasPrefix(e.Version, r.Title) {
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

// SearchPath returns search, the value of a PATH variable, with the directories
// of the environments' interpreters in front, so that programs that a pack's
// scripts start by name come from its environments.
func SearchPath(envs []Environment, search string) string {
	for _, e := range envs {
		switch {
		case e.Interpreter == "":
		case search == "":
			search = filepath.Dir(e.Interpreter)
		default:
			search = filepath.Dir(e.Interpreter) + string(filepath.ListSeparator) + search
		}
	}
	return search
}

// interpreter returns the interpreter of the environment of a runtime.
func interpreter(envs []Environment, name RuntimeName) (string, bool) {
	i := slices.IndexFunc(envs, func(e Environment) bool { return e.Runtime == name && e.Interpreter != "" })
	if i < 0 {
		return "", false
	}
	return envs[i].Interpreter, true
}
