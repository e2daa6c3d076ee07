package pack

import "strings"

// The runtimes that are built in.
const (
	RuntimePython = "python"
	RuntimeNode   = "nodejs"
)

// An Environment is a built virtualenv or node_modules. It is identified by
// its Key and never changed after it was built, so packs share it.
type Environment struct {
	Runtime string `json:"runtime"` // "python" or "nodejs"
	// Key stands for everything that decides the result: the runtime's build,
	// the platform, the requirements, the indices, the tool.
	Key string `json:"key"`
	// Path is the virtualenv directory, or the node_modules directory ("" for
	// a Node.js pack without packages).
	Path string `json:"path"`
	// Interpreter is the absolute path of the program that runs scripts in
	// this environment.
	Interpreter string `json:"interpreter"`
	// Version as the interpreter prints it, such as "Python 3.11.7" or "v20.20.2".
	Version string `json:"version"`
}

// A RuntimeDep is a program that a pack needs, as `runtime_deps` names it.
type RuntimeDep struct {
	// Name is the word as written; Runtime the runtime it stands for
	// ("python", "nodejs", "shell", "native"), "" when the word is not known.
	Name    string `json:"name"`
	Runtime string `json:"runtime"`
	// Range is the version range as written, "" for any.
	Range string `json:"range"`
}

// parseRuntimeDep splits a word such as "python3>=3.8" or "nodejs^18".
func parseRuntimeDep(text string) RuntimeDep {
	name, constraint := text, ""
	if i := strings.IndexAny(text, "<>=!~^ "); i >= 0 {
		name, constraint = text[:i], strings.TrimSpace(text[i:])
	}
	return RuntimeDep{Name: name, Runtime: runtimeOf(name), Range: constraint}
}

// runtimeOf returns the runtime that a word stands for, "" for none.
func runtimeOf(word string) string {
	switch strings.ToLower(word) {
	case "python", "python3":
		return RuntimePython
	case "nodejs", "node", "node.js":
		return RuntimeNode
	case "shell", "bash", "sh":
		return "shell"
	case "native":
		return "native"
	}
	return ""
}
