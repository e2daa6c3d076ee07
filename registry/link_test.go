package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// link links a directory.
func link(t *testing.T, s *registry.Store, dir string) *registry.Link {
	t.Helper()
	l, err := s.Link(registry.WithActor(t.Context(), "ann"), dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// wantProblem wants that the link of demo cannot be used, and that the installed pack is
// not affected.
func wantProblem(t *testing.T, s *registry.Store, want string) {
	t.Helper()
	if _, err := s.SnapshotLink(t.Context(), "demo"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	packs, err := s.List(t.Context())
	if err != nil || len(packs) != 1 || packs[0].NeedsRepair != "" {
		t.Errorf("list: got %+v, %v", packs, err)
	}
	if _, err := s.Show(t.Context(), "demo"); err != nil {
		t.Errorf("show: %v", err)
	}
	snap, err := s.Snapshot(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	snap.Release()
}

// TestLink links the directory of an installed pack: the author gets the directory as it
// is, and all others the installed pack.
func TestLink(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	dir := write(t, simplePack("demo", "2.0.0"))
	l := link(t, s, dir)
	if l.Ref != "demo" || l.Actor != "ann" || l.Created.IsZero() || l.Problem != "" {
		t.Errorf("got %+v", l)
	}
	writeTo(t, dir, files{"actions/run.sh": "#!/bin/sh\necho edited\n", "actions/more.yaml": "ref: demo.more\nlabel: More\nrunner_type: shell\nentry_point: run.sh\n"})
	for range 2 { // it is not used up
		snap, err := s.SnapshotLink(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		p := &snap.Packs[0]
		if _, err := p.Action("demo.more"); err != nil || p.Dir != l.Dir || p.Manifest.Version.String() != "2.0.0" || p.Active.Name != "" || p.Leased {
			t.Errorf("got %+v, %v", p, err)
		}
		snap.Release()
	}
	packs, err := s.List(t.Context())
	if err != nil || len(packs) != 1 || packs[0].Active.Version.String() != "1.0.0" {
		t.Fatalf("got %+v, %v", packs, err)
	}
	details, err := s.Show(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]*registry.Link{"list": packs[0].Link, "show": details.Link} {
		if diff := cmp.Diff(l, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if _, err := s.Unlink(t.Context(), "demo"); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"run": second(s.SnapshotLink(t.Context(), "demo")), "unlink": second(s.Unlink(t.Context(), "demo"))} {
		if !errors.Is(err, pack.ErrNotFound) {
			t.Errorf("%s without a link: got %v", what, err)
		}
	}
	if links, err := s.Links(t.Context()); err != nil || len(links) != 0 {
		t.Errorf("got %v, %v", links, err)
	}
}

// TestLinkOutlivesThePack: what happens to the installed pack does not affect the link, and
// a linked pack meets no dependency.
func TestLinkOutlivesThePack(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	link(t, s, write(t, simplePack("demo", "1.0.0")))
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("user", "1.0.0").needing("demo"))}}); !errors.Is(err, pack.ErrDependency) {
		t.Errorf("a link meets a dependency: %v", err)
	}
	if packs, err := s.List(t.Context()); err != nil || len(packs) != 0 {
		t.Errorf("a link is an installed pack: %v, %v", packs, err)
	}
	register(t, s, "", write(t, simplePack("demo", "3.0.0")))
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	if links, err := s.Links(t.Context()); err != nil || len(links) != 1 || links[0].Ref != "demo" {
		t.Errorf("got %v, %v", links, err)
	}
}

// TestLinkedConfiguration sets the configuration of a pack that is only linked, by its
// conf_schema, which every use of the link checks.
func TestLinkedConfiguration(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	dir := write(t, configured("1.0.0", tokenSchema))
	link(t, s, dir)
	if _, err := s.SetConfig(t.Context(), "demo", map[string]any{"token": 7}, nil); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("a value of another type: got %v", err)
	}
	setConfig(t, s, map[string]any{"token": "t0p"})
	wantConfig(t, "only linked", s, "map[token:********]", "map[token:t0p]")
	if _, err := s.SnapshotLink(t.Context(), "demo"); err != nil {
		t.Error(err)
	}
	writeTo(t, dir, configured("1.0.0", "{token: {type: integer, secret: true}}"))
	if _, err := s.SnapshotLink(t.Context(), "demo"); err == nil || !strings.Contains(err.Error(), "does not fit the conf_schema") || strings.Contains(err.Error(), "t0p") {
		t.Errorf("got %v", err)
	}
}

// TestLinkIsOfOneDirectory: a ref is linked to one directory, whose pack has that ref.
func TestLinkIsOfOneDirectory(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	c.Provided = []pack.Provided{{Ref: "core"}}
	s := r.openWith(t, c)
	dir := write(t, simplePack("demo", "1.0.0"))
	link(t, s, dir)
	link(t, s, dir)
	inner := filepath.Join(r.dir, "scratch", "demo")
	writeTo(t, inner, simplePack("inner", "1.0.0"))
	for name, tt := range map[string]struct {
		dir  string
		want error
	}{
		"other directory": {write(t, simplePack("demo", "1.0.0")), pack.ErrConflict},
		"reserved ref":    {write(t, simplePack("core", "1.0.0")), pack.ErrInvalid},
		"in the root":     {inner, pack.ErrPolicy},
		"the root in it":  {filepath.Dir(r.dir), pack.ErrPolicy},
		"missing":         {filepath.Join(dir, "none"), pack.ErrNotFound},
		"relative":        {"demo", pack.ErrInvalid},
		"no pack":         {t.TempDir(), pack.ErrInvalid},
		"a file":          {filepath.Join(dir, "pack.yaml"), pack.ErrInvalid},
		"broken pack":     {write(t, files{"pack.yaml": "ref: [\n"}), pack.ErrInvalid},
	} {
		if l, err := s.Link(t.Context(), tt.dir); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %+v, %v, want %v", name, l, err, tt.want)
		}
	}
	if links, err := s.Links(t.Context()); err != nil || len(links) != 1 {
		t.Errorf("refused links were made: %v, %v", links, err)
	}
}

// TestLinkedDirectoryChanges lets the directory get another pack, break and disappear.
func TestLinkedDirectoryChanges(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	dir := write(t, simplePack("demo", "1.0.0"))
	link(t, s, dir)
	writeTo(t, dir, files{"pack.yaml": "ref: [\n"})
	wantProblem(t, s, "pack.yaml")
	writeTo(t, dir, simplePack("other", "1.0.0"))
	wantProblem(t, s, "now has the pack other")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, s, "does not exist")
	if _, err := s.Unlink(t.Context(), "demo"); err != nil {
		t.Error(err)
	}
}

// TestReadOnlyStoreReadsLinks: a reader uses links and makes none.
func TestReadOnlyStoreReadsLinks(t *testing.T) {
	t.Parallel()
	r := newFilesRoot(t, false)
	dir := write(t, simplePack("demo", "1.0.0"))
	link(t, r.open(t), dir)
	s, err := registry.OpenReadOnly(t.Context(), r.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if links, err := s.Links(t.Context()); err != nil || len(links) != 1 {
		t.Errorf("got %v, %v", links, err)
	}
	if _, err := s.SnapshotLink(t.Context(), "demo"); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{"link": second(s.Link(t.Context(), dir)), "unlink": second(s.Unlink(t.Context(), "demo"))} {
		if !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
