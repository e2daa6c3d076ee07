package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// configured is a pack whose conf_schema is the given text in flow style.
func configured(version, schema string) files {
	f := simplePack("demo", version)
	return f.with(files{"pack.yaml": f["pack.yaml"] + "conf_schema: " + schema + "\n"})
}

const tokenSchema = "{token: {type: string, secret: true, required: true}, port: {type: integer, default: 80}}"

func setConfig(t *testing.T, s *registry.Store, values map[string]any) registry.Configuration {
	t.Helper()
	c, err := s.SetConfig(t.Context(), "demo", values, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantConfig wants masked and revealed values, in the form of package fmt.
func wantConfig(t *testing.T, what string, s *registry.Store, masked, revealed string) {
	t.Helper()
	shown, err := s.Config(t.Context(), "demo")
	full, err2 := s.RevealConfig(t.Context(), "demo")
	if err := errors.Join(err, err2); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for as, values := range map[string]map[string]any{"shown": shown.Config.Values(), "revealed by Config": shown.Config.Reveal(), "printed": full.Config.Values()} {
		if got := fmt.Sprint(values); got != masked {
			t.Errorf("%s: %s: got %s, want %s", what, as, got, masked)
		}
	}
	if got := fmt.Sprint(full.Config.Reveal()); got != revealed || full.Revision != shown.Revision {
		t.Errorf("%s: got %s, want %s", what, got, revealed)
	}
}

// TestSecretStaysMasked sets a secret, takes its mark away by an upgrade, and rolls
// back, removes and installs the pack again.
func TestSecretStaysMasked(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, configured("1.0.0", tokenSchema)))
	wantConfig(t, "before any", s, "map[]", "map[]")
	setConfig(t, s, map[string]any{"token": "t0p", "port": 1})
	const masked, revealed = "map[port:1 token:********]", "map[port:1 token:t0p]"
	wantConfig(t, "set", s, masked, revealed)
	register(t, s, registry.ReplaceUpgrade, write(t, configured("2.0.0", "{token: {type: string}, port: {type: integer}}")))
	wantConfig(t, "upgraded to a schema without secret", s, masked, revealed)
	setConfig(t, s, map[string]any{"token": "********", "port": 1})
	wantConfig(t, "kept by a placeholder", s, masked, revealed)
	if _, err := s.RollBack(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	wantConfig(t, "rolled back", s, masked, revealed)
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	register(t, s, "", write(t, simplePack("demo", "3.0.0")))
	wantConfig(t, "removed and installed without a schema", s, masked, revealed)
	setConfig(t, s, map[string]any{"token": "other", "port": 1})
	wantConfig(t, "replaced", s, "map[port:1 token:other]", "map[port:1 token:other]")
}

// TestLaterMarkIsKept marks a value by an upgrade that is rolled back.
func TestLaterMarkIsKept(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	setConfig(t, s, map[string]any{"token": "t0p"})
	wantConfig(t, "without a schema", s, "map[token:t0p]", "map[token:t0p]")
	register(t, s, registry.ReplaceUpgrade, write(t, configured("2.0.0", tokenSchema)))
	wantConfig(t, "upgraded", s, "map[token:********]", "map[token:t0p]")
	if _, err := s.RollBack(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	wantConfig(t, "rolled back", s, "map[token:********]", "map[token:t0p]")
}

func TestSetConfigChecks(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, configured("1.0.0", tokenSchema)))
	before := setConfig(t, s, map[string]any{"token": "t0p"})
	for name, tt := range map[string]struct {
		values map[string]any
		opts   *registry.SetConfigOptions
		want   string
		match  error
	}{
		"type":              {map[string]any{"token": "t0p", "port": "notanumber"}, nil, `"port" is a string; want an integer`, pack.ErrInvalid},
		"type of a secret":  {map[string]any{"token": 17}, nil, `"token" is an integer; want a string`, pack.ErrInvalid},
		"unknown":           {map[string]any{"token": "t0p", "bogus": 1}, nil, `"bogus" is not known`, pack.ErrInvalid},
		"missing":           {nil, nil, `"token" is missing`, pack.ErrInvalid},
		"not data":          {map[string]any{"token": func() {}}, nil, "unsupported type", pack.ErrInvalid},
		"too large":         {map[string]any{"token": strings.Repeat("x", 1<<20)}, nil, "at most 65536", pack.ErrLimit},
		"another revision":  {map[string]any{"token": "new"}, &registry.SetConfigOptions{Expect: "x"}, "changed in the meantime", pack.ErrConflict},
		"no revision":       {map[string]any{"token": "new"}, &registry.SetConfigOptions{Expect: registry.NoConfiguration}, "changed in the meantime", pack.ErrConflict},
		"foreign mask":      {map[string]any{"token": "t0p", "port": "********"}, nil, `"port" has none`, pack.ErrInvalid},
		"not an acceptable": {map[string]any{"": "********"}, nil, "has none", pack.ErrInvalid},
	} {
		_, err := s.SetConfig(t.Context(), "demo", tt.values, tt.opts)
		if !errors.Is(err, tt.match) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "t0p") {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	after, err := s.Config(t.Context(), "demo")
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("changed: %v %s", err, diff)
	}
}

