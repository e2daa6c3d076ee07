package registrytest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// changesAfter returns the changes after since, without their positions, which have to
// increase, and the position from which to continue.
func changesAfter(t testing.TB, r registry.Feed, since int64) (changes []registry.Change, next int64) {
	t.Helper()
	batch, err := r.Changes(t.Context(), since)
	if err != nil {
		t.Fatalf("Changes after %d: %v", since, err)
	}
	last := max(since, 0)
	for _, c := range batch.Changes {
		if c.Position <= last {
			t.Fatalf("Changes after %d: position %d follows %d", since, c.Position, last)
		}
		last = c.Position
		c.Position = 0
		changes = append(changes, c)
	}
	if batch.Next < last {
		t.Fatalf("Changes after %d: Next is %d, the last position is %d", since, batch.Next, last)
	}
	return changes, batch.Next
}

// change returns the change that op makes, with the given parts.
func change(op registry.Operation, packs ...registry.PackChange) registry.Change {
	return registry.Change{Operation: op.ID, Time: op.Time, Actor: op.Actor, Packs: packs}
}

// moved returns the change of ref between generations with the given numbers; 0 for
// none.
func moved(t testing.TB, ref pack.Ref, from, to int) registry.PackChange {
	t.Helper()
	id := func(n int) registry.GenerationID {
		if n == 0 {
			return registry.GenerationID{}
		}
		return registry.GenerationID{Name: generationName(n), Version: generation(t, n).Version}
	}
	return registry.PackChange{Ref: ref, From: id(from), To: id(to)}
}

// dated returns op with a time and an actor.
func dated(op registry.Operation, n int, actor string) registry.Operation {
	op.Time, op.Actor = day(n), actor
	return op
}

func changesAreListed(t testing.TB, r registry.Records) {
	back := activation(t, "demo", 1)
	back.Previous = generationName(2)
	install := dated(set(activation(t, "lib", 1), activation(t, "demo", 1)), 1, "ann")
	upgrade := dated(set(activation(t, "demo", 2)), 2, "\"J\u00fcrgen\"\n'\u2028 x")
	rollBack := dated(set(back), 3, "")
	mixed := dated(set(activation(t, "app", 1)), 3, "ann")
	mixed.Remove = []registry.Removal{{Ref: "demo", Generation: generationName(1)}}
	want := []registry.Change{
		change(install, moved(t, "demo", 0, 1), moved(t, "lib", 0, 1)),
		change(upgrade, moved(t, "demo", 1, 2)),
		change(rollBack, moved(t, "demo", 2, 1)),
		change(mixed, moved(t, "app", 0, 1), moved(t, "demo", 1, 0)),
	}
	none, start := changesAfter(t, r, 0)
	wantEqual(t, "changes of new records", 0, len(none))
	positions := []int64{start}
	for i, op := range []registry.Operation{install, upgrade, rollBack, mixed} {
		apply(t, r, op)
		got, next := changesAfter(t, r, positions[i])
		wantEqual(t, "change of operation "+op.ID, want[i:i+1], got)
		positions = append(positions, next)
	}
	for i, since := range positions {
		got, _ := changesAfter(t, r, since)
		wantEqual(t, fmt.Sprintf("changes after %d", since), want[i:], append([]registry.Change{}, got...))
	}
}

func onlyChangesAreListed(t testing.TB, r registry.Records) {
	a := activation(t, "demo", 1)
	op := set(a)
	apply(t, r, op)
	_, next := changesAfter(t, r, 0)
	apply(t, r, op)     // again
	apply(t, r, set(a)) // is active already
	apply(t, r, removal("ghost", generationName(1)))
	_, err := activate(t.Context(), r, activation(t, "demo", 3))
	wantError(t, "stale activation", err, pack.ErrConflict)
	configure(t, r, "demo", "", configuration(t, "r1", map[string]any{"a": "b"}))
	got, next := changesAfter(t, r, next)
	wantEqual(t, "changes after operations that change nothing", 0, len(got))

	half := set(activation(t, "demo", 2), activation(t, "lib", 1))
	half.Remove = []registry.Removal{{Ref: "ghost", Generation: generationName(1)}}
	half.Activate[1] = activation(t, "lib", 1)
	apply(t, r, set(activation(t, "lib", 1)))
	_, next = changesAfter(t, r, next)
	apply(t, r, half)
	got, _ = changesAfter(t, r, next)
	wantEqual(t, "changes of an operation that changes one of three packs", []registry.Change{change(half, moved(t, "demo", 1, 2))}, got)
}

