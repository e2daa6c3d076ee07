package pack

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
