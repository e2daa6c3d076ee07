package envbuild

import (
	"context"

	"github.com/packtrain/pack"
)

// An isolator is a Runner that says at which level children start, and why it is not a
// better one.
type isolator interface {
	Isolation(ctx context.Context) (level pack.Isolation, shortfall string, err error)
}

// isolated sets the level at which tools ran, if any did.
func (s *Summary) isolated(ctx context.Context, r pack.Runner) {
	built := 0
	for _, n := range s.Built {
		built += n
	}
	i, ok := r.(isolator)
	if !ok || built == 0 {
		return
	}
	if level, shortfall, err := i.Isolation(ctx); err == nil {
		s.Isolation, s.Shortfall = level, shortfall
	}
}
