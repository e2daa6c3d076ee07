package registry

import (
	"context"
	"fmt"

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
	return &IsolationError{Required: required, Level: level, Shortfall: shortfall}
}

// An IsolationError says that tests of a pack that came over a network would run at a
// weaker level than [Config.RemoteIsolation]. Its code is [pack.CodePolicyDenied].
type IsolationError struct {
	Required, Level pack.Isolation
	Shortfall       string // why the level is not a better one; "" if that is not known
}

// Error names the levels.
func (e *IsolationError) Error() string {
	text := fmt.Sprintf("tests of packs that came over a network require isolation level %s, but run at level %s", e.Required, e.Level)
	if e.Shortfall != "" {
		text += " (" + e.Shortfall + ")"
	}
	return text + ": skip the tests, or lower the requirement"
}

// Unwrap returns [pack.ErrPolicy].
func (*IsolationError) Unwrap() error { return pack.ErrPolicy }

// ErrorCode implements [pack.Coder].
func (*IsolationError) ErrorCode() pack.Code { return pack.CodePolicyDenied }
