package installer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/source"
)

// DefaultTimeout is the time that the download of one pack may take, when the
// request does not say.
const DefaultTimeout = 5 * time.Minute

// DownloadConfig configures a [Downloader].
type DownloadConfig struct {
	// Source resolves specs and delivers content; usually a [source.Mux]. Any
	// other Source is wrapped in a Mux. Required.
	Source source.Source
	// Provided lists the packs that the host supplies: their refs are reserved,
	// and a pack that uses one is refused.
	Provided []pack.Provided
	// Load are the options for loading packs; nil for the native shape.
	Load *pack.LoadOptions
	// Limits bound the content of one pack.
	Limits source.Limits
	// PassMismatch goes on to the next alternative of a pack when one has other content
	// than its digest promises, with a warning. Otherwise the pack fails: of all that
	// can go wrong with an alternative, that alone means tampering.
	PassMismatch bool
	// Parallel is how many packs are downloaded at a time; 0 means as many as
	// there are processors.
	Parallel int
}

// A Downloader is an [Installer]. It does not trust sources: content goes into a fresh
// [source.Tree], and is moved to its place only after its digests, ref and version were
// verified. No code of a pack is run. It is safe for concurrent use.
type Downloader struct {
	config   DownloadConfig
	manifest pack.LoadOptions // which reads pack.yaml alone
	reserved map[pack.Ref]bool
}

var _ Installer = (*Downloader)(nil)

// NewDownloader returns a Downloader. A DownloadConfig without Source, or with a
// Source whose schemes cannot be served, is an error with
// [pack.CodeInvalidRequest].
func NewDownloader(c DownloadConfig) (*Downloader, error) {
	if c.Source == nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "create downloader: Source is required")
	}
	mux, err := source.NewMux(c.Source) // keeps promises that not every source does
	if err != nil {
		return nil, fmt.Errorf("create downloader: %w", err)
	}
	c.Source = mux
	if c.Parallel <= 0 {
		c.Parallel = runtime.GOMAXPROCS(0)
	}
	d := &Downloader{config: c, reserved: map[pack.Ref]bool{}}
	if c.Load != nil {
		d.manifest = *c.Load
	}
	d.manifest.ManifestOnly = true
	for _, p := range c.Provided {
		d.reserved[p.Ref] = true
	}
	return d, nil
}

// Download implements [Installer]. Packs are fetched concurrently into a
// directory ".staging-*" inside req.Dest, which is removed at the end (one that a
// process leaves which is killed, the next download to req.Dest removes; on Windows,
// and where the file system has no locks, nothing does), and are then moved to their places in
// the order of the request. A pack that is there with the same content is left
// untouched; other content is replaced in one step (on systems other than Linux
// and macOS, in three). After the request is cancelled, no more packs are moved to
// their places.
func (d *Downloader) Download(ctx context.Context, req DownloadRequest) (*DownloadReport, error) {
	if err := req.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", downloading, err)
	}
	j := &job{Downloader: d, req: req, Batch: batch.New(req.OnEvent), refs: map[pack.Ref]string{}}
	if err := j.open(); err != nil {
		return nil, fmt.Errorf("%s: %w", downloading, err)
	}
	batch.Each(j.items, d.config.Parallel, func(it *item) { j.fetchItem(ctx, it) })
	for _, it := range j.items {
		j.finish(ctx, it)
	}
	j.close(ctx)
	rep := j.report()
	return rep, batch.Err(ctx, downloading, rep.Failed)
}

const downloading = "download packs"

func (r *DownloadRequest) check() error {
	switch {
	case len(r.Specs) == 0:
		return pack.Errorf(pack.CodeInvalidRequest, "name at least one spec")
	case !filepath.IsAbs(r.Dest):
		return pack.Errorf(pack.CodeInvalidRequest, "destination %q is not an absolute path", r.Dest)
	case r.Timeout < 0:
		return pack.Errorf(pack.CodeInvalidRequest, "timeout %v is negative", r.Timeout)
	}
	return nil
}

// A job is one request at work.
type job struct {
	*Downloader
	*batch.Batch
	req     DownloadRequest
	staging *stagingDir
	items   []*item
	refs    map[pack.Ref]string // the specs by which refs were taken
}

// An item is one spec of a request.
type item struct {
	batch.Item
	loc               source.Locator
	pins              []pack.Pin // that the request states
	content           *pack.Content
	manifest          *pack.Manifest
	directoryChecksum pack.Digest
	unchanged         bool
	// staged is the content that is to be put in its place, by its name in the
	// staging directory, "" for a pack that was on hand; root is the directory
	// in it where pack.yaml lies.
	staged, root string
	received     source.TreeResult
}

// open makes the staging directory and the items.
func (j *job) open() (err error) {
	if j.staging, err = openStaging(j.req.Dest); err != nil {
		return err
	}
	for _, i := range batch.Distinct(j.req.Specs, strings.TrimSpace) {
		it := newItem(i, j.req.Specs[i])
		it.pins = j.req.Pins[j.req.Specs[i]]
		j.items = append(j.items, it)
	}
	return nil
}

func newItem(at int, spec string) *item {
	it := &item{Item: batch.Item{At: at, Spec: spec, Stage: pack.StageDownload}, content: &pack.Content{}}
	it.loc, it.Err = source.Parse(spec)
	it.Spec = it.loc.Spec
	if bad, ok := errors.AsType[*source.ParseError](it.Err); ok {
		it.Spec = bad.Spec
	}
	return it
}

// close removes the staging directory. One that cannot be removed is a warning:
// the packs are in their places.
func (j *job) close(ctx context.Context) {
	if err := j.staging.close(); err != nil {
		j.Warn(ctx, &batch.Item{Stage: pack.StageDownload},
			"staging directory %q was not removed, remove it by hand: %v", filepath.Join(j.req.Dest, j.staging.name), err)
	}
}

// fetchItem fetches one item; a failure does not affect the other items.
func (j *job) fetchItem(ctx context.Context, it *item) {
	defer batch.Rescue(&it.Err)
	j.Emit(ctx, j.Event(&it.Item, pack.EventStarted))
	if it.Err == nil {
		it.Err = j.fetch(ctx, it)
	}
}

// report sums up, in input order.
func (j *job) report() *DownloadReport {
	rep := &DownloadReport{Downloaded: []DownloadedPack{}, Warnings: j.Warnings()}
	rep.Failed = batch.Failures(j.items, func(it *item) *batch.Item { return &it.Item })
	for _, it := range j.items {
		if it.Err == nil {
			rep.Downloaded = append(rep.Downloaded, DownloadedPack{
				Item: it.At, Spec: it.Spec, Scheme: it.loc.Scheme, Archive: source.IsArchive(it.content.Pin),
				Content: it.content, Manifest: it.manifest, DirectoryChecksum: it.directoryChecksum, Unchanged: it.unchanged,
			})
		}
	}
	return rep
}
