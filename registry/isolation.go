package registry

import (
	"context"

	"github.com/packtrain/pack"
)

// An isolator is a Runner that says in advance at which level children start, and why it
// is not a better one.
type isolator interface {
	Isolation(ctx context.Context) (level pack.Isolation, shortfall string, err error)
}

// admitTests checks that the tests of a pack run at the level that the configuration
// requires for content that came over a network.
func (s *Store) admitTests(ctx context.Context, pin pack.Pin) error {
	required := s.config.RemoteIsolation
	if !pin.Remote() || pack.IsolationNone.AtLeast(required) {
		return nil
	}
	level, shortfall := pack.IsolationNone, "the host does not say how it isolates them"
	if r, ok := s.config.Runner.(isolator); ok {
		var err error
		if level, shortfall, err = r.Isolation(ctx); err != nil {
			return err
		}
	}
	if level.AtLeast(required) {
		return nil
	}
	if shortfall != "" {
		shortfall = " (" + shortfall + ")"
	}
	return pack.Errorf(pack.CodePolicyDenied,
		"tests of packs that came over a network require isolation level %s, but run at level %s%s: skip the tests, or lower the requirement",
		required, level, shortfall)
}
