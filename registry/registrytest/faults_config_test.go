package registrytest

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// keeping returns memory whose SetConfiguration is set.
func keeping(set func(m *registry.Memory, ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error) func() *broken {
	return func() *broken { return &broken{setConfig: set} }
}

func configFaults() []fault {
	return []fault{
		{"configurations are merged", "ConfigurationIsReplaced", keeping(func(m *registry.Memory, ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
			old, _ := m.Configuration(ctx, ref)
			values := old.Config.Reveal()
			maps.Copy(values, next.Config.Reveal())
			return m.SetConfiguration(ctx, ref, expect, configurationOf(next.Revision, values, next.Config.Secret()...))
		})},
		{"secrets are lost", "ConfigurationIsReplaced", keeping(func(m *registry.Memory, ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
			return m.SetConfiguration(ctx, ref, expect, configurationOf(next.Revision, next.Config.Reveal()))
		})},
		{"masks are stored", "ConfigurationIsReplaced", keeping(func(m *registry.Memory, ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
			return m.SetConfiguration(ctx, ref, expect, configurationOf(next.Revision, next.Config.Values(), next.Config.Secret()...))
		})},
		{"revisions are not compared", "StaleConfigurationIsRefused", keeping(uncompared)},
		{"revisions are not compared", "OneOfManyConfigurationsWins", keeping(uncompared)},
		{"removals are not compared", "StaleConfigurationIsRefused", keeping(func(m *registry.Memory, ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
			if next.Revision == "" {
				expect = ""
			}
			return m.SetConfiguration(ctx, ref, expect, next)
		})},
		{"the context is not looked at", "CancelledConfigurationChangesNothing", keeping(func(m *registry.Memory, ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
			return m.SetConfiguration(context.WithoutCancel(ctx), ref, expect, next)
		})},
		applyFault("removing purges", "ConfigurationOutlivesThePack", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			for _, r := range op.Remove {
				_ = m.SetConfiguration(ctx, r.Ref, "", registry.Configuration{})
			}
			return m.Apply(ctx, op)
		}),
		activationFault("an upgrade marks nothing", "SecretsStaySecret", func(_ *registry.Memory, a *registry.Activation) {
			if a.Previous != "" {
				a.Manifest.ConfSchema = nil
			}
		}),
		activationFault("an installation marks nothing", "SecretsStaySecret", func(_ *registry.Memory, a *registry.Activation) {
			if a.Ref == "new" {
				a.Manifest.ConfSchema = nil
			}
		}),
		applyFault("rolling back reveals", "SecretsStaySecret", func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
			rs, err := m.Apply(ctx, op)
			for _, a := range op.Activate {
				if a.Generation.Name < a.Previous {
					c, _ := m.Configuration(ctx, a.Ref)
					revealed := configurationOf(c.Revision, c.Config.Reveal(), slices.DeleteFunc(c.Config.Secret(), func(at string) bool { return at == "/token" })...)
					_ = m.SetConfiguration(ctx, a.Ref, "", registry.Configuration{})
					_ = m.SetConfiguration(ctx, a.Ref, "", revealed)
				}
			}
			return rs, err
		}),
	}
}

func uncompared(m *registry.Memory, ctx context.Context, ref pack.Ref, _ string, next registry.Configuration) error { //nolint:revive // as the method expression
	for {
		now, err := m.Configuration(ctx, ref)
		if err == nil {
			err = m.SetConfiguration(ctx, ref, now.Revision, next)
		}
		if !errors.Is(err, pack.ErrConflict) {
			return err
		}
	}
}

func configurationOf(revision string, values map[string]any, secrets ...string) registry.Configuration {
	c, err := pack.NewConfig(values, secrets)
	if err != nil {
		panic(err)
	}
	return registry.Configuration{Config: c, Revision: revision}
}
