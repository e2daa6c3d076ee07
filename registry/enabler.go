package registry

import (
	"context"
	"maps"
	"slices"

	"github.com/packtrain/pack"
)

// An Enabler overrides whether packs and their components are enabled. Overrides are kept
// when the pack is replaced or rolled back, and are in the [Feed].
type Enabler interface {
	// SetEnabled overrides whether a component of ref is enabled or, if component is "",
	// the whole pack. Repeating it changes nothing. The error matches [pack.ErrNotFound] if
	// the pack is not installed, or its active generation has no such component.
	SetEnabled(ctx context.Context, ref pack.Ref, component pack.ComponentRef, enabled bool) error
}

var _ Enabler = (*Store)(nil)

// SetEnabled implements [Enabler].
func (s *Store) SetEnabled(ctx context.Context, ref pack.Ref, component pack.ComponentRef, enabled bool) error {
	doing := "disable "
	if enabled {
		doing = "enable "
	}
	err := s.changeSettings(ctx, ref, func(rec *Record) error {
		if component == "" {
			rec.Settings.Enabled = &enabled
			return nil
		}
		if err := s.hasComponent(ctx, ref, component); err != nil {
			return err
		}
		overrides := map[pack.ComponentRef]bool{}
		maps.Copy(overrides, rec.Settings.Components)
		overrides[component] = enabled
		rec.Settings.Components = overrides
		return nil
	})
	if component != "" {
		return s.explain(ctx, doing+component.String(), err)
	}
	return s.explain(ctx, doing+"pack "+ref.String(), err)
}

// hasComponent returns an error unless the active generation of ref has the component.
func (s *Store) hasComponent(ctx context.Context, ref pack.Ref, component pack.ComponentRef) error {
	components, err := s.config.Records.Components(ctx, ref)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(components, func(c pack.Component) bool { return c.Ref == component }) {
		return pack.Errorf(pack.CodeNotFound, "pack %s has no component %q", ref, component)
	}
	return nil
}

// Enabled reports whether the pack is enabled: as users decided, otherwise as it says.
func (r *Record) Enabled() bool {
	if r.Settings.Enabled != nil {
		return *r.Settings.Enabled
	}
	return r.Manifest.Enabled
}

// ComponentEnabled reports whether a component of the pack is enabled: the pack is, and
// the component is as users decided, otherwise as it says.
func (r *Record) ComponentEnabled(c *pack.Component) bool {
	enabled, overridden := r.Settings.Components[c.Ref]
	if !overridden {
		enabled = c.Enabled
	}
	return enabled && r.Enabled()
}
