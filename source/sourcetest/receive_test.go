package sourcetest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

var demoLocator = source.Locator{Scheme: sourcetest.SchemeMemory, Location: "demo"}

func TestReceive(t *testing.T) {
	t.Parallel()
	src := sourcetest.NewMemory(map[string]fstest.MapFS{
		"demo":  {"pack.yaml": {Data: []byte("ref: demo\nversion: 1.0.0\n")}, "x": {}},
		"none":  {"x": {}, "y": {}},
		"twice": {"pack.yaml": {}, "PACK.yaml": {}},
	})
	for location, want := range map[string]pack.Code{
		"demo": "", "none": pack.CodeInvalidManifest, "twice": pack.CodeNameCollision, "missing": pack.CodeNotFound,
	} {
		loc := source.Locator{Scheme: sourcetest.SchemeMemory, Location: location}
		result := sourcetest.Receive(t, src, loc, want)
		if want == "" && (result.Files != 2 || result.DirectoryChecksum == "") {
			t.Errorf("got %+v", result)
		}
		wrong := record(t, func(t testing.TB) { sourcetest.Receive(t, src, loc, pack.CodeGit) })
		if len(wrong.failures) == 0 {
			t.Errorf("%s: another code was not noticed", location)
		}
	}
}

// TestReceiveNotices: forbidden actions of a source are noticed, whatever it returns.
func TestReceiveNotices(t *testing.T) {
	t.Parallel()
	for name, misdeed := range map[string]func(staging string) error{
		"a file beside":     func(dir string) error { return os.WriteFile(filepath.Join(dir, "..", "new"), nil, 0o600) },
		"a changed file":    func(dir string) error { return os.WriteFile(filepath.Join(dir, "..", "x"), []byte("gotcha"), 0o600) },
		"a changed mode":    func(dir string) error { return os.Chmod(filepath.Join(dir, "..", "x"), 0o777) },
		"a file removed":    func(dir string) error { return os.Remove(filepath.Join(dir, "..", "canary", "x")) },
		"a raw message":     func(string) error { return pack.Errorf(pack.CodeGit, "\x1b[31m") },
		"staging elsewhere": func(dir string) error { return os.Rename(dir, dir+"-") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroken()
			b.fetch = func(_ context.Context, _ pack.Pin, dst source.Sink) error {
				return errors.Join(misdeed(stagingOf(dst)), pack.Errorf(pack.CodeGit, "broken"))
			}
			got := record(t, func(t testing.TB) { sourcetest.Receive(t, b, demoLocator, pack.CodeGit) })
			if len(got.failures) == 0 {
				t.Error("not noticed")
			}
		})
	}
}

// stagingOf returns the directory of a tree, which a source cannot know.
func stagingOf(dst source.Sink) string {
	return reflect.ValueOf(dst).Elem().FieldByName("dir").String()
}
