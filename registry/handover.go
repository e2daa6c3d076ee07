package registry

import (
	"context"
	"sync"

	"github.com/packtrain/pack"
)

// InstalledPacks returns the installed packs, ordered by ref, for an installer, which
// does not fetch them again. It omits packs with damaged records.
func (s *Store) InstalledPacks(ctx context.Context) ([]pack.InstalledPack, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	records, err := s.sound(ctx)
	if err != nil {
		return nil, err
	}
	packs := make([]pack.InstalledPack, len(records))
	for i, rec := range records {
		packs[i] = pack.InstalledPack{
			ID:                pack.ID{Ref: rec.Ref, Version: rec.Active.Version},
			Pin:               rec.Active.Pin,
			DirectoryChecksum: rec.Active.DirectoryChecksum,
			TreeDigest:        rec.Active.TreeDigest,
			Dependencies:      rec.Manifest.Dependencies,
			Platform:          rec.Manifest.PlatformVersion,
			Path:              s.disk.Current(rec.Ref),
		}
	}
	return packs, nil
}

// Stage returns an empty directory for content to be registered. The caller owns it
// until it calls release, which removes it and may be called again. Opening the root
// removes the directories of dead processes. Close waits for the release.
func (s *Store) Stage(ctx context.Context) (dir string, release func(), err error) {
	leave, err := s.enterToChange()
	if err != nil {
		return "", nil, err
	}
	s.changed.Store(true)
	staging, err := s.disk.Begin(ctx)
	if err != nil {
		leave()
		return "", nil, err
	}
	return staging.Dir, sync.OnceFunc(func() { staging.End(); leave() }), nil
}
