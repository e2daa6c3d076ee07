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
)

// A web has packs by URL, and some by ref, as "ref@version: dependencies" each; a
// dependency with a "/" is a URL.
type web struct {
	urls  map[string]string
	index []string
	bad   map[string]error

	mu    sync.Mutex
	asked []string
}

func (*web) Installed(context.Context) ([]pack.InstalledPack, error) { return nil, nil }

func (w *web) Candidates(_ context.Context, want pack.Want) ([]pack.Candidate, error) {
	if want.Spec != "" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asked = append(w.asked, want.Spec+" by "+want.By)
		if err := w.bad[want.Spec]; err != nil {
			return nil, err
		}
		text, ok := w.urls[want.Spec]
		if !ok {
			text = fmt.Sprintf("p%[1]d@1.0.0: x/p%[2]d", len(w.asked), len(w.asked)+1) // endless
		}
		return []pack.Candidate{candidateAt(text, want.Spec)}, nil
	}
	var found []pack.Candidate
	for _, text := range w.index {
		if c := candidateAt(text, ""); c.Ref == want.Ref {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return nil, pack.Errorf(pack.CodeNotFound, "no %s", want.Ref)
	}
	return found, nil
}

func (*web) Dependencies(_ context.Context, c pack.Candidate) (pack.Candidate, error) { return c, nil }

func candidateAt(text, url string) pack.Candidate {
	name, needs, _ := strings.Cut(text, ":")
	ref, version, _ := strings.Cut(name, "@")
	v, err := pack.ParseVersion(version)
	if err != nil {
		panic(err)
	}
	c := pack.Candidate{ID: pack.ID{Ref: pack.Ref(ref), Version: v}, DependenciesKnown: true}
	for _, need := range strings.Fields(needs) {
		if strings.Contains(need, "/") {
			c.URLs = append(c.URLs, need)
		} else {
			c.Dependencies = append(c.Dependencies, pack.Dependency{Ref: pack.Ref(need)})
		}
	}
	c.Pins = []pack.Pin{{Scheme: "git", Location: url, Commit: text}}
	return c
}

// TestFollow: what URLs turn out to be is needed by its ref.
func TestFollow(t *testing.T) {
	t.Parallel()
	away := pack.Errorf(pack.CodeDependencyMissing, "not followed")
	down := &pack.UnavailableError{Err: errors.New("down")}
	for _, tc := range []struct {
		name  string
		web   *web
		want  []string // choices with what they need
		wrong pack.Code
		text  string
	}{
		{
			name: "a cycle", web: &web{urls: map[string]string{"x/a": "a@1.0.0: x/app"}, index: []string{"app@1.0.0: x/a"}},
			want: []string{"a@1.0.0 app", "app@1.0.0 a"},
		},
		{
			name: "in an index", web: &web{urls: map[string]string{"x/a": "a@1.0.0:"}, index: []string{"app@1.0.0: x/a", "a@2.0.0:"}},
			want: []string{"a@2.0.0", "app@1.0.0 a"},
		},
		{
			name: "an older version without", web: &web{bad: map[string]error{"x/a": away}, index: []string{"app@1.0.0:", "app@2.0.0: x/a"}},
			want: []string{"app@1.0.0"},
		},
		{
			name: "refused", web: &web{bad: map[string]error{"x/a": away}, index: []string{"app@1.0.0: x/a"}},
			wrong: pack.CodeDependencyMissing, text: `app@1.0.0 cannot be used: dependency "x/a" of app@1.0.0: not followed`,
		},
		{
			name: "not there now", web: &web{bad: map[string]error{"x/a": down}, index: []string{"app@1.0.0:", "app@2.0.0: x/a"}},
			wrong: pack.CodeUnavailable, text: `dependency "x/a" of app@2.0.0`,
		},
		{
			name: "two URLs with other content", web: &web{urls: map[string]string{"x/a": "a@1.0.0:", "x/b": "a@1.0.1:"}, index: []string{"app@1.0.0: x/a x/b"}},
			wrong: pack.CodeConflict, text: "it is pack a, of which app@1.0.0 needs other content, from \"x/a\"",
		},
		{
			name: "two URLs with one pack of an index", web: &web{urls: map[string]string{"x/a": "a@1.0.0:", "x/b": "a@1.0.1:"}, index: []string{"app@1.0.0: x/a x/b", "a@3.0.0:"}},
			want: []string{"a@3.0.0", "app@1.0.0 a a"},
		},
		{name: "endless", web: &web{index: []string{"app@1.0.0: x/p1"}}, wrong: pack.CodeLimitExceeded, text: "number of dependencies that are URLs is 101, at most 100 allowed"},
	} {
		t.Run(strings.ReplaceAll(tc.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			if tc.web.urls == nil {
				tc.web.urls = map[string]string{}
			}
			tc.web.urls["x/app"] = "app@1.0.0: x/a"
			res, err := deps.Resolve(t.Context(), tc.web, []pack.Want{{Ref: "app"}}, &deps.Policy{AllOrNothing: true})
			if pack.CodeOf(err) != tc.wrong || err != nil && !strings.Contains(err.Error(), tc.text) {
				t.Fatalf("got %v, want %s %q", err, tc.wrong, tc.text)
			}
			if err != nil {
				return
			}
			var got []string
			for _, c := range res.Choices {
				line := c.ID.String()
				for _, d := range c.Dependencies {
					line += " " + d.String()
				}
				got = append(got, line)
			}
			slices.Sort(got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if again := slices.Clone(tc.web.asked); len(slices.Compact(again)) != len(tc.web.asked) {
				t.Errorf("asked twice: %q", tc.web.asked)
			}
		})
	}
}
