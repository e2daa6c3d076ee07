package wire

import "github.com/packtrain/pack"

// A Warning does not stop anything.
type Warning struct {
	Path    string           `json:"pack_path"` // the input that it is about, as given
	Ref     pack.Ref         `json:"pack_ref"`  // "" while it is not known
	Stage   pack.Stage       `json:"stage"`
	Code    pack.FindingCode `json:"code"` // of the finding that it is about, "" for none
	Message string           `json:"message"`
}

func newWarnings(warnings []pack.Warning) []Warning {
	return each(warnings, func(w pack.Warning) Warning {
		return Warning{Path: w.Spec, Ref: w.Ref, Stage: w.Stage, Code: w.Code, Message: w.Message}
	})
}

func warnings(list []Warning) []pack.Warning {
	return each(list, func(w Warning) pack.Warning {
		return pack.Warning{Spec: w.Path, Ref: w.Ref, Stage: w.Stage, Code: w.Code, Message: w.Message}
	})
}

// Warn adds a warning about the request itself to the report of a stage. It leaves
// other values as they are.
func Warn(report any, text string) {
	w := Warning{Message: text}
	switch r := report.(type) {
	case *DownloadReport:
		r.Warnings = append(r.Warnings, w)
	case *DependenciesReport:
		r.Warnings = append(r.Warnings, w)
	case *BuildReport:
		r.Warnings = append(r.Warnings, w)
	case *RegisterReport:
		r.Warnings = append(r.Warnings, w)
	case *InstallReport:
		r.Warnings = append(r.Warnings, w)
	}
}