func changesBeyondTheFeedAreRefused(t testing.TB, r registry.Records) {
	none, now := changesAfter(t, r, registry.SinceNow)
	wantEqual(t, "changes since now", 0, len(none))
	for n := range 3 {
		_, err := r.Changes(t.Context(), now+1)
		e, ok := errors.AsType[*registry.FeedError](err)
		if !ok || *e != (registry.FeedError{Since: now + 1, Next: now}) {
			t.Fatalf("Changes after a position that is not there yet: %v", err)
		}
		wantError(t, "Changes after a position that is not there yet", err, pack.ErrNotFound)
		commit(t, r, activation(t, "demo", n+1))
		if none, now = changesAfter(t, r, registry.SinceNow); len(none) > 0 {
			t.Fatalf("changes since now: %v", none)
		}
		got, next := changesAfter(t, r, now)
		wantEqual(t, "changes after the latest", 0, len(got))
		wantEqual(t, "position after the latest", now, next)
	}
}

func changesComeInBatches(t testing.TB, r registry.Records) {
	const operations = registry.MaxChanges + 20
	a := activation(t, "demo", 1)
	var want []string
	for n := range operations {
		op := set(a)
		if n%2 == 1 {
			op = removal("demo", a.Generation.Name)
		}
		apply(t, r, op)
		want = append(want, op.ID)
	}
	var got []string
	var since int64
	for range operations {
		changes, next := changesAfter(t, r, since)
		if len(changes) > registry.MaxChanges {
			t.Fatalf("a batch of %d changes, want at most %d", len(changes), registry.MaxChanges)
		}
		if since = next; len(changes) == 0 {
			break
		}
		for _, c := range changes {
			got = append(got, c.Operation)
		}
	}
	wantEqual(t, "operations of the changes", want, got)
}

// readersMissNoChange lets several apply operations while one reads the feed: it sees
// each change once, however their transactions overlap.
func readersMissNoChange(t testing.TB, r registry.Records) {
	const writers, each = 4, 25
	var all sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		a := activation(t, pack.Ref(fmt.Sprint("pack", w)), 1)
		all.Go(func() { errs[w] = installAndRemove(t.Context(), r, a, each) })
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	f := follower{feed: r, active: map[pack.Ref]string{}}
	for over := false; !over && f.err == nil; {
		select {
		case <-done:
			over = true // and read once more
		default:
		}
		f.read(t.Context())
	}
	<-done
	if err := errors.Join(append(errs, f.err)...); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "number of changes", writers*each, f.seen)
}

// installAndRemove applies n operations, each of which installs or removes a.
func installAndRemove(ctx context.Context, r registry.Writer, a registry.Activation, n int) error {
	for i := range n {
		op := set(a)
		if i%2 == 1 {
			op = removal(a.Ref, a.Generation.Name)
		}
		if _, err := r.Apply(ctx, op); err != nil {
			return fmt.Errorf("Apply beside others: %w", err)
		}
	}
	return nil
}

// A follower reads a feed and checks that each change continues the one before.
type follower struct {
	feed   registry.Feed
	active map[pack.Ref]string
	since  int64
	seen   int
	err    error
}

// read reads all changes that are there.
func (f *follower) read(ctx context.Context) {
	for f.err == nil {
		batch, err := f.feed.Changes(ctx, f.since)
		if f.err = err; err != nil || len(batch.Changes) == 0 {
			return
		}
		f.since = batch.Next
		for _, c := range batch.Changes {
			p := c.Packs[0]
			if p.From.Name != f.active[p.Ref] {
				f.err = fmt.Errorf("change of %s from %q, want from %q: one was missed", p.Ref, p.From.Name, f.active[p.Ref])
			}
			f.active[p.Ref] = p.To.Name
			f.seen++
		}
	}
}
