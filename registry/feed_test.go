package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestChangesOfAStore registers, replaces, rolls back and removes packs in the names of
// several users.
func TestChangesOfAStore(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	now := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	c.Clock = func() time.Time { return now }
	s := r.openWith(t, c)
	install := func(actor string, paths ...string) {
		t.Helper()
		req := registry.Request{Paths: paths, Replace: registry.ReplaceUpgrade}
		if _, err := s.Register(registry.WithActor(t.Context(), actor), req); err != nil {
			t.Fatal(err)
		}
	}
	app := write(t, simplePack("app", "1.0.0").needing("lib@^1"))
	install("ann", app, write(t, simplePack("lib", "1.0.0")))
	install("", write(t, simplePack("lib", "1.1.0")))
	_, err := s.RollBack(registry.WithActor(t.Context(), "bob"), "lib", nil)
	removeErr := s.Remove(registry.WithActor(t.Context(), "eve"), "app", nil)
	if err := errors.Join(err, removeErr); err != nil {
		t.Fatal(err)
	}
	batch, err := s.Changes(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range batch.Changes {
		text := fmt.Sprintf("%q:", c.Actor)
		for _, p := range c.Packs {
			text += fmt.Sprintf(" %s %s>%s", p.Ref, p.From.Version, p.To.Version)
		}
		got = append(got, text)
		if !c.Time.Equal(now) || c.Operation == "" {
			t.Errorf("operation %q at %v", c.Operation, c.Time)
		}
	}
	want := []string{`"ann": app >1.0.0 lib >1.0.0`, `"": lib 1.0.0>1.1.0`, `"bob": lib 1.1.0>1.0.0`, `"eve": app 1.0.0>`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got)\n%s", diff)
	}
}

// TestNamesOfActors: what a host gives does not have to be a name.
func TestNamesOfActors(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	given := []string{"ann", "a\x00n\nn\x1b[2J", "a\xffnn", strings.Repeat("\u00fc", 200)}
	want := []string{"ann", "ann[2J", "ann", strings.Repeat("\u00fc", 128)}
	for i, actor := range given {
		req := registry.Request{Paths: []string{write(t, simplePack("demo", fmt.Sprintf("1.%d.0", i)))}, Replace: registry.ReplaceAny}
		if _, err := s.Register(registry.WithActor(t.Context(), actor), req); err != nil {
			t.Fatal(err)
		}
	}
	batch, err := s.Changes(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range batch.Changes {
		got = append(got, c.Actor)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("actors (-want +got)\n%s", diff)
	}
}

// TestOldChangesAreForgotten: a reader that comes too late is told so, and from where to
// continue.
func TestOldChangesAreForgotten(t *testing.T) {
	t.Parallel()
	for name, records := range map[string]registry.Records{"memory": registry.NewMemory(), "compacted": compacted{registry.NewMemory()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const most = 3*registry.RememberedOperations + 5
			for n := range most {
				op := registry.Operation{ID: fmt.Sprint(n), Activate: []registry.Activation{{Ref: "a", Generation: registry.Generation{Name: "1"}}}}
				if n%2 == 1 {
					op = registry.Operation{ID: fmt.Sprint(n), Remove: []registry.Removal{{Ref: "a", Generation: "1"}}}
				}
				if _, err := records.Apply(t.Context(), op); err != nil {
					t.Fatal(err)
				}
			}
			for _, since := range []int64{0, 1, 1000} {
				_, err := records.Changes(t.Context(), since)
				e, ok := errors.AsType[*registry.FeedError](err)
				if !ok || *e != (registry.FeedError{Since: since, Next: most}) || !errors.Is(err, pack.ErrNotFound) {
					t.Errorf("after %d: got %v", since, err)
				}
			}
			batch, err := records.Changes(t.Context(), most-registry.RememberedOperations)
			if err != nil || len(batch.Changes) != registry.MaxChanges || batch.Changes[0].Operation != fmt.Sprint(most-registry.RememberedOperations) {
				t.Errorf("the oldest that are kept: %d changes, %v", len(batch.Changes), err)
			}
		})
	}
}

// compacted are records that are compacted before they are read.
type compacted struct{ *registry.Memory }

func (c compacted) Changes(ctx context.Context, since int64) (registry.ChangeBatch, error) {
	m, err := c.Compacted()
	if err != nil {
		return registry.ChangeBatch{}, err
	}
	return m.Changes(ctx, since)
}
