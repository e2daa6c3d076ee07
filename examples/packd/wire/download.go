package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/source"
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

// NewDownloadRequest returns what asks a server for r.
func NewDownloadRequest(r installer.DownloadRequest) DownloadRequest {
	return DownloadRequest{
		Packs: r.Specs, Destination: r.Dest, RefSpec: optional(r.Rev), RegistryURL: optional(r.Index), Timeout: inSeconds(r.Timeout),
	}
}

// Request returns the request to the library.
func (r DownloadRequest) Request() installer.DownloadRequest {
	return installer.DownloadRequest{
		Specs: r.Packs, Dest: r.Destination, Rev: value(r.RefSpec, ""), Index: value(r.RegistryURL, ""), Timeout: duration(r.Timeout),
	}
}

// A DownloadReport says what was downloaded.
type DownloadReport struct {
	Downloaded []DownloadedPack `json:"downloaded_packs"`
	Failed     []FailedDownload `json:"failed_packs"`
	Total      int              `json:"total_count"`
	Succeeded  int              `json:"success_count"`
	Failures   int              `json:"failure_count"`
	Warnings   []Warning        `json:"warnings"` // of all packs, also of those that failed
}

// A DownloadedPack is a pack that was put at Path.
type DownloadedPack struct {
	Spec              string       `json:"source"`      // as given, without credentials
	Type              string       `json:"source_type"` // git, archive, local_directory, local_archive or registry
	Path              string       `json:"pack_path"`   // where pack.yaml lies
	Ref               pack.Ref     `json:"pack_ref"`
	Version           pack.Version `json:"pack_version"`
	Commit            *string      `json:"git_commit"` // nil when it did not come from git
	DirectoryChecksum pack.Digest  `json:"checksum"`
	TreeDigest        pack.Digest  `json:"tree_digest"` // of the directory Path, for the checksums of other requests
}

// A FailedDownload is a spec that could not be downloaded.
type FailedDownload struct {
	Spec string `json:"source"`
	Fault
}

// NewDownloadReport returns r as it is on the wire; nil for nil.
func NewDownloadReport(r *installer.DownloadReport) *DownloadReport {
	if r == nil {
		return nil
	}
	return &DownloadReport{
		Downloaded: each(r.Downloaded, func(p installer.DownloadedPack) DownloadedPack {
			c := p.Content
			return DownloadedPack{
				Spec: p.Spec, Type: sourceType(p.Scheme, p.Archive), Path: c.Dir, Ref: c.ID.Ref, Version: c.ID.Version,
				Commit: optional(c.Pin.Commit), DirectoryChecksum: p.DirectoryChecksum,
				TreeDigest: c.TreeDigest,
			}
		}),
		Failed: each(r.Failed, func(f pack.Failure) FailedDownload {
			return FailedDownload{Spec: f.Spec, Fault: newFault(f)}
		}),
		Total: len(r.Downloaded) + len(r.Failed), Succeeded: len(r.Downloaded), Failures: len(r.Failed),
		Warnings: newWarnings(r.Warnings),
	}
}

// Result returns what the library returned to the server: its report, without
// what is not on the wire, and the [*pack.BatchError] of the packs that failed.
func (r *DownloadReport) Result() (*installer.DownloadReport, error) {
	failed := each(r.Failed, func(f FailedDownload) pack.Failure {
		return f.failure(f.Spec, "", pack.StageDownload)
	})
	return &installer.DownloadReport{
		Downloaded: each(r.Downloaded, DownloadedPack.result), Failed: failed, Warnings: warnings(r.Warnings),
	}, pack.NewBatchError(failed)
}

func (p DownloadedPack) result() installer.DownloadedPack {
	scheme, archive := schemeOf(p.Type)
	return installer.DownloadedPack{
		Spec: p.Spec, Scheme: scheme, Archive: archive, DirectoryChecksum: p.DirectoryChecksum,
		Content: &pack.Content{
			Dir: p.Path, ID: pack.ID{Ref: p.Ref, Version: p.Version}, Pin: pack.Pin{Commit: value(p.Commit, "")}, TreeDigest: p.TreeDigest,
		},
	}
}

// The types of sources whose names are not those of their schemes.
const (
	typeArchive      = "archive"
	typeDirectory    = "local_directory"
	typeLocalArchive = "local_archive"
)

// sourceType returns what the wire calls a spec of that scheme; the scheme itself
// for that of a host's own source.
func sourceType(scheme string, archive bool) string {
	switch scheme {
	case source.SchemeHTTPS, source.SchemeHTTP:
		return typeArchive
	case source.SchemeLocal:
		if archive {
			return typeLocalArchive
		}
		return typeDirectory
	}
	return scheme
}

// schemeOf is the reverse of sourceType, as far as the wire says.
func schemeOf(sourceType string) (scheme string, archive bool) {
	switch sourceType {
	case typeArchive:
		return source.SchemeHTTPS, true
	case typeDirectory, typeLocalArchive:
		return source.SchemeLocal, sourceType == typeLocalArchive
	}
	return sourceType, false
}

func emptyDownload(f Fault) *DownloadReport {
	return &DownloadReport{Downloaded: []DownloadedPack{}, Failed: []FailedDownload{{Fault: f}}, Failures: 1, Warnings: []Warning{}}
}
