package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// A Configurer stores the users' configuration of packs. It remains when the pack is
// replaced, rolled back and removed, see [RemoveOptions].
type Configurer interface {
	// Config returns the values that the user set, without the defaults of the pack, and
	// without the secret ones: a placeholder stands for each of those, see
	// [pack.Config.Values]. A pack that is neither installed nor linked ([Store.Link]) is an
	// error that matches [pack.ErrNotFound]. The revision of a pack without a configuration is
	// [NoConfiguration].
	Config(ctx context.Context, ref pack.Ref) (Configuration, error)
	// RevealConfig is Config with the secret values.
	RevealConfig(ctx context.Context, ref pack.Ref) (Configuration, error)
	// SetConfig replaces the values; nil empties them. Placeholders keep secret values,
	// and what is secret stays so, see [pack.Config.Replace]. The error matches
	// [pack.ErrInvalid] and changes nothing if the values do not fit the conf_schema of
	// the pack, and [pack.ErrConflict] if opts expect another revision. It returns what
	// Config returns then. opts may be nil.
	SetConfig(ctx context.Context, ref pack.Ref, values map[string]any, opts *SetConfigOptions) (Configuration, error)
}

// A ConfigRemover removes configurations.
type ConfigRemover interface {
	// RemoveConfig removes the configuration of a pack, which does not have to be
	// installed. The error matches [pack.ErrNotFound] if there is none, and
	// [pack.ErrConflict] if opts expect another revision. opts may be nil.
	RemoveConfig(ctx context.Context, ref pack.Ref, opts *SetConfigOptions) error
}

// NoConfiguration is the revision of a pack whose configuration was never set.
const NoConfiguration = "none"

// SetConfigOptions change how a configuration is set, or removed.
type SetConfigOptions struct {
	// Expect is the revision of the configuration to replace or to remove; "" for any.
	Expect string
}

var (
	_ Configurer    = (*Store)(nil)
	_ ConfigRemover = (*Store)(nil)
)

// Config implements [Configurer].
func (s *Store) Config(ctx context.Context, ref pack.Ref) (Configuration, error) {
	c, err := s.RevealConfig(ctx, ref)
	if err != nil {
		return Configuration{}, err
	}
	return c.withoutSecrets()
}

// withoutSecrets returns c with placeholders in place of the secret values.
func (c Configuration) withoutSecrets() (Configuration, error) {
	masked, err := pack.NewConfig(c.Config.Values(), c.Config.Secret())
	return Configuration{masked, c.Revision}, err
}

// RevealConfig implements [Configurer].
func (s *Store) RevealConfig(ctx context.Context, ref pack.Ref) (Configuration, error) {
	leave, err := s.enter()
	if err != nil {
		return Configuration{}, err
	}
	defer leave()
	_, c, err := s.configuration(ctx, ref)
	return c, s.explain(ctx, "", err)
}

// configuration returns the manifest and the configuration of a pack.
func (s *Store) configuration(ctx context.Context, ref pack.Ref) (*pack.Manifest, Configuration, error) {
	m, err := s.configured(ctx, ref)
	if err != nil {
		return nil, Configuration{}, err
	}
	c, err := s.config.Records.Configuration(ctx, ref)
	if err != nil {
		return nil, Configuration{}, err
	}
	c, _ = c.Mark(m)
	if c.Revision == "" {
		c.Revision = NoConfiguration
	}
	return m, c, nil
}

// configured returns the manifest that describes the configuration of ref: of the installed
// pack, otherwise of the directory that ref is linked to.
func (s *Store) configured(ctx context.Context, ref pack.Ref) (*pack.Manifest, error) {
	rec, err := s.config.Records.Pack(ctx, ref)
	if !errors.Is(err, pack.ErrNotFound) {
		return &rec.Manifest, err
	}
	l, linkErr := s.link(ref)
	if linkErr != nil {
		return nil, err
	}
	p, err := s.loadLink(l)
	if err != nil {
		return nil, fmt.Errorf("use the link of pack %s: %w", ref, err)
	}
	return &p.Manifest, nil
}

// SetConfig implements [Configurer].
func (s *Store) SetConfig(ctx context.Context, ref pack.Ref, values map[string]any, opts *SetConfigOptions) (Configuration, error) {
	leave, err := s.enterToChange()
	if err != nil {
		return Configuration{}, err
	}
	defer leave()
	if opts == nil {
		opts = &SetConfigOptions{}
	}
	c, err := s.setConfig(ctx, ref, values, opts.Expect)
	if err != nil {
		return Configuration{}, s.explain(ctx, "configure pack "+ref.String(), err)
	}
	return c.withoutSecrets()
}

