package actionrun_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/registry"
)

// environments gives each content an environment of its own.
type environments struct{}

func (environments) Environments(_ context.Context, tree pack.Digest) ([]pack.Environment, error) {
	return []pack.Environment{{Runtime: pack.RuntimePython, Key: string(tree)}}, nil
}

// versions returns a store with several versions of pack hello, the last one active.
func versions(t *testing.T, texts ...string) *registry.Store {
	t.Helper()
	s, err := registry.Open(t.Context(), registry.Config{Root: filepath.Join(t.TempDir(), "root"), Records: registry.NewMemory(), Environments: environments{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, version := range texts {
		dir := packDir(t, "echo "+version+"\n")
		for name, content := range map[string]string{
			"pack.yaml":          "ref: hello\nversion: " + version + "\nlabel: Hello\ndescription: Greets\n",
			"actions/greet.yaml": "ref: hello.greet\nlabel: Greet\ndescription: Greets\nrunner_type: shell\nentry_point: greet.sh\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Register(t.Context(), registry.Request{Paths: []string{dir}, Replace: registry.ReplaceAny}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// TestPrepareOfKeptGenerations prepares runs of several versions side by side: each
// with the files and the environments of its version, which remain until the release.
func TestPrepareOfKeptGenerations(t *testing.T) {
	t.Parallel()
	s := versions(t, "1.0.0", "2.0.0-rc.1", "3.0.0")
	p, err := s.Show(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	var prepared []*actionrun.Invocation
	for i, action := range []string{"hello@1.0.0.greet", "hello@2.0.0-rc.1.greet", "hello.greet", "hello@" + p.Generations[0].Name + ".greet"} {
		inv, release, err := actionrun.Prepare(t.Context(), s, action, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(release)
		prepared = append(prepared, inv)
		g := p.Generations[i%3]
		if key := inv.Environments[0].Key; key != string(g.TreeDigest) || inv.Action.Ref != "hello.greet" {
			t.Errorf("%s: action %s in environment %s, want that of %s", action, inv.Action.Ref, key, g.TreeDigest)
		}
	}
	if err := errors.Join(s.Remove(t.Context(), "hello", nil), s.Reap(t.Context())); err != nil {
		t.Fatal(err)
	}
	for i, inv := range prepared {
		got, err := os.ReadFile(filepath.Join(inv.Dir, "actions", "greet.sh"))
		if want := "echo " + p.Generations[i%3].Version.String() + "\n"; err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	s := versions(t, "1.0.0")
	for action, want := range map[string]error{
		"hello.none":        pack.ErrNotFound,
		"hello@1.0.0.none":  pack.ErrNotFound,
		"hello@2.0.0.greet": pack.ErrNotFound,
		"other.greet":       pack.ErrNotFound,
		"other@1.greet":     pack.ErrNotFound,
		"hello@1":           pack.ErrInvalid,
		"He llo@1.0.greet":  pack.ErrInvalid,
	} {
		if _, _, err := actionrun.Prepare(t.Context(), s, action, nil, nil); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", action, err, want)
		}
	}
}

func TestParseCall(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]actionrun.Call{
		"slack.post":           {{Action: "slack.post"}},
		"slack.chat.post@once": {{Action: "slack.chat.post@once"}},
		"slack@000001-ab.post": {{Action: "slack.post", Kept: "000001-ab"}},
		"slack@1.0.chat.post": {
			{Action: "slack.post", Kept: "1.0.chat"}, {Action: "slack.chat.post", Kept: "1.0"}, {Action: "slack.0.chat.post", Kept: "1"},
		},
	} {
		got, err := actionrun.ParseCall(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", text, err, diff)
		}
	}
	for _, text := range []string{"", "slack", "slack@", "slack@1", "slack@.post", "@1.post", "slack@1.", "slack@1./x"} {
		if got, err := actionrun.ParseCall(text); err == nil {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}
