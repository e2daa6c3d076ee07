package installer

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// An Installer is stage 1: it downloads packs into a directory.
type Installer interface {
	// Download fetches req.Specs, each independently; a spec that is named twice counts
	// once. Specs that failed are in DownloadReport.Failed and in a [*pack.BatchError]
	// that comes with the full report. Any other error means that the request itself
	// failed, or was cancelled: then the report that comes with it lists the packs
	// downloaded before.
	Download(ctx context.Context, req DownloadRequest) (*DownloadReport, error)
}

// A DownloadRequest names the packs to download.
type DownloadRequest struct {
	// Specs as a user types them; at least one.
	Specs []string
	// Dest is the absolute path of the directory that receives the packs, each
	// at <Dest>/<ref>. It is created. Other content at that path is replaced.
	Dest string
	// Rev is a git branch, tag or commit for every git spec that names none.
	Rev string
	// Index, when not "", is asked instead of the configured index.
	Index string
	// Timeout per pack; 0 means 5 minutes.
	Timeout time.Duration
	// Known lists packs that are already available: a spec that resolves to the
	// content of one of them is not fetched but reported with its path, Unchanged,
	// as long as its files still have the tree digest or, if that is unknown, the
	// directory checksum.
	Known []pack.InstalledPack
	// Pins are what specs were resolved to before, alternatives for one content, best
	// first: these are fetched, and the spec is not resolved again.
	Pins map[string][]pack.Pin
	// OnEvent observes; nil is fine.
	OnEvent pack.EventFunc
}

// A DownloadReport is the result of a download.
type DownloadReport struct {
	// Downloaded and Failed are in the order of the request; each spec is in one
	// of them.
	Downloaded []DownloadedPack
	Failed     []pack.Failure
	Warnings   []pack.Warning
}

// A DownloadedPack is a pack in its place.
type DownloadedPack struct {
	// Item is the position of the spec in the request, from 0. Spec is its
	// text, without credentials.
	Item int
	Spec string
	// Scheme is the scheme of the locator parsed from the spec. Archive says that
	// the content came as an archive file.
	Scheme  string
	Archive bool
	// Content is the pack. Its Pin is the alternative that delivered it.
	Content *pack.Content
	// Manifest is what its pack.yaml says; nil if it was not read, as that of a pack that
	// is Unchanged.
	Manifest *pack.Manifest
	// DirectoryChecksum is the checksum of everything received: of the pack, or of the
	// directory that contains it as "pack/".
	DirectoryChecksum pack.Digest
	// Unchanged: nothing was fetched, see DownloadRequest.Known.
	Unchanged bool
}

// Installed knows the packs that are installed; a registry.Store implements it. It
// is safe for concurrent use.
type Installed interface {
	InstalledPacks(ctx context.Context) ([]pack.InstalledPack, error)
}

// Staging provides temporary directories for content in progress; a registry.Store
// implements it, on the file system of the content's destination. It is safe for
// concurrent use.
type Staging interface {
	// Stage returns the absolute path of an empty directory that belongs to the
	// caller until release is called, which removes it. Directories that a
	// process left when it died are removed when the store is opened.
	Stage(ctx context.Context) (dir string, release func(), err error)
}
