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

// A DownloadRequest asks for stage 1: packs are put into a directory of the
// server.
type DownloadRequest struct {
	// Packs are specs: refs with or without a constraint, URLs, paths of the
	// server; 1 to 1000.
	Packs []string `json:"packs" minItems:"1" maxItems:"1000"`
	// Destination is the absolute path of a directory below an allowed root.
	Destination string `json:"destination_dir" minLength:"1"`
	// RegistryURL names an index to ask instead of the configured one.
	RegistryURL *string `json:"registry_url,omitempty"`
	// RefSpec is a git branch, tag or commit for every git source.
	RefSpec *string `json:"ref_spec,omitempty"`
	// Timeout per pack in seconds; nil means 300.
	Timeout *int `json:"timeout,omitempty" minimum:"10" maximum:"3600" default:"300"`
	// VerifySSL set to false is refused by servers that were not started to
	// allow it; nil means true.
	VerifySSL *bool `json:"verify_ssl,omitempty" default:"true"`
}

// A DependenciesRequest asks for stage 2.
type DependenciesRequest struct {
	// Paths of packs below allowed roots; 1 to 1000.
	Paths          []string `json:"pack_paths" minItems:"1" maxItems:"1000"`
	SkipValidation bool     `json:"skip_validation,omitempty"`
}

// A BuildRequest asks for stage 3.
type BuildRequest struct {
	// Paths of packs below allowed roots; 1 to 1000.
	Paths []string `json:"pack_paths" minItems:"1" maxItems:"1000"`
	// BaseDir is checked like the base directory of a RegisterRequest.
	BaseDir *string `json:"packs_base_dir,omitempty"`
	// Python and Node are preferred versions; nil means "3.11" and "20".
	Python     *string `json:"python_version,omitempty" default:"3.11"`
	Node       *string `json:"nodejs_version,omitempty" default:"20"`
	SkipPython bool    `json:"skip_python,omitempty"`
	SkipNode   bool    `json:"skip_nodejs,omitempty"`
	Force      bool    `json:"force_rebuild,omitempty"`
	// Timeout per environment in seconds; nil means 600.
	Timeout *int `json:"timeout,omitempty" minimum:"60" maximum:"3600" default:"600"`
}

// A RegisterRequest asks for stage 4.
type RegisterRequest struct {
	// Paths of packs below allowed roots; 1 to 1000.
	Paths []string `json:"pack_paths" minItems:"1" maxItems:"1000"`
	// BaseDir is a directory below an allowed root that gets a link to each
	// registered pack, by its ref; nil for none.
	BaseDir        *string `json:"packs_base_dir,omitempty"`
	SkipValidation bool    `json:"skip_validation,omitempty"`
	SkipTests      bool    `json:"skip_tests,omitempty"`
	// Force replaces whatever is registered and lets failed tests pass.
	Force bool `json:"force,omitempty"`
	// Replace is finer than Force: "never", "upgrade" or "any".
	Replace *string `json:"replace,omitempty" enum:"never,upgrade,any"`
}

// An InstallRequest asks for the whole pipeline.
type InstallRequest struct {
	// Packs are specs, as in DownloadRequest; 1 to 1000.
	Packs       []string `json:"packs" minItems:"1" maxItems:"1000"`
	RegistryURL *string  `json:"registry_url,omitempty"`
	RefSpec     *string  `json:"ref_spec,omitempty"`
	// Timeout for the download of one pack in seconds; nil means 300.
	Timeout   *int    `json:"timeout,omitempty" minimum:"10" maximum:"3600" default:"300"`
	Python    *string `json:"python_version,omitempty"`
	Node      *string `json:"nodejs_version,omitempty"`
	Force     bool    `json:"force,omitempty"`
	SkipTests bool    `json:"skip_tests,omitempty"`
	SkipEnvs  bool    `json:"skip_envs,omitempty"`
	FailFast  bool    `json:"fail_fast,omitempty"`
}
