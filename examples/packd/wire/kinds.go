package wire

// The kinds of work that packd does. Each is the last element of the path of
// its endpoint, "/api/v1/packs/" before it.
const (
	KindDownload     = "download"
	KindDependencies = "dependencies"
	KindBuild        = "build-envs"
	KindRegister     = "register-batch"
	KindInstall      = "install"
)

// EmptyReport returns the report of a stage that did not take place, with the
// one fault: the bare report of a request that failed, and the output of the
// actions of the core pack when there is no server.
// It is nil for a kind that is not one of the four stages.
func EmptyReport(kind string, f Fault) any {
	switch kind {
	case KindDownload:
		return emptyDownload(f)
	case KindDependencies:
		return emptyDependencies(f)
	case KindBuild:
		return emptyBuild(f)
	case KindRegister:
		return emptyRegistration(f)
	}
	return nil
}
