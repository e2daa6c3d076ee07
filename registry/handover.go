package registry

import (
	"context"
	"sync"

	"github.com/packtrain/pack"
)

// InstalledPacks returns the installed packs, ordered by ref, as an installer
// wants to know them: so that it need not fetch them again.
func (s *Store) InstalledPacks(ctx context.Context) ([]pack.InstalledPack, error) {
	records, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	packs := make([]pack.InstalledPack, len(records))
	for i, rec := range records {
		packs[i] = pack.InstalledPack{
			ID:        pack.ID{Ref: rec.Ref, Version: rec.Active.Version},
			Pin:       rec.Active.Pin,
			Directory: rec.Active.Directory,
			Tree:      rec.Active.Tree,
			Path:      rec.StoragePath,
		}
	}
	return packs, nil
}

// Stage lends an empty directory for content on its way into the registry. It
// belongs to the caller until release is called, which removes it and may be
// called again; what a process that died did not release is removed when the root is opened. Close
// waits for the release.
func (s *Store) Stage(ctx context.Context) (dir string, release func(), err error) {
	leave, err := s.enter()
	if err != nil {
		return "", nil, err
	}
	o, err := s.disk.begin(ctx)
	if err != nil {
		leave()
		return "", nil, err
	}
	return o.dir, sync.OnceFunc(func() { o.end(); leave() }), nil
}
