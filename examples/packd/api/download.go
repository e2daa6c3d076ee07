package api

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

func (s *stages) download(ctx context.Context, req wire.DownloadRequest, observe pack.EventFunc) (*wire.DownloadReport, error) {
	if err := s.checkSource(req); err != nil {
		return nil, err
	}
	dest, err := s.openDestination(req.Destination)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dest.dir.Close() }()
	q := req.Request()
	q.Dest, q.OnEvent = dest.path(), dest.observer(observe)
	from := s.installer
	if !verifies(req) {
		from = s.unverified
	}
	r, err := from.Download(ctx, q)
	return dest.report(wire.NewDownloadReport(r)), dest.err(err)
}

// destination is an open directory: exchanging it, or a directory above it, for a
// link does not change where content is written.
type destination struct {
	asked string
	dir   *os.File
}

func (s *stages) openDestination(path string) (*destination, error) {
	root, err := create(s.roots, path)
	if err != nil {
		return nil, err
	}
	dir, err := root.Open(".")
	return &destination{asked: path, dir: dir}, errors.Join(err, root.Close())
}

// rename replaces the path by which the directory is open by the one that was
// asked for.
func (d *destination) rename(text string) string {
	return strings.ReplaceAll(text, d.path()+"/", strings.TrimSuffix(d.asked, "/")+"/")
}

// report names the paths that were asked for.
func (d *destination) report(r *wire.DownloadReport) *wire.DownloadReport {
	if r == nil {
		return nil
	}
	for i := range r.Downloaded {
		r.Downloaded[i].Path = d.rename(r.Downloaded[i].Path)
	}
	for i := range r.Failed {
		r.Failed[i].Message = d.rename(r.Failed[i].Message)
	}
	return r
}

// err says the same with the path that was asked for.
func (d *destination) err(err error) error {
	_, batch := errors.AsType[*pack.BatchError](err) // the report has the texts
	if err == nil || batch || d.rename(err.Error()) == err.Error() {
		return err
	}
	return wire.NewError(pack.CodeOf(err), pack.Retryable(err), d.rename(err.Error()), wire.CauseOf(err))
}

func (d *destination) observer(observe pack.EventFunc) pack.EventFunc {
	if observe == nil {
		return nil
	}
	return func(ctx context.Context, e pack.Event) {
		e.Message, e.Err = d.rename(e.Message), d.rename(e.Err)
		observe(ctx, e)
	}
}
