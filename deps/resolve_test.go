package deps_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/internal/testkit/solvetest"
)

// A tracedWorld notes what it is asked, and fails for some packs.
type tracedWorld struct {
	*depstest.Universe
	broken map[pack.Ref]error

	mu    sync.Mutex
	asked []string
}

func (w *tracedWorld) note(what string, ref pack.Ref) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, what+" "+ref.String())
	return w.broken[ref]
}

func (w *tracedWorld) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	if err := w.note("find", want.Ref); err != nil {
		return nil, err
	}
	return w.Universe.Candidates(ctx, want)
}

func (w *tracedWorld) Dependencies(ctx context.Context, c pack.Candidate) (pack.Candidate, error) {
	if err := w.note("read", c.Ref); err != nil {
		return c, err
	}
	return w.Universe.Dependencies(ctx, c)
}

func newTraced(t *testing.T, lines ...string) *tracedWorld {
	t.Helper()
	u, err := depstest.NewUniverse(lines...)
	if err != nil {
		t.Fatal(err)
	}
	return &tracedWorld{Universe: u, broken: map[pack.Ref]error{}}
}

func wants(texts ...string) (all []pack.Want) {
	for _, text := range texts {
		ref, constraint, _ := strings.Cut(text, "@")
		all = append(all, pack.Want{Ref: pack.Ref(ref), Constraint: solvetest.Constraint(constraint)})
	}
	return all
}

// resolved shows a resolution, or the error.
func resolved(res *deps.Resolution, err error) (lines []string) {
	if err != nil {
		return []string{err.Error()}
	}
	for i := range res.Choices {
		lines = append(lines, shown(&res.Choices[i]))
	}
	for _, d := range res.Dropped {
		lines = append(lines, fmt.Sprintf("%d fails at %s: %s: %v", d.Want, d.Stage, pack.CodeOf(d.Err), d.Err))
	}
	return lines
}

// TestOnlyWhatIsNeededIsAsked: packs that no choice needs are not looked up, installed
// ones that suit neither, and a pack.yaml is read only when it decides something.
func TestOnlyWhatIsNeededIsAsked(t *testing.T) {
	t.Parallel()
	w := newTraced(t, "app@2.0.0! log, tool", "app@1.0.0! old", "log@1.0.0:", "log@0.9.0: ancient", "tool@1.0.0:", "old@1.0.0:", "ancient@1.0.0:",
		"installed tool@1.0.0", "other@1.0.0:")
	res, err := deps.Resolve(t.Context(), w, wants("app"), nil)
	if diff := cmp.Diff([]string{"chosen: log@1.0.0, for [app]", "chosen: tool@1.0.0, as it is installed, for [app]", "chosen: app@2.0.0"}, resolved(res, err)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	slices.Sort(w.asked)
	if diff := cmp.Diff([]string{"find app", "find log", "read app"}, w.asked); diff != "" {
		t.Errorf("asked (-want +got)\n%s", diff)
	}
}

// TestAnswersThatFail: an index that cannot be read fails the wants that need the answer.
func TestAnswersThatFail(t *testing.T) {
	t.Parallel()
	down := &pack.UnavailableError{Target: "index", Err: errors.New("no answer")}
	universe := []string{"app@1.0.0: web", "web@1.0.0: log", "log@1.0.0! tool", "tool@1.0.0:", "alone@1.0.0:"}
	for _, tt := range []struct {
		broken pack.Ref
		want   []string
	}{
		{"log", []string{
			"chosen: alone@1.0.0",
			"0 fails at dependencies: unavailable: web is needed: web@1.0.0 needs log, which could not be looked up: index: no answer",
			"2 fails at download: unavailable: index: no answer",
		}},
		{"app", []string{
			"chosen: alone@1.0.0", "chosen: tool@1.0.0, for [log]", "chosen: log@1.0.0", "0 fails at download: unavailable: index: no answer",
		}},
	} {
		w := newTraced(t, universe...)
		w.broken[tt.broken] = down
		res, err := deps.Resolve(t.Context(), w, wants("app", "alone", "log"), nil)
		if diff := cmp.Diff(tt.want, resolved(res, err)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.broken, diff)
		}
		_, err = deps.Resolve(t.Context(), w, wants("app", "alone", "log"), &deps.Policy{AllOrNothing: true})
		if !errors.Is(err, pack.ErrUnavailable) {
			t.Errorf("%s: got %v", tt.broken, err)
		}
	}
}

// unreadable is a world in which no pack.yaml can be read.
type unreadable struct{ *depstest.Universe }