func (s *Store) setConfig(ctx context.Context, ref pack.Ref, values map[string]any, expect string) (Configuration, error) {
	if _, err := pack.ParseRef(ref.String()); err != nil {
		return Configuration{}, err
	}
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return Configuration{}, err
	}
	defer lock.Release()
	m, old, err := s.configuration(ctx, ref)
	switch {
	case err != nil:
		return Configuration{}, err
	case expect != "" && expect != old.Revision:
		return Configuration{}, ConfigConflict(ref)
	}
	next := Configuration{Revision: newRevision()}
	if next.Config, err = old.Config.Replace(values); err != nil {
		return Configuration{}, err
	}
	next, _ = next.Mark(m)
	if problems := m.CheckConfig(next.Config, s.schemas()); len(problems) > 0 {
		return Configuration{}, pack.Errorf(pack.CodeInvalidRequest, "the values do not fit conf_schema: %s", strings.Join(problems, "; "))
	}
	if old.Revision == NoConfiguration {
		old.Revision = ""
	}
	return next, s.config.Records.SetConfiguration(ctx, ref, old.Revision, next)
}

// RemoveConfig implements [ConfigRemover].
func (s *Store) RemoveConfig(ctx context.Context, ref pack.Ref, opts *SetConfigOptions) error {
	leave, err := s.enterToChange()
	if err != nil {
		return err
	}
	defer leave()
	if opts == nil {
		opts = &SetConfigOptions{}
	}
	return s.explain(ctx, "remove the configuration of pack "+ref.String(), s.removeConfig(ctx, ref, opts.Expect))
}

func (s *Store) removeConfig(ctx context.Context, ref pack.Ref, expect string) error {
	if _, err := pack.ParseRef(ref.String()); err != nil {
		return err
	}
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return err
	}
	defer lock.Release()
	found, err := s.purge(ctx, ref, expect)
	if err == nil && !found {
		return pack.Errorf(pack.CodeNotFound, "pack %s has no configuration", ref)
	}
	return err
}

// schemas returns the host's implementation of JSON Schema, or nil.
func (s *Store) schemas() pack.SchemaCompiler {
	if s.config.Load == nil {
		return nil
	}
	return s.config.Load.Schemas
}

// ConfigProblems returns why the recorded configuration of the pack of m does not fit m,
// such as the manifest of a version that is about to replace the active one: one line for
// each value, see [pack.Manifest.CheckConfig]; nil if it fits, or was never set.
func (s *Store) ConfigProblems(ctx context.Context, m *pack.Manifest) ([]string, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.configProblems(ctx, m)
}

func (s *Store) configProblems(ctx context.Context, m *pack.Manifest) ([]string, error) {
	c, err := s.config.Records.Configuration(ctx, m.Ref)
	if err != nil || c.Revision == "" {
		return nil, err
	}
	return m.CheckConfig(c.Config, s.schemas()), nil
}

// warnConfigs warns of recorded configurations that do not fit what became active.
func (r *request) warnConfigs(ctx context.Context) {
	for _, it := range r.items {
		if it.Err != nil || it.unchanged {
			continue
		}
		problems, err := r.store.configProblems(ctx, &it.record.Manifest)
		if err != nil {
			problems = []string{err.Error()}
		}
		if len(problems) > 0 {
			r.Warn(ctx, &it.Item, "the configuration of pack %s does not fit version %s: %s; set it anew", it.ID.Ref, it.ID.Version, strings.Join(problems, "; "))
		}
	}
}

// purge removes the configuration of a pack, whether or not it is installed, if it has the
// revision expect; "" stands for any, also for one that cannot be decoded.
func (s *Store) purge(ctx context.Context, ref pack.Ref, expect string) (found bool, err error) {
	c, err := s.config.Records.Configuration(ctx, ref)
	if err != nil && (expect != "" || !damaged(err)) {
		return false, err
	}
	if err == nil && c.Revision == "" {
		return false, nil
	}
	return true, s.config.Records.SetConfiguration(ctx, ref, expect, Configuration{})
}

// removeAndPurge removes a pack and its configuration. It may be repeated when the
// process died in between: it is enough that there is one of them.
func (s *Store) removeAndPurge(ctx context.Context, ref pack.Ref, opts *RemoveOptions) error {
	err := s.remove(ctx, ref, opts)
	missing := errors.Is(err, pack.ErrNotFound)
	if err != nil && !missing {
		return err
	}
	found, perr := s.purge(ctx, ref, "")
	if missing && !found && perr == nil {
		return err
	}
	return perr
}
