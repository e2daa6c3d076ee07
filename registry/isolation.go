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

// isolation returns the level at which tests run, and why it is not a better one.
func (s *Store) isolation(ctx context.Context) (level pack.Isolation, shortfall string, err error) {
	if r, ok := s.config.Runner.(isolator); ok {
		return r.Isolation(ctx)
	}
	return pack.IsolationNone, "the host does not say how it isolates them", nil
}

// admitTests checks that the tests of a pack run at the level that the configuration
// requires for content that came over a network.
func (s *Store) admitTests(ctx context.Context, pin pack.Pin) error {
	required := s.config.RemoteIsolation
	if !pin.Remote() || pack.IsolationNone.AtLeast(required) {
		return nil
	}
	level, shortfall, err := s.isolation(ctx)
	if err != nil || level.AtLeast(required) {
		return err
	}
	if shortfall != "" {
		shortfall = " (" + shortfall + ")"
	}
	return pack.Errorf(pack.CodePolicyDenied,
		"tests of packs that came over a network require isolation level %s, but run at level %s%s: skip the tests, or lower the requirement",
		required, level, shortfall)
}
