package registry_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
	"github.com/packtrain/pack/registry"
)

// TestHostileN07: below a sandbox, a refused pack may have written into an environment that
// it shares and into another pack. From then on no reader gets what it changed.
func TestHostileN07(t *testing.T) {
	t.Parallel()
	for _, level := range []pack.Isolation{pack.IsolationContained, pack.IsolationNone} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			refusedPackThatWrites(t, level)
		})
	}
}

// Levelled is a Runner that states a level.
type levelled struct {
	pack.Runner
	level pack.Isolation
}

func (l levelled) Isolation(context.Context) (pack.Isolation, string, error) {
	return l.level, "", nil
}

func refusedPackThatWrites(t *testing.T, level pack.Isolation) {
	t.Helper()
	root := newRoot(t)
	env := virtualenv(t)
	c := root.config()
	c.Environments, c.Runner = attached{env}, levelled{childproc.New(nil), level}
	s := root.openWith(t, c)
	register(t, s, registry.ReplaceNever, write(t, simplePack("victim", "1.0.0")))

	section := "  runners:\n    a: {type: script, entry_point: tests/run.sh}\n"
	tree := filepath.Join(root.dir, "packs", "victim")
	attack := fmt.Sprintf("echo x > %s/zz.pth; for f in %s/*/pack/actions/run.sh; do chmod u+w $f; echo '# x' >> $f; done\n", env.Path, tree)
	good := write(t, simplePack("good", "1.0.0").tested(section).with(files{"tests/run.sh": script("exit 0")}))
	evil := write(t, simplePack("evil", "1.0.0").tested(section).with(files{"tests/run.sh": script(attack + "exit 1")}))
	report, err := s.Register(t.Context(), registry.Request{Paths: []string{evil, good}})
	if err == nil || len(report.Registered) != 0 || len(report.Failed) != 2 {
		t.Fatalf("got %+v, %v", report, err)
	}
	if f := report.Failed[1]; f.Ref != "good" || f.Code != pack.CodeContentChanged {
		t.Errorf("a pack with the changed environment: %+v", f)
	}
	if w := report.Warnings; len(w) != 1 || w[0].Ref != "evil" || !strings.Contains(w[0].Message, "files outside of the pack changed") || !strings.Contains(w[0].Message, "zz.pth") {
		t.Errorf("got warnings %+v", w)
	}
	wantQuarantined(t, s)

	// Its environment was built again, and its content registered again.
	c.Environments = attached{virtualenv(t)}
	again := root.openWith(t, c)
	wantQuarantined(t, again)
	register(t, again, registry.ReplaceNever, write(t, simplePack("victim", "1.0.0")))
	snap, err := again.Snapshot(t.Context(), "victim")
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	text, err := os.ReadFile(filepath.Join(snap.Packs[0].Dir, "actions", "run.sh"))
	if err != nil || strings.Contains(string(text), "# x") || snap.Packs[0].Active.Environments[0].Path == env.Path {
		t.Errorf("readers get %q in %+v, %v", text, snap.Packs[0].Active.Environments, err)
	}
}

func wantQuarantined(t *testing.T, s *registry.Store) {
	t.Helper()
	if _, err := s.Snapshot(t.Context(), "victim"); !errors.Is(err, pack.ErrStore) {
		t.Errorf("readers get the changed files: %v", err)
	}
	list, err := s.List(t.Context())
	if err != nil || len(list) != 1 || !strings.Contains(list[0].NeedsRepair, "changed while tests of a pack ran") {
		t.Errorf("got %+v, %v", list, err)
	}
	wantSummaries(t, s, list)
	found, err := s.Verify(t.Context())
	if err != nil || len(found.Differences) != 2 {
		t.Errorf("got %+v, %v", found, err)
	}
}

// What tests changed is repaired at once if the content is there unchanged.
func TestChangedPackIsRepaired(t *testing.T) {
	t.Parallel()
	root := newRoot(t)
	s := root.open(t)
	path := write(t, simplePack("victim", "1.0.0"))
	register(t, s, registry.ReplaceNever, path)
	script1 := filepath.Join(root.dir, "current", "victim", "actions", "run.sh")
	spoil(t, script1)
	register(t, s, registry.ReplaceNever, path) // a new generation of the same content
	first, err := filepath.Glob(filepath.Join(root.dir, "packs", "victim", "*", "pack", "actions", "run.sh"))
	if err != nil || len(first) != 2 {
		t.Fatalf("generations: %v, %v", first, err)
	}
	restore(t, first[0], script1)

	section := "  runners:\n    a: {type: script, entry_point: tests/run.sh}\n"
	attack := fmt.Sprintf("f=%s; chmod u+w $f; echo '# x' >> $f", script1)
	evil := write(t, simplePack("evil", "1.0.0").tested(section).with(files{"tests/run.sh": script(attack)}))
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{evil}}); err == nil {
		t.Fatal("the pack was registered")
	}
	found, err := s.Verify(t.Context())
	if err != nil || len(found.Differences) > 0 {
		t.Errorf("got %+v, %v", found, err)
	}
	snap, err := s.Snapshot(t.Context(), "victim")
	if err != nil {
		t.Fatal(err)
	}
	snap.Release()
}

func spoil(t *testing.T, file string) {
	t.Helper()
	if err := errors.Join(os.Chmod(file, 0o755), os.WriteFile(file, []byte("#!/bin/sh\n# x\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
}

// restore gives a file the content of another one.
func restore(t *testing.T, file, from string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err = errors.Join(err, os.Chmod(file, 0o755), os.WriteFile(file, data, 0o755), os.Chmod(file, 0o555)); err != nil {
		t.Fatal(err)
	}
}
