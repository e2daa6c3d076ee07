package host

import (
	"context"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer"
)

// Warm downloads the packs of a lock that are not in the cache, and keeps them there: a
// later [Host.Sync] to this lock, also that of another root with the same cache, takes them
// from it, without a network. It installs nothing, and downloads no packages of Python or
// Node.js. onEvent may be nil.
//
// The report lists what was downloaded, and what failed; then the error is a
// [pack.BatchError]. A host without a cache is an error with [pack.CodeInvalidRequest].
func (h *Host) Warm(ctx context.Context, l *lock.Lock, onEvent pack.EventFunc) (*installer.DownloadReport, error) {
	if h.Cache == nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "fill the cache: the host keeps none")
	}
	req := installer.DownloadRequest{Pins: map[string][]pack.Pin{}, OnEvent: onEvent}
	var errs []error
	for i := range l.Packs {
		p := &l.Packs[i]
		if _, kept := h.Cache.Has(p.TreeDigest()); kept {
			continue
		}
		errs = append(errs, fetchable(p))
		spec := p.ID.String()
		req.Specs = append(req.Specs, spec)
		req.Pins[spec] = p.Pins
	}
	if err := errors.Join(errs...); err != nil || len(req.Specs) == 0 {
		return &installer.DownloadReport{}, err
	}
	dir, release, err := h.Store.Stage(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	req.Dest = dir
	return h.Installer.Download(h.Cache.Keep(ctx), req)
}
