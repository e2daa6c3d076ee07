package pack

import "strings"

// runtimeDeps reads `runtime_deps`.
func (s *section) runtimeDeps() []RuntimeDep {
	deps := []RuntimeDep{}
	for _, text := range s.texts("runtime_deps") {
		d := parseRuntimeDep(text)
		if d.Runtime == "" {
			s.report(manifestUnknownRuntime, s.line("runtime_deps"), "runtime_deps: %.64q is no runtime we know; it is not provided", d.Name)
		}
		deps = append(deps, d)
	}
	return deps
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
