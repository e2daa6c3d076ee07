package installer

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// An Installer is stage 1: it downloads packs into a directory.
type Installer interface {
	// Download fetches req.Specs, each on its own. Specs that failed are in
	// Report.Failed and in a [*pack.BatchError] that comes with the full
	// report; any other error means that the request itself failed.
	Download(ctx context.Context, req DownloadRequest) (*DownloadReport, error)
}

// A DownloadRequest names the packs to download.
type DownloadRequest struct {
	// Specs as a user types them; at least one.
	Specs []string
	// Dest is the absolute path of the directory that receives the packs, each
	// at <Dest>/<ref>. It is created. Other content that lies there is replaced.
	Dest string
	// Rev is a git branch, tag or commit for every git spec that names none.
	Rev string
	// Index, when not "", is asked instead of the configured index.
	Index string
	// Timeout per pack; 0 means 5 minutes.
	Timeout time.Duration
	// Known are packs already on hand: a spec that resolves to the content of
	// one of them is not fetched but reported with its path, Unchanged, as
	// long as its files still have the tree digest, or else, when that is not
	// known, the directory checksum.
	Known []pack.InstalledPack
	// OnEvent observes; nil is fine.
	OnEvent pack.EventFunc
}

// A DownloadReport tells what was downloaded. It marshals to the body of the
// wire contract; fields that are not marshalled are for hosts in Go.
type DownloadReport struct {
	Downloaded []DownloadedPack `json:"downloaded_packs"`
	Failed     []FailedDownload `json:"failed_packs"`
	Total      int              `json:"total_count"`
	Succeeded  int              `json:"success_count"`
	Failures   int              `json:"failure_count"`
}

// A SourceType says what a spec turned out to be.
type SourceType string

// The source types.
const (
	TypeGit          SourceType = "git"
	TypeArchive      SourceType = "archive"
	TypeDirectory    SourceType = "local_directory"
	TypeLocalArchive SourceType = "local_archive"
	TypeRegistry     SourceType = "registry"
)

// A DownloadedPack lies at Path.
type DownloadedPack struct {
	// Item is the position of the spec in the request, from 0. Spec is the
	// text of it, without credentials.
	Item    int          `json:"-"`
	Spec    string       `json:"source"`
	Type    SourceType   `json:"source_type"`
	Path    string       `json:"pack_path"` // where pack.yaml lies
	Ref     pack.Ref     `json:"pack_ref"`
	Version pack.Version `json:"pack_version"`
	Commit  *string      `json:"git_commit"` // nil when it did not come from git
	// Checksum is the directory checksum of the content.
	Checksum pack.Digest `json:"checksum"`

	// Pin is the alternative that delivered the content.
	Pin pack.Pin `json:"-"`
	// Tree is the tree digest of what lies at Path, "" when it is not known.
	Tree pack.Digest `json:"-"`
	// Unchanged: nothing was fetched, see DownloadRequest.Known.
	Unchanged bool `json:"-"`
}

// A FailedDownload is a spec that could not be downloaded.
type FailedDownload struct {
	Item    int      `json:"-"` // as in [DownloadedPack]
	Spec    string   `json:"source"`
	Ref     pack.Ref `json:"-"` // what the spec or the index says, "" when neither does
	Message string   `json:"error"`
	Err     error    `json:"-"`
}

// Installed knows the packs that are installed; a registry.Store does. It is
// safe for concurrent use.
type Installed interface {
	InstalledPacks(ctx context.Context) ([]pack.InstalledPack, error)
}

// Staging lends directories for content on its way; a registry.Store does, on
// the file system to which the content goes. It is safe for concurrent use.
type Staging interface {
	// Stage returns the absolute path of an empty directory that belongs to
	// the caller until release is called, which removes it. What a process
	// that died did not release is removed when the store is opened.
	Stage(ctx context.Context) (dir string, release func(), err error)
}
