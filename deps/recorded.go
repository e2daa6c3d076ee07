package deps

import (
	"context"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// recorded returns the installed packs by their tree digests. If they are not known, there
// are none: the error is that of the search, which needs them, too.
func recorded(ctx context.Context, w World) map[pack.Digest]*pack.InstalledPack {
	if w == nil {
		return nil
	}
	installed, err := w.Installed(ctx)
	if err != nil {
		return nil
	}
	known := make(map[pack.Digest]*pack.InstalledPack, len(installed))
	for i := range installed {
		if p := &installed[i]; p.TreeDigest != "" {
			known[p.TreeDigest] = p
		}
	}
	return known
}

// A remembering World asks another one for the installed packs once, so that an analysis
// sees one state of them.
type remembering struct {
	World

	once      sync.Once
	installed []pack.InstalledPack
	err       error
}

func remember(w World) World {
	if w == nil {
		return nil
	}
	return &remembering{World: w}
}

// Installed implements [World].
func (w *remembering) Installed(ctx context.Context) ([]pack.InstalledPack, error) {
	w.once.Do(func() {
		defer batch.Rescue(&w.err)
		w.installed, w.err = w.World.Installed(ctx)
	})
	return w.installed, w.err
}