// TestEditorsDoNotOverwriteEachOther lets several editors read and replace a
// configuration: each change is made on what the editor read.
func TestEditorsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	const editors, changes = 4, 5
	var wg sync.WaitGroup
	for i := range editors {
		wg.Go(func() {
			for n := 0; n < changes; {
				c, err := s.Config(t.Context(), "demo")
				if err != nil {
					t.Error(err)
					return
				}
				values := c.Config.Values()
				values[fmt.Sprint("k", i, "-", n)] = true
				_, err = s.SetConfig(t.Context(), "demo", values, &registry.SetConfigOptions{Expect: c.Revision})
				if err == nil {
					n++
				} else if !errors.Is(err, pack.ErrConflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if c, err := s.Config(t.Context(), "demo"); err != nil || len(c.Config.Values()) != editors*changes {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestRemoveKeepsAndPurgesConfig(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	install := func() { register(t, s, "", write(t, simplePack("demo", "1.0.0"))) }
	install()
	setConfig(t, s, map[string]any{"a": "b"})
	purge := func() error { return s.Remove(t.Context(), "demo", &registry.RemoveOptions{Purge: true}) }
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	install()
	wantConfig(t, "removed", s, "map[a:b]", "map[a:b]")
	if err := purge(); err != nil {
		t.Fatal(err)
	}
	install()
	wantConfig(t, "purged", s, "map[]", "map[]")
	setConfig(t, s, map[string]any{"a": "b"})
	if err := errors.Join(s.Remove(t.Context(), "demo", nil), purge()); err != nil { // of a pack that is gone
		t.Fatal(err)
	}
	if err := purge(); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("purging nothing: %v", err)
	}
	install()
	wantConfig(t, "purged after the removal", s, "map[]", "map[]")
}

// TestUpgradeReportsConfig upgrades to a schema that the recorded values do not fit.
func TestUpgradeReportsConfig(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, configured("1.0.0", "{token: {type: string, secret: true}, port: {type: string}}")))
	setConfig(t, s, map[string]any{"token": "t0p", "port": "x"})
	var events []pack.Event
	next := write(t, configured("2.0.0", "{token: {type: integer}, port: {type: integer}, host: {required: true}}"))
	rep, err := s.Register(t.Context(), registry.Request{Paths: []string{next}, Replace: registry.ReplaceUpgrade, OnEvent: func(_ context.Context, e pack.Event) { events = append(events, e) }})
	if err != nil {
		t.Fatal(err)
	}
	const problems = `"host" is missing; "port" is a string; want an integer; "token" is a string; want an integer`
	want := `the configuration of pack demo does not fit version 2.0.0: ` + problems + `; set it anew`
	if len(rep.Warnings) != 1 || rep.Warnings[0].Message != want || rep.Warnings[0].Ref != "demo" {
		t.Errorf("warnings: %+v", rep.Warnings)
	}
	seen := 0
	for _, e := range events {
		if e.Kind == pack.EventWarning && e.Message == want {
			seen++
		}
	}
	details, err := s.Show(t.Context(), "demo")
	if err != nil || seen != 1 || strings.Join(details.ConfigProblems, "; ") != problems {
		t.Errorf("%d events; show: %+v, %v", seen, details, err)
	}
	setConfig(t, s, map[string]any{"token": 1, "port": 1, "host": "h"})
	if details, err = s.Show(t.Context(), "demo"); err != nil || details.ConfigProblems != nil {
		t.Errorf("after setting it anew: %v, %v", details.ConfigProblems, err)
	}
	if got, err := s.ConfigProblems(t.Context(), &pack.Manifest{Ref: "demo", ConfSchema: map[string]any{"port": map[string]any{}}}); err != nil || len(got) != 2 {
		t.Errorf("for another manifest: %q, %v", got, err)
	}
}

// TestRemoveConfig removes configurations with an expected revision, of installed packs and
// of removed ones.
func TestRemoveConfig(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	ctx := t.Context()
	remove := func(expect string) error {
		return s.RemoveConfig(ctx, "demo", &registry.SetConfigOptions{Expect: expect})
	}
	register(t, s, "", write(t, configured("1.0.0", tokenSchema)))
	first := setConfig(t, s, map[string]any{"token": "t0p"})
	second := setConfig(t, s, map[string]any{"token": "t1p"})
	for _, stale := range []string{first.Revision, registry.NoConfiguration} {
		if err := remove(stale); !errors.Is(err, pack.ErrConflict) {
			t.Errorf("revision %s: got %v", stale, err)
		}
	}
	wantConfig(t, "not removed", s, "map[token:********]", "map[token:t1p]")
	if err := remove(second.Revision); err != nil {
		t.Fatal(err)
	}
	wantConfig(t, "removed", s, "map[]", "map[]")
	for _, expect := range []string{second.Revision, ""} {
		if err := remove(expect); !errors.Is(err, pack.ErrNotFound) {
			t.Errorf("once more: got %v", err)
		}
	}
	third := setConfig(t, s, map[string]any{"token": "t2p"})
	if err := errors.Join(s.Remove(ctx, "demo", nil), remove(third.Revision)); err != nil {
		t.Errorf("of a removed pack: %v", err)
	}
	if err := s.RemoveConfig(ctx, "../demo", nil); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("not a ref: %v", err)
	}
}
