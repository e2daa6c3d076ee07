package installer_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/source"
)

// A scene is a download during which another user exchanges directories in its
// destination.
type scene struct {
	dest, outside string
	done          bool
}

// newScene has files outside under the names that are used in staging.
func newScene(t testing.TB) *scene {
	t.Helper()
	dir := t.TempDir()
	s := &scene{dest: filepath.Join(dir, "packs"), outside: filepath.Join(dir, "outside")}
	canary := fstest.MapFS{"canary": worldtest.File("canary"), "web/canary": worldtest.File("canary")}
	for i := range 3 {
		canary[fmt.Sprintf("%d-0-0/canary", i)] = worldtest.File("canary")
	}
	if err := errors.Join(os.Mkdir(s.dest, 0o755), os.CopyFS(s.outside, canary)); err != nil {
		t.Fatal(err)
	}
	return s
}

// staging is the path of the staging directory, and of where it was moved to.
func (s *scene) staging() (path, away string, err error) {
	found, err := filepath.Glob(filepath.Join(s.dest, ".staging-*"))
	if err != nil || len(found) != 1 {
		return "", "", fmt.Errorf("got staging directories %q (%w)", found, err)
	}
	return found[0], filepath.Join(filepath.Dir(s.dest), "away"), nil
}

// replaceStaging moves the staging directory away and has put something in its
// place.
func (s *scene) replaceStaging(put func(path, away string) error) error {
	path, away, err := s.staging()
	if err != nil {
		return err
	}
	return errors.Join(os.Rename(path, away), put(path, away))
}

// twin makes a copy of a staging directory, in which every file has other
// content.
func twin(path, of string) error {
	if err := os.Mkdir(path, 0o755); err != nil {
		return err
	}
	return fs.WalkDir(os.DirFS(of), ".", func(name string, d fs.DirEntry, err error) error {
		switch at := filepath.Join(path, name); {
		case err != nil || name == ".":
			return err
		case d.IsDir():
			return os.Mkdir(at, 0o755)
		default:
			return os.WriteFile(at, []byte("ref: web\nversion: 1.0.0\nlabel: hostile\n"), 0o644)
		}
	})
}

// exchanges are what may be done to a scene, by what is exchanged for what.
func exchanges() map[string]func(s *scene) error {
	place := func(put func(path string) error) func(s *scene) error {
		return func(s *scene) error {
			path := filepath.Join(s.dest, "web")
			return errors.Join(os.RemoveAll(path), put(path))
		}
	}
	return map[string]func(s *scene) error{
		"staging, a link": func(s *scene) error {
			return s.replaceStaging(func(path, _ string) error { return os.Symlink(s.outside, path) })
		},
		"staging, a link to what is beside it": func(s *scene) error {
			err := os.CopyFS(filepath.Join(s.dest, "beside"), os.DirFS(s.outside))
			return errors.Join(err, s.replaceStaging(func(path, _ string) error { return os.Symlink("beside", path) }))
		},
		"staging, a directory with the same names": func(s *scene) error { return s.replaceStaging(twin) },
		"staging, nothing": func(s *scene) error {
			return s.replaceStaging(func(string, string) error { return nil })
		},
		"place, a link":             func(s *scene) error { return place(func(p string) error { return os.Symlink(s.outside, p) })(s) },
		"place, a directory":        place(func(p string) error { return os.CopyFS(p, worldtest.Files("web@1.0.0", "data", "hostile")) }),
		"place, an empty directory": place(func(p string) error { return os.Mkdir(p, 0o755) }),
		"place, a file":             place(func(p string) error { return os.WriteFile(p, nil, 0o644) }),
		"destination, a link": func(s *scene) error {
			moved := s.dest + "-moved"
			return errors.Join(os.Rename(s.dest, moved), os.Symlink(s.outside, s.dest))
		},
	}
}

// steps are the moments of a download at which another user acts, by what
// happens next. The pack web is the second of three, one after the other.
func steps(act func() error) map[string]func(r *exchangedRequest) {
	when := func(what, spec string) func(r *exchangedRequest) {
		return func(r *exchangedRequest) {
			r.at = func(did, about string) error {
				if did != what || !strings.HasSuffix(about, spec) {
					return nil
				}
				return act()
			}
		}
	}
	return map[string]func(r *exchangedRequest){
		"before resolving": when("resolve", "web"), "before content": when("fetch", "web"),
		"after content": when("fetched", "web"), "after verifying": when("fetch", "last"),
		"before placing": when("finished", "first"), "after placing": when("finished", "web"),
	}
}

// An exchangedRequest is a source and an observer that report what happens.
type exchangedRequest struct {
	*worldtest.World
	at func(did, about string) error
}

func (r *exchangedRequest) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	if err := r.at("resolve", loc.Location); err != nil {
		return nil, err
	}
	return r.World.Resolve(ctx, loc)
}

func (r *exchangedRequest) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	if err := r.at("fetch", pin.Location); err != nil {
		return err
	}
	err := r.World.Fetch(ctx, pin, dst)
	return errors.Join(err, r.at("fetched", pin.Location))
}

