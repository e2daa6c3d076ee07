package lock_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/deps/lock"
)

// A pinnedWorld adds pins with digests to a universe.
type pinnedWorld struct {
	*depstest.Universe
	republished map[string]bool // by "ref@version"
	index       string
}

func (w pinnedWorld) pin(c pack.Candidate) pack.Candidate {
	sum := fmt.Sprintf("sha256:%064x", []byte(c.ID.String()))
	if w.republished[c.ID.String()] {
		sum = "sha256:" + strings.Repeat("f", 64)
	}
	c.Pins = []pack.Pin{{
		Ref: c.Ref, Version: c.Version, Scheme: "https", Location: "https://packs.example/" + c.Ref.String() + ".tgz",
		DirectoryChecksum: pack.Digest(sum), TreeDigest: pack.Digest(sum),
	}}
	if w.index != "" {
		c.Pins[0].Via = pack.Origin{Index: w.index, Entry: c.ID.String()}
	}
	return c
}

func (w pinnedWorld) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	want.Spec = strings.TrimPrefix(want.Spec, placePrefix)
	found, err := w.Universe.Candidates(ctx, want)
	for i := range found {
		found[i] = w.pin(found[i])
	}
	return found, err
}

// placePrefix makes a place of "ref@version".
const placePrefix = "place:"

func universe(t *testing.T, lines ...string) pinnedWorld {
	t.Helper()
	u, err := depstest.NewUniverse(lines...)
	if err != nil {
		t.Fatal(err)
	}
	return pinnedWorld{u, map[string]bool{}, ""}
}

// wants returns wants of "ref@constraint", or "ref=locator".
func wants(t *testing.T, texts ...string) (all []lock.Want) {
	t.Helper()
	for _, text := range texts {
		if name, from, ok := strings.Cut(text, "="); ok && !strings.Contains(name, "@") {
			all = append(all, lock.Want{Ref: pack.Ref(name), From: from})
			continue
		}
		d, err := pack.ParseDependency(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, lock.Want{Ref: d.Ref, Constraint: d.Constraint})
	}
	return all
}

func ids(l *lock.Lock) (all []string) {
	for _, p := range l.Packs {
		all = append(all, p.ID.String())
	}
	return all
}

func resolve(t *testing.T, w deps.World, old *lock.Lock, update []pack.Ref, texts ...string) *lock.Resolved {
	t.Helper()
	got, err := lock.Resolve(t.Context(), w, wants(t, texts...), old, lock.Options{Update: update})
	if err != nil {
		t.Fatal(err)
	}
	again := mustParse(t, string(got.Lock.Bytes()))
	if err := again.Check(wants(t, texts...), nil, pack.Version{}); err != nil {
		t.Errorf("the lock does not state what it resolves: %v\n%s", err, got.Lock.Bytes())
	}
	return got
}