func (unreadable) Dependencies(context.Context, pack.Candidate) (pack.Candidate, error) {
	return pack.Candidate{}, pack.Errorf(pack.CodeMalformedContent, "torn")
}

func TestPackYAMLThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := unreadable{newTraced(t, "app@1.0.0: log", "log@1.0.0! tool", "alone@1.0.0:").Universe}
	res, err := deps.Resolve(t.Context(), w, wants("app", "log", "alone"), nil)
	want := []string{
		"chosen: alone@1.0.0",
		"0 fails at dependencies: malformed_content: log@1.0.0 is needed, and what it needs cannot be read: torn",
		"1 fails at download: malformed_content: torn",
	}
	if diff := cmp.Diff(want, resolved(res, err)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPlacesOfOnePack: content at two places that is the same pack excludes itself.
func TestPlacesOfOnePack(t *testing.T) {
	t.Parallel()
	w := newTraced(t, "log@1.0.0:", "log@2.0.0:", "app@1.0.0: log")
	places := []pack.Want{{Spec: "log@1.0.0"}, {Spec: "log@2.0.0"}, {Spec: "none@1.0.0"}, {Ref: "app"}}
	res, err := deps.Resolve(t.Context(), w, places, nil)
	want := []string{
		"chosen: log@1.0.0, for [app]", "chosen: app@1.0.0",
		"1 fails at download: conflict: the request already brings log 1.0.0; name the pack once",
		"2 fails at download: not_found: pack none is not in this universe",
	}
	if diff := cmp.Diff(want, resolved(res, err)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLimitsOfResolve(t *testing.T) {
	t.Parallel()
	w := newTraced(t, "a@1.0.0: b", "b@1.0.0: c", "c@1.0.0:")
	for limit, code := range map[int]pack.Code{2: pack.CodeLimitExceeded, 3: ""} {
		if _, err := deps.Resolve(t.Context(), w, wants("a"), &deps.Policy{MaxPacks: limit}); pack.CodeOf(err) != code {
			t.Errorf("%d packs: got %v", limit, err)
		}
	}
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("a@1.0.%d: b@1.0.%d", i, i), fmt.Sprintf("b@1.0.%d: a@<1.0.%d", i, i))
	}
	_, err := deps.Resolve(t.Context(), newTraced(t, many...), wants("a"), &deps.Policy{Budget: 50})
	if pack.CodeOf(err) != pack.CodeLimitExceeded || !strings.Contains(err.Error(), "most of them because") {
		t.Errorf("budget: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := deps.Resolve(ctx, w, wants("a"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestResolveSurvivesPanics(t *testing.T) {
	t.Parallel()
	res, err := deps.Resolve(t.Context(), &panickyWorld{}, wants("a"), nil)
	if got := resolved(res, err); len(got) != 1 || !strings.Contains(got[0], "panic: world") {
		t.Errorf("got %q", got)
	}
}

// TestProofAsAValue: the error has what its text says.
func TestProofAsAValue(t *testing.T) {
	t.Parallel()
	w := newTraced(t, "app@1.0.0: log@^1", "app@2.0.0: log@^2", "tool@1.0.0: log@^2", "log@1.0.0:", "log@2.0.0:", "unusable log@1.5.0: torn")
	_, err := deps.Resolve(t.Context(), w, wants("app@^1", "tool"), &deps.Policy{AllOrNothing: true})
	u, ok := errors.AsType[*deps.Unsolvable](err)
	if !ok {
		t.Fatal(err)
	}
	var demands []string
	for _, d := range u.Demands {
		demands = append(demands, fmt.Sprintf("%d %s %v: %s, %v, excluded %d", d.Want, d.By, d.Versions, d.Dependency, d.Exists, len(d.Excluded)))
	}
	want := []string{
		"0  []: app@^1, [2.0.0 1.0.0], excluded 0", "1  []: tool, [1.0.0], excluded 0",
		"-1 app [1.0.0]: log@^1, [2.0.0 1.0.0], excluded 1", "-1 tool [1.0.0]: log@^2, [2.0.0 1.0.0], excluded 1",
	}
	if diff := cmp.Diff(want, demands); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(u.Remedies) != 2 || u.Remedies[0].Want != 0 || u.Remedies[0].Version.String() != "2.0.0" || u.Remedies[1].Want != 1 || !u.Remedies[1].Version.IsZero() {
		t.Errorf("got remedies %+v", u.Remedies)
	}
	if u.Ref != "log" || !errors.Is(err, pack.ErrDependency) || pack.CodeOf(err) != pack.CodeDependencyConflict {
		t.Errorf("got %s, %v", u.Ref, err)
	}
}