// TestExchangedDirectories lets another user who can write to the destination
// exchange the staging directory, the place of the pack or the destination
// itself, at each step of a download. What lies outside is never touched, and a
// pack that is reported is what was verified.
func TestExchangedDirectories(t *testing.T) {
	t.Parallel()
	for exchange, do := range exchanges() {
		for step := range steps(nil) {
			for _, broken := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/broken=%t", exchange, step, broken), func(t *testing.T) {
					t.Parallel()
					testExchange(t, do, step, broken)
				})
			}
		}
	}
}

func testExchange(t *testing.T, do func(s *scene) error, step string, broken bool) {
	t.Helper()
	s := newScene(t)
	before := worldtest.Read(t, s.outside)
	r := &exchangedRequest{World: worldtest.New()}
	for _, ref := range []string{"first", "web", "last"} {
		r.Add(ref, worldtest.Files(ref+"@1.0.0", "data", "verified", "lib/deep/data", "verified"))
	}
	if broken {
		r.Broken["web"] = pack.Errorf(pack.CodeMalformedContent, "broken")
	}
	steps(func() error {
		s.done = true
		return do(s)
	})[step](r)
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: r, Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := d.Download(t.Context(), installer.DownloadRequest{
		Specs: []string{"test:first", "test:web", "test:last"}, Dest: s.dest,
		OnEvent: func(_ context.Context, e pack.Event) {
			if e.Kind == pack.EventFinished || e.Kind == pack.EventFailed {
				if err := r.at("finished", e.Spec); err != nil {
					t.Error(err)
				}
			}
		},
	})
	if !s.done {
		t.Fatal("nothing was exchanged")
	}
	s.check(t, before)
	if broken != (err != nil) {
		t.Errorf("got %v", err)
	}
	if step != "after placing" {
		s.checkReported(t, rep, r.World)
	}
}

// check checks that nothing outside was touched, and that nothing of the
// download is left.
func (s *scene) check(t *testing.T, before map[string]string) {
	t.Helper()
	if diff := cmp.Diff(before, worldtest.Read(t, s.outside)); diff != "" {
		t.Errorf("outside (-before +after)\n%s", diff)
	}
	if beside := filepath.Join(s.dest, "beside"); exists(beside) {
		if diff := cmp.Diff(before, worldtest.Read(t, beside)); diff != "" {
			t.Errorf("beside (-before +after)\n%s", diff)
		}
	}
	away := filepath.Join(filepath.Dir(s.dest), "away")
	if left, err := os.ReadDir(away); exists(away) && (err != nil || len(left) > 0) {
		t.Errorf("the staging directory holds %v, %v", left, err)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// checkReported checks that each pack that the report names is in its place in
// the directory that was the destination when the download began.
func (s *scene) checkReported(t *testing.T, rep *installer.DownloadReport, w *worldtest.World) {
	t.Helper()
	dest := s.dest
	if moved := s.dest + "-moved"; exists(moved) {
		dest = moved
	}
	for _, d := range rep.Downloaded {
		at := filepath.Join(dest, d.Content.ID.Ref.String())
		if info, err := os.Lstat(at); err != nil || !info.IsDir() {
			t.Errorf("%s: got %v, %v", at, info, err)
			continue
		}
		if diff := cmp.Diff(worldtest.Contents(w.Content[d.Content.ID.Ref.String()]), worldtest.Read(t, at)); diff != "" {
			t.Errorf("%s (-verified +in place)\n%s", d.Content.ID.Ref, diff)
		}
	}
}

// TestExchangedAllTheTime lets another user exchange staging directories as fast
// as possible, while packs are downloaded again and again.
func TestExchangedAllTheTime(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	before := worldtest.Read(t, s.outside)
	stop, stopped := make(chan struct{}), make(chan int)
	go func() { stopped <- s.exchangeUntil(stop) }()
	w := worldtest.New()
	downloaded := 0
	for n := range 50 {
		w.Add("web", worldtest.Files("web@1.0.0", "data", fmt.Sprint("verified ", n)))
		rep, err := newDownloader(t, w).Download(t.Context(), installer.DownloadRequest{Specs: []string{"test:web"}, Dest: s.dest})
		if err != nil && rep == nil && pack.CodeOf(err) != pack.CodeIO && pack.CodeOf(err) != pack.CodeContentChanged {
			t.Errorf("got %v", err)
		}
		if err == nil {
			downloaded++
			s.checkReported(t, rep, w)
		}
	}
	close(stop)
	t.Logf("%d of 50 downloads succeeded while directories were exchanged %d times", downloaded, <-stopped)
	if diff := cmp.Diff(before, worldtest.Read(t, s.outside)); diff != "" {
		t.Errorf("outside (-before +after)\n%s", diff)
	}
}

// exchangeUntil puts links and directories with hostile content in the places of
// staging directories until stop is closed.
func (s *scene) exchangeUntil(stop chan struct{}) (exchanged int) {
	seen := map[string]bool{}
	for {
		select {
		case <-stop:
			return exchanged
		default:
		}
		found, _ := filepath.Glob(filepath.Join(s.dest, ".staging-*"))
		for _, path := range found {
			if seen[path] || os.Rename(path, fmt.Sprintf("%s-away-%d", s.dest, len(seen))) != nil {
				continue
			}
			seen[path] = true
			var err error
			if len(seen)%2 == 0 {
				err = os.Symlink(s.outside, path)
			} else {
				err = os.CopyFS(filepath.Join(path, "0-0-0"), worldtest.Files("web@1.0.0", "data", "hostile"))
			}
			if err == nil {
				exchanged++
			}
		}
	}
}