func TestTheLockComesFirst(t *testing.T) {
	t.Parallel()
	before := universe(t, "app@1.0.0: log@^1", "log@1.0.0:")
	old := resolve(t, before, nil, nil, "app").Lock
	later := universe(t, "app@1.0.0: log@^1", "app@1.1.0: log@>=1.1", "app@2.0.0: log@^2", "log@1.0.0:", "log@1.1.0:", "log@1.2.0:", "log@2.0.0:",
		"new@1.0.0: log", "tool@1.0.0: log@>=1.1 <2", "installed log@2.0.0")
	for _, tt := range []struct {
		name   string
		update []pack.Ref
		wants  []string
		want   []string
	}{
		{"nothing moves", nil, []string{"app"}, []string{"app@1.0.0", "log@1.0.0"}},
		{"what is added moves nothing", nil, []string{"app", "new"}, []string{"app@1.0.0", "log@1.0.0", "new@1.0.0"}},
		{"unless it must", nil, []string{"app", "tool"}, []string{"app@1.0.0", "log@1.2.0", "tool@1.0.0"}},
		{"the update of what others need", []pack.Ref{"log"}, []string{"app"}, []string{"app@1.0.0", "log@1.2.0"}},
		{"an update takes along what it must", []pack.Ref{"app"}, []string{"app"}, []string{"app@2.0.0", "log@2.0.0"}},
		{"within what is wanted", []pack.Ref{"app"}, []string{"app@^1"}, []string{"app@1.1.0", "log@2.0.0"}},
		{"all", []pack.Ref{deps.AnyPack}, []string{"app"}, []string{"app@2.0.0", "log@2.0.0"}},
		{"what is not needed any more goes", nil, []string{"log"}, []string{"log@1.0.0"}},
	} {
		if diff := cmp.Diff(tt.want, ids(resolve(t, later, old, tt.update, tt.wants...).Lock)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
	if _, err := lock.Resolve(t.Context(), later, wants(t, "app"), old, lock.Options{Update: []pack.Ref{"none"}}); pack.CodeOf(err) != pack.CodeNotFound {
		t.Errorf("update of a pack that is not there: %v", err)
	}
}

// TestLockedVersionsStay: also those that the index has lost, and those whose needs it
// does not state.
func TestLockedVersionsStay(t *testing.T) {
	t.Parallel()
	old := resolve(t, universe(t, "app@1.0.0! log@^1", "log@1.0.0:"), nil, nil, "app").Lock
	got := resolve(t, universe(t, "app@1.0.0! log@^1", "app@2.0.0:", "log@1.5.0:", "unusable log@1.0.0: torn"), old, nil, "app")
	if diff := cmp.Diff([]string{"app@1.0.0", "log@1.0.0"}, ids(got.Lock)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestRepin: a version with other content than the lock states is a re-pin with both
// digests.
func TestRepin(t *testing.T) {
	t.Parallel()
	w := universe(t, "app@1.0.0: log", "log@1.0.0:")
	old := resolve(t, w, nil, nil, "app").Lock
	w.republished["log@1.0.0"] = true
	got := resolve(t, w, old, nil, "app")
	before, after := old.Find("log").TreeDigest(), pack.Digest("sha256:"+strings.Repeat("f", 64))
	if len(got.Repins) != 1 || got.Repins[0].From != before || got.Repins[0].To != after || got.Lock.Find("log").TreeDigest() != after {
		t.Fatalf("got %+v\n%s", got.Repins, got.Lock.Bytes())
	}
	if text := got.Repins[0].String(); !strings.Contains(text, before.String()) || !strings.Contains(text, after.String()) {
		t.Errorf("got %s", text)
	}
}

// TestLockedPacksStayOnTheirIndex: an index that lists a locked version now, and comes before
// the one that supplied it, does not replace its content until the pack is updated.
func TestLockedPacksStayOnTheirIndex(t *testing.T) {
	t.Parallel()
	w := universe(t, "app@1.0.0: log", "log@1.0.0:")
	w.index = "corp"
	old := resolve(t, w, nil, nil, "app").Lock
	w.index, w.republished["log@1.0.0"] = "public", true
	got := resolve(t, w, old, nil, "app")
	if diff := cmp.Diff(string(old.Bytes()), string(got.Lock.Bytes())); diff != "" || len(got.Repins) > 0 {
		t.Errorf("the lock changed (-want +got)\n%s%v", diff, got.Repins)
	}
	updated, err := lock.Resolve(t.Context(), w, wants(t, "app"), old, lock.Options{Update: []pack.Ref{"log"}})
	if err != nil || updated.Lock.Find("log").Pins[0].Via.Index != "public" || updated.Lock.Find("app").Pins[0].Via.Index != "corp" {
		t.Errorf("updated: %v\n%s", err, updated.Lock.Bytes())
	}
}

// TestPlacesStay: a place is not resolved again before it is to be updated, and what is
// there has to be the pack that is wanted.
func TestPlacesStay(t *testing.T) {
	t.Parallel()
	w := universe(t, "tool@1.0.0: log", "log@1.0.0:", "tool@2.0.0:")
	old := resolve(t, w, nil, nil, "tool=place:tool@1.0.0").Lock
	if diff := cmp.Diff([]string{"log@1.0.0", "tool@1.0.0"}, ids(old)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	gone := universe(t, "log@1.0.0:")
	if diff := cmp.Diff(string(old.Bytes()), string(resolve(t, gone, old, nil, "tool=place:tool@1.0.0").Lock.Bytes())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := lock.Resolve(t.Context(), gone, wants(t, "tool=place:tool@1.0.0"), old, lock.Options{Update: []pack.Ref{"tool"}}); err == nil {
		t.Error("the place was not resolved again")
	}
	_, err := lock.Resolve(t.Context(), w, wants(t, "other=place:tool@1.0.0"), nil, lock.Options{})
	if pack.CodeOf(err) != pack.CodeInvalidRef || !strings.Contains(err.Error(), `pack other is wanted from "place:tool@1.0.0", where pack tool is`) {
		t.Errorf("got %v", err)
	}
}

// TestUnsolvable: all wants are met, or the proof says why not.
func TestUnsolvable(t *testing.T) {
	t.Parallel()
	w := universe(t, "app@1.0.0: log@^1", "tool@1.0.0: log@^2", "log@1.0.0:", "log@2.0.0:")
	_, err := lock.Resolve(t.Context(), w, wants(t, "app", "tool"), nil, lock.Options{})
	if u, ok := errors.AsType[*deps.Unsolvable](err); !ok || u.Ref != "log" {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	version := func(text string) pack.Version {
		v, err := pack.ParseVersion(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	w := universe(t, "app@1.0.0 on >=2: log@^1, core", "log@1.0.0:", "tool@1.0.0:")
	provided := []pack.Provided{{Ref: "core", Version: version("2.0.0")}}
	got, err := lock.Resolve(t.Context(), w, wants(t, "app@^1", "tool"), nil, lock.Options{Provided: provided, PlatformVersion: version("2.5.0")})
	if err != nil {
		t.Fatal(err)
	}
	l := got.Lock
	for _, tt := range []struct {
		name     string
		wants    []string
		provided []pack.Provided
		platform string
		change   func(*lock.Lock)
		want     []string
	}{
		{"nothing deviates", []string{"app@^1", "tool"}, provided, "2.5.0", nil, nil},
		{"added", []string{"app@^1", "tool", "new@^3"}, provided, "2.5.0", nil, []string{"new ^3 is wanted, and the lock does not have it"}},
		{"dropped", []string{"app@^1"}, provided, "2.5.0", nil, []string{"tool is not wanted any more", "tool is not needed any more"}},
		{"changed", []string{"app@^2", "tool"}, provided, "2.5.0", nil, []string{"app ^2 is wanted, and the lock is for ^1"}},
		{"not provided", []string{"app@^1", "tool"}, nil, "2.5.0", nil, []string{"app@1.0.0 needs core, which the host does not provide"}},
		{"provided itself", []string{"app@^1", "tool"}, append(slices.Clone(provided), pack.Provided{Ref: "tool"}), "2.5.0", nil, []string{"the host provides tool"}},
		{"older platform", []string{"app@^1", "tool"}, provided, "1.0.0", nil, []string{"app@1.0.0: platform version >=2 is needed, and this platform is version 1.0.0"}},
		{"a need without a pack", []string{"app@^1", "tool"}, provided, "2.5.0", func(l *lock.Lock) { l.Packs = l.Packs[:1] }, []string{"tool is wanted, and the lock states no version of it", "app@1.0.0 needs log@^1, and the lock states no version of it"}},
		{"a need that is not met", []string{"app@^1", "tool"}, provided, "2.5.0", func(l *lock.Lock) { l.Packs[1].Version = version("2.0.0") }, []string{"app@1.0.0 needs log@^1, and the lock has 2.0.0"}},
		{"no digest", []string{"app@^1", "tool"}, provided, "2.5.0", func(l *lock.Lock) { l.Packs[1].Pins[0].TreeDigest = "" }, []string{"the lock states no digest of the content of log@1.0.0"}},
		{"merged", []string{"app@^1", "tool"}, provided, "2.5.0", func(l *lock.Lock) { l.Merged = true }, []string{"it has conflict markers of a merge"}},
	} {
		c := mustParse(t, string(l.Bytes()))
		if tt.change != nil {
			tt.change(c)
		}
		err := c.Check(wants(t, tt.wants...), tt.provided, version(tt.platform))
		d, deviates := errors.AsType[*lock.DeviationError](err)
		var found []string
		if deviates {
			found = d.Deviations
		}
		matches := slices.EqualFunc(found, tt.want, func(a, b string) bool { return strings.HasPrefix(a, b) })
		if !matches {
			t.Errorf("%s: got %q, want %q", tt.name, found, tt.want)
		}
	}
}
