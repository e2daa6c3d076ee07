package registry

import (
	"context"

	"github.com/packtrain/pack"
)

// A Configurer stores the users' configuration of packs. Replacing a pack or rolling it
// back keeps its configuration; removing the pack removes it.
type Configurer interface {
	// Config returns the values that the user set, without the defaults of the pack.
	// Numbers have the type [encoding/json.Number] and are exact. A pack that is not
	// installed is an error that matches [pack.ErrNotFound].
	Config(ctx context.Context, ref pack.Ref) (map[string]any, error)
	// SetConfig replaces them; nil empties them.
	SetConfig(ctx context.Context, ref pack.Ref, config map[string]any) error
}

var _ Configurer = (*Store)(nil)

// Config implements [Configurer].
func (s *Store) Config(ctx context.Context, ref pack.Ref) (map[string]any, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	rec, err := s.config.Records.Pack(ctx, ref)
	return rec.Config, s.explain(ctx, "", err)
}

// SetConfig implements [Configurer].
func (s *Store) SetConfig(ctx context.Context, ref pack.Ref, config map[string]any) error {
	leave, err := s.enterToChange()
	if err != nil {
		return err
	}
	defer leave()
	return s.explain(ctx, "", s.config.Records.SetConfig(ctx, ref, config))
}
