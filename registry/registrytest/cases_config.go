package registrytest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// configuration returns a configuration of which secrets are the pointers of the secret
// values.
func configuration(t testing.TB, revision string, values map[string]any, secrets ...string) registry.Configuration {
	t.Helper()
	c, err := pack.NewConfig(values, secrets)
	if err != nil {
		t.Fatal(err)
	}
	return registry.Configuration{Config: c, Revision: revision}
}

func configure(t testing.TB, r registry.Records, ref pack.Ref, expect string, c registry.Configuration) {
	t.Helper()
	if err := r.SetConfiguration(t.Context(), ref, expect, c); err != nil {
		t.Fatalf("SetConfiguration: %v", err)
	}
}

func wantConfiguration(t testing.TB, what string, r registry.Records, ref pack.Ref, want registry.Configuration) {
	t.Helper()
	got, err := r.Configuration(t.Context(), ref)
	if err != nil {
		t.Fatalf("Configuration: %v", err)
	}
	wantEqual(t, what+": values", want.Config.Reveal(), got.Config.Reveal())
	wantEqual(t, what+": secrets", want.Config.Secret(), got.Config.Secret())
	wantEqual(t, what+": revision", want.Revision, got.Revision)
}

func configurationIsReplaced(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1, "one"))
	want := stateOf(t, r, "demo")
	wantConfiguration(t, "without any", r, "demo", registry.Configuration{})
	exact := []any{json.Number("9007199254740993"), json.Number("-18446744073709551617"), json.Number("0.10000000000000000001")}
	before := ""
	for i, c := range []map[string]any{
		{"a": "1", "b": []any{"x", json.Number("2.5"), nil}, "nasty '\"\x00/~": map[string]any{"k": "v"}}, {"c": false, "numbers": exact}, {},
	} {
		next := configuration(t, fmt.Sprint("r", i), c, "/a", "/nasty '\"\x00~1~0/k")
		configure(t, r, "demo", before, next)
		wantConfiguration(t, "replaced", r, "demo", next)
		before = next.Revision
	}
	wantConfiguration(t, "another pack", r, "other", registry.Configuration{})
	wantEqual(t, "state of the pack", want, stateOf(t, r, "demo"))
	configure(t, r, "demo", "", registry.Configuration{})
	wantConfiguration(t, "removed", r, "demo", registry.Configuration{})
	configure(t, r, "demo", "", registry.Configuration{})
}

func staleConfigurationIsRefused(t testing.TB, r registry.Records) {
	first, second := configuration(t, "r1", map[string]any{"a": "1"}), configuration(t, "r2", map[string]any{"a": "2"})
	ctx := t.Context()
	wantError(t, "revision that never was", r.SetConfiguration(ctx, "demo", "r0", first), pack.ErrConflict)
	configure(t, r, "demo", "", first)
	wantError(t, "as the first one", r.SetConfiguration(ctx, "demo", "", second), pack.ErrConflict)
	configure(t, r, "demo", "", first) // again
	configure(t, r, "demo", "r1", second)
	configure(t, r, "demo", "r1", second) // again
	wantError(t, "after one that was replaced", r.SetConfiguration(ctx, "demo", "r1", configuration(t, "r3", nil)), pack.ErrConflict)
	wantConfiguration(t, "after all", r, "demo", second)
	wantError(t, "removing one that was replaced", r.SetConfiguration(ctx, "demo", "r1", registry.Configuration{}), pack.ErrConflict)
	wantConfiguration(t, "not removed", r, "demo", second)
	configure(t, r, "demo", "r2", registry.Configuration{})
	wantConfiguration(t, "removed", r, "demo", registry.Configuration{})
	configure(t, r, "demo", "r2", registry.Configuration{}) // again
}

func configurationOutlivesThePack(t testing.TB, r registry.Records) {
	want := configuration(t, "r1", map[string]any{"token": "t", "nested": map[string]any{"on": true}}, "/token")
	configure(t, r, "demo", "", want)
	wantConfiguration(t, "before the pack", r, "demo", want)
	commit(t, r, activation(t, "demo", 1))
	commit(t, r, activation(t, "demo", 2))
	wantConfiguration(t, "after an upgrade", r, "demo", want)
	apply(t, r, removal("demo", generationName(2)))
	wantConfiguration(t, "after the removal", r, "demo", want)
	commit(t, r, activation(t, "demo", 1))
	wantConfiguration(t, "after a new installation", r, "demo", want)
}

// secretsStaySecret lets manifests mark values, and no longer mark them.
func secretsStaySecret(t testing.TB, r registry.Records) {
	secret := map[string]any{"token": map[string]any{"secret": true}}
	values := map[string]any{"token": "t", "url": "u"}
	configure(t, r, "demo", "", configuration(t, "r1", values, "/url"))
	marking := func(n int, schema map[string]any) registry.Activation {
		a := activation(t, "demo", n)
		a.Manifest.ConfSchema = schema
		return a
	}
	first := marking(1, nil)
	commit(t, r, first)
	wantConfiguration(t, "as it was set", r, "demo", configuration(t, "r1", values, "/url"))
	commit(t, r, marking(2, secret))
	want := configuration(t, "r1", values, "/token", "/url")
	wantConfiguration(t, "after an upgrade that marks a value", r, "demo", want)
	first.Previous, first.Time = generationName(2), day(3)
	commit(t, r, first)
	wantConfiguration(t, "after rolling back", r, "demo", want)
	apply(t, r, removal("demo", generationName(1)))
	commit(t, r, marking(1, nil))
	wantConfiguration(t, "after a new installation", r, "demo", want)

	configure(t, r, "new", "", configuration(t, "r1", values))
	a := activation(t, "new", 1)
	a.Manifest.ConfSchema = secret
	commit(t, r, a)
	wantConfiguration(t, "of a pack that is installed after it", r, "new", configuration(t, "r1", values, "/token"))
}

// oneOfManyConfigurationsWins lets several writers replace one configuration.
func oneOfManyConfigurationsWins(t testing.TB, r registry.Records) {
	const writers = 8
	before := ""
	for round := range 5 {
		all := make([]registry.Configuration, writers)
		for i := range all {
			all[i] = configuration(t, fmt.Sprint(round, "-", i), map[string]any{"by": fmt.Sprint(i)})
		}
		errs := each(writers, func(i int) error { return r.SetConfiguration(t.Context(), "demo", before, all[i]) })
		winner := all[oneWinner(t, round, errs)]
		wantConfiguration(t, "of the winner", r, "demo", winner)
		before = winner.Revision
	}
}

func cancelledConfigurationChangesNothing(t testing.TB, r registry.Records) {
	want := configuration(t, "r1", map[string]any{"a": "b"})
	configure(t, r, "demo", "", want)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, "SetConfiguration", r.SetConfiguration(ctx, "demo", "r1", configuration(t, "r2", nil)), context.Canceled)
	_, err := r.Configuration(ctx, "demo")
	wantError(t, "Configuration", err, context.Canceled)
	wantConfiguration(t, "configuration", r, "demo", want)
}
