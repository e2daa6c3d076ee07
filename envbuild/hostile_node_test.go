package envbuild_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// TestHostileNode has the rows of packages that leave their directory, and of the cache.
func TestHostileNode(t *testing.T) {
	t.Parallel()
	t.Run("K05", func(t *testing.T) {
		t.Parallel()
		s, _, r := needNPM(t)
		for i, manifest := range []string{
			`{"bin": {"../../x": "cli.js", "/x": "cli.js"}}`,
			`{"bin": {"x": "../../../cli.js", "y": "/etc/passwd"}}`,
			`{"bin": {"node": "cli.js", "npm": "cli.js"}}`,
			`{"man": ["../../../../x.1", "/etc/x.1"]}`,
			`{"directories": {"bin": "../../..", "man": "../..", "lib": "/etc"}}`,
			`{"bundledDependencies": ["../../x", "b"]}`,
		} {
			r.add(t, fmt.Sprintf("a%d", i), manifest, "cli.js", "#!/bin/sh\n")
		}
		wantInside(t, s, r)
	})
	t.Run("K06", func(t *testing.T) {
		t.Parallel()
		s, _, r := needNPM(t)
		file := func(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeReg} }
		link := func(name, to string) tar.Header {
			return tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: to}
		}
		hard := func(name, to string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeLink, Linkname: to} }
		for i, entries := range [][]tar.Header{
			{link("package/node_modules/b", "/etc")},
			{link("package/x", "../../../.."), file("package/x/evil")},
			{link("package/x", "/tmp"), file("package/x/packtrain-k06")},
			{hard("package/h", "../../../../victim")},
			{link("package/l", "/etc/passwd"), hard("package/h", "package/l")},
			{file("package/../../../evil")},
			{file("/tmp/packtrain-k06")},
			{link("package/victim", "../../../../victim"), file("package/victim")},
		} {
			name := fmt.Sprintf("a%d", i)
			r.add(t, name, `{}`)
			p := r.packages[name]
			p.tarball = appendTo(t, p.tarball, entries)
			r.packages[name] = p
		}
		wantInside(t, s, r)
	})
	t.Run("K09/damaged cache", damagedNPMCache)
	t.Run("K09/shared cache", sharedNPMCache)
}

// wantInside builds a pack that needs all packages: nothing is written outside of the
// environment, and nothing in it leads outside.
func wantInside(t *testing.T, s *stage, r *npmRegistry) {
	t.Helper()
	write(t, filepath.Join(s.dir, "victim"), "untouched")
	var needs []string
	for name := range r.packages {
		needs = append(needs, fmt.Sprintf("%q: \"1\"", name))
	}
	app := s.pack(t, "app", "package.json", `{"dependencies": {`+strings.Join(needs, ", ")+`}}`)
	before := filesOutside(t, s)
	e := s.mustBuild(t, app).Of(pack.RuntimeNode)
	if diff := cmp.Diff(before, filesOutside(t, s)); diff != "" {
		t.Errorf("other files changed (-before +after):\n%s", diff)
	}
	if _, err := os.Lstat("/tmp/packtrain-k06"); err == nil {
		t.Error("/tmp was written to")
	}
	wantNone(t, s.config.Dir, "node_modules", "evil", "x", "x.1", "h", "l")
	if e.Interpreter != s.config.SearchPath[0] || e.PackageCount != len(r.packages) {
		t.Errorf("built %+v", e)
	}
	wantNoWayOut(t, e.Path)
}

// filesOutside returns the contents of the files that are not of environments.
func filesOutside(t *testing.T, s *stage) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == s.config.Dir {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			var data []byte
			data, err = os.ReadFile(path)
			found[path] = string(data)
		} else {
			found[path] = d.Type().String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// wantNone checks that files with some names are at most in directories of one name.
func wantNone(t *testing.T, dir, allowed string, names ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == allowed {
			return fs.SkipDir
		}
		if err == nil && slices.Contains(names, d.Name()) {
			err = fmt.Errorf("%s was written", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func wantNoWayOut(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink == 0 {
			return err
		}
		target, err := filepath.EvalSymlinks(path)
		if err == nil && !strings.HasPrefix(target, dir+"/") {
			err = fmt.Errorf("%s leads to %s", path, target)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// appendTo returns a compressed tar with further entries; files contain "evil".
func appendTo(t *testing.T, tarball []byte, entries []tar.Header) []byte {
	t.Helper()
	old, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	for r := tar.NewReader(old); ; {
		h, err := r.Next()
		if err != nil {
			break // the end
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range entries {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content = "evil"
		}
		h.Mode, h.Size = 0o755, int64(len(content))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// damagedNPMCache: content of the cache that was changed is never installed.
func damagedNPMCache(t *testing.T) {
	t.Parallel()
	s, _, r := needNPM(t)
	r.add(t, "a", `{"main": "index.js"}`, "index.js", "module.exports = 'a'")
	app := s.pack(t, "app", "package.json", dependsOnA)
	s.mustBuild(t, app)
	damaged := 0
	err := filepath.WalkDir(filepath.Join(s.config.Dir, "cache", "npm"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.Contains(path, "content-v2") && !strings.Contains(path, "index-v5") {
			return err
		}
		damaged++
		if err := os.Chmod(path, 0o644); err != nil {
			return err
		}
		return os.WriteFile(path, []byte("damaged"), 0o644)
	})
	if err != nil || damaged == 0 {
		t.Fatalf("%d files of the cache, %v", damaged, err)
	}
	rep, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{app}, Rebuild: true})
	if err != nil && pack.CodeOf(err) != pack.CodeBuildFailed {
		t.Errorf("err = %v", err)
	}
	for _, p := range rep.Built {
		got, err := os.ReadFile(filepath.Join(p.Environments.Of(pack.RuntimeNode).Path, "a", "index.js"))
		if string(got) != "module.exports = 'a'" {
			t.Errorf("index.js is %q, %v", got, err)
		}
	}
}

// sharedNPMCache: eight processes of npm share one cache, and none gets half a package.
func sharedNPMCache(t *testing.T) {
	t.Parallel()
	s, started, r := needNPM(t)
	r.add(t, "a", `{}`, "data.txt", strings.Repeat("a", 1<<20))
	s.config.Jobs = 8
	var paths []string
	for i := range s.config.Jobs {
		name := fmt.Sprintf("b%d", i)
		r.add(t, name, `{"dependencies": {"a": "*"}}`)
		paths = append(paths, s.pack(t, name, "package.json", fmt.Sprintf(`{"dependencies": {%q: "1"}}`, name)))
	}
	rep, err := s.build(t, paths...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rep.Built {
		file := filepath.Join(p.Environments.Of(pack.RuntimeNode).Path, "a", "data.txt")
		if info, err := os.Stat(file); err != nil || info.Size() != 1<<20 {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
	for _, c := range started.commands() { // the home is never that of the host
		if slices.Contains(c.Env, "HOME="+os.Getenv("HOME")) {
			t.Errorf("%v has the home directory of the host", c.Args)
		}
	}
}
