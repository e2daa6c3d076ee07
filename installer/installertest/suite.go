package installertest

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

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
)

// A NewFunc creates the installer under test, which can download packs, keyed by
// name. spec returns the spec for the pack of that name, as a user types it; for
// an unknown name it returns the spec of something that does not exist.
type NewFunc func(packs map[string]fstest.MapFS) (in installer.Installer, spec func(name string) string, err error)

// Run checks that the installers that newInstaller makes keep the contract of
// [installer.Installer], each promise in a subtest of its own.
func Run(t *testing.T, newInstaller NewFunc) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := runCheck(t.Context(), c, t.TempDir(), newInstaller); err != nil {
				t.Error(err)
			}
		})
	}
}

// A check is one promise; run returns how it was broken.
type check struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

func runCheck(ctx context.Context, c check, dir string, newInstaller NewFunc) error {
	b := &bench{dest: filepath.Join(dir, "outer", "packs"), packs: samples()}
	var err error
	if b.installer, b.spec, err = newInstaller(b.packs); err != nil {
		return err
	}
	if err := c.run(ctx, b); err != nil {
		return err
	}
	return b.checkNothingElse(dir)
}

// A bench is where a check downloads packs.
type bench struct {
	installer installer.Installer
	spec      func(name string) string
	packs     map[string]fstest.MapFS
	dest      string // does not exist yet
}

// samples are the packs that can be downloaded.
func samples() map[string]fstest.MapFS {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
	sample := func(ref, version string) fstest.MapFS {
		return fstest.MapFS{
			pack.ManifestFile: file(fmt.Sprintf("ref: %s\nversion: %s\nlabel: Test\ndescription: Test\n", ref, version)),
			"data/text":       file("data of " + ref + " " + version),
			"bin/run":         {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		}
	}
	with := func(fsys fstest.MapFS, name string, f *fstest.MapFile) fstest.MapFS {
		fsys[name] = f
		return fsys
	}
	inner := fstest.MapFS{}
	for name, f := range sample("inner", "1.0.0") {
		inner["pack/"+name] = f
	}
	return map[string]fstest.MapFS{
		"one": sample("one", "1.0.0"), "two": sample("two", "1.0.0"), "one2": sample("one", "2.0.0"), "inner": inner,
		"unreadable": {pack.ManifestFile: file("ref: [")},
		"noversion":  {pack.ManifestFile: file("ref: noversion\n")},
		"empty":      {"README.md": file("nothing")},
		"link":       with(sample("link", "1.0.0"), "l", &fstest.MapFile{Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink | 0o777}),
	}
}

func (b *bench) download(ctx context.Context, names ...string) (*installer.DownloadReport, error) {
	req := installer.DownloadRequest{Dest: b.dest}
	for _, name := range names {
		req.Specs = append(req.Specs, b.spec(name))
	}
	return b.request(ctx, req)
}

func (b *bench) request(ctx context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	rep, err := b.installer.Download(ctx, req)
	if rep == nil && err == nil {
		return nil, errors.New("neither a report nor an error")
	}
	return rep, err
}

// checkNothingElse checks that nothing but packs lies in the destination, and
// nothing beside it.
func (b *bench) checkNothingElse(dir string) error {
	var errs []error
	for _, at := range []struct{ dir, allowed string }{{dir, "outer"}, {filepath.Dir(b.dest), "packs"}, {b.dest, "one two inner"}} {
		entries, err := os.ReadDir(at.dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		for _, e := range entries {
			if !strings.Contains(" "+at.allowed+" ", " "+e.Name()+" ") {
				errs = append(errs, fmt.Errorf("%q was left in %q", e.Name(), at.dir))
			}
		}
	}
	return errors.Join(errs...)
}
