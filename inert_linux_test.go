package pack_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// inertSteps lists what a process of this test does, as JSON.
const inertSteps = "PACK_TEST_INERT"

type inertWorld struct {
	Index, Dest string
	Specs       []string
	Start       string // a program to start, "" for none
}

// TestNothingIsStarted traces a process that resolves, fetches, verifies and
// analyses packs which bring along all that build tools, interpreters and git run
// by themselves, where every program by that name is a trap.
func TestNothingIsStarted(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	canary := filepath.Join(t.TempDir(), "canary")
	w, traps := newInertWorld(t, canary), trapPrograms(t, canary)
	if started := trace(t, strace, traps, w); len(started) > 0 {
		t.Errorf("started: %q", started)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("something that came with a pack was run")
	}
	for _, w.Start = range []string{"/bin/true", "/none/such"} {
		if started := trace(t, strace, traps, w); len(started) != 1 || !strings.Contains(started[0], w.Start) {
			t.Errorf("the trace of a process that starts %s says %q", w.Start, started)
		}
	}
}

// trace returns what a process of this test tried to start.
func trace(t *testing.T, strace, path string, w inertWorld) []string {
	t.Helper()
	w.Dest = t.TempDir()
	steps, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-qq", "-e", "trace=execve,execveat", "-o", log, os.Args[0], "-test.run=^TestInertSteps$")
	cmd.Env = []string{inertSteps + "=" + string(steps), "PATH=" + path, "HOME=" + path, "GIT_SSH_COMMAND=git", "GIT_EXTERNAL_DIFF=git"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var started []string
	for line := range strings.Lines(string(text)) {
		// A call that another thread interrupts has a second line, "resumed>)".
		if (strings.Contains(line, "execve(") || strings.Contains(line, "execveat(")) && !strings.Contains(line, fmt.Sprintf("execve(%q,", os.Args[0])) {
			started = append(started, strings.TrimSpace(line))
		}
	}
	return started
}

// TestInertSteps is the process that is traced.
func TestInertSteps(t *testing.T) {
	t.Parallel()
	text := os.Getenv(inertSteps)
	if text == "" {
		return // it is started by TestNothingIsStarted
	}
	var w inertWorld
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	if w.Start != "" {
		_ = exec.CommandContext(t.Context(), w.Start).Run() // seen by the trace, whatever it returns
	}
	if err := w.steps(t.Context()); err != nil {
		t.Error(err)
	}
}

func (w *inertWorld) steps(ctx context.Context) error {
	client := must(web.New(pack.Network{Policy: gittest.Policy()}, nil))
	index := must(registrysource.New(registrysource.Config{Indices: []registrysource.Index{{URL: w.Index}}, Client: client}))
	sources := must(source.NewMux(
		must(localsource.New(localsource.Options{AllowAll: true, Archives: archivesource.NewUnpacker(nil)})),
		archivesource.New(client, nil),
		must(gitsource.New(client, &gitsource.Options{Roots: []string{"/"}})), index))
	rep, err := must(installer.NewDownloader(installer.DownloadConfig{Source: sources})).
		Download(ctx, installer.DownloadRequest{Specs: w.Specs, Dest: w.Dest})
	if err != nil {
		return err
	}
	var paths []string
	for _, d := range rep.Downloaded {
		fsys := os.DirFS(d.Content.Dir)
		_, loadErr := pack.Load(fsys, nil)
		if err := errors.Join(loadErr, pack.VerifyDirectory(fsys, d.DirectoryChecksum)); err != nil {
			return err
		}
		paths = append(paths, d.Content.Dir)
	}
	found, err := must(deps.New(deps.Config{World: installer.NewWorld(installer.WorldConfig{Index: index})})).Analyze(ctx, deps.Request{Paths: paths})
	if err == nil && (len(paths) != len(w.Specs) || len(found.Additions) != 1) {
		err = fmt.Errorf("%d packs with additions %v", len(paths), found.Additions)
	}
	return err
}

// trapPrograms makes a directory of programs that leave a canary.
func trapPrograms(t *testing.T, canary string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"git", "git-lfs", "ssh", "sh", "bash", "python3", "python", "pip", "uv", "node", "npm", "make", "tar", "gzip", "unzip"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\ntouch "+canary+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := "[core]\n\tfsmonitor = git\n\thooksPath = " + dir + "\n\tsshCommand = git\n[credential]\n\thelper = !git\n[filter \"x\"]\n\tsmudge = git\n"
	if err := os.WriteFile(filepath.Join(dir, ".gitconfig"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// newInertWorld serves packs through every source.
func newInertWorld(t *testing.T, canary string) inertWorld {
	t.Helper()
	repo := gittest.NewRepo(t)
	repo.Commit("main", eagerPack("bygit", canary))
	repos := gittest.NewServer(t, map[string]*gittest.Repo{"x.git": repo})
	local := gittest.NewRepo(t)
	local.Commit("main", eagerPack("byrepository", canary))
	archives := map[string][]byte{"/a.tar.gz": eagerArchive(t, "byarchive", canary), "/r.tar.gz": eagerArchive(t, "byindex", canary)}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { rw.Write(archives[r.URL.Path]) }))
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	if err := errors.Join(
		os.CopyFS(filepath.Join(dir, "pack"), eagerPack("bydirectory", canary)),
		os.WriteFile(filepath.Join(dir, "a.tar.gz"), eagerArchive(t, "byfile", canary), 0o644),
		os.WriteFile(filepath.Join(dir, "index.json"), fmt.Appendf(nil, `{"version": "1.0", "packs": [
			{"ref": "byindex", "version": "1.0.0", "install_sources": [{"type": "archive", "url": "%s/r.tar.gz", "checksum": "sha256:%x"}]},
			{"ref": "missing", "version": "1.0.0", "install_sources": [{"type": "archive", "url": "%[1]s/m.tar.gz", "checksum": "sha256:%[2]x"}]}]}`,
			srv.URL, sha256.Sum256(archives["/r.tar.gz"])), 0o644),
	); err != nil {
		t.Fatal(err)
	}
	return inertWorld{Index: filepath.Join(dir, "index.json"), Specs: []string{
		"git+" + repos.URL + "/x.git", "git+file://" + local.Dir, srv.URL + "/a.tar.gz", "byindex", filepath.Join(dir, "pack"), filepath.Join(dir, "a.tar.gz"),
	}}
}

// eagerPack has a file for everything that runs files by itself.
func eagerPack(ref, canary string) fstest.MapFS {
	touch := "open(" + fmt.Sprintf("%q", canary) + ", 'w')\n"
	files := fstest.MapFS{}
	for name, content := range map[string]string{
		"pack.yaml":        "ref: " + ref + "\nversion: 1.0.0\nlabel: A\ndescription: A pack\ndependencies:\n  - missing\n",
		"requirements.txt": "nothing @ git+https://git.invalid/x.git\n", "setup.py": touch, "conftest.py": touch, "sitecustomize.py": touch, "__init__.py": touch,
		"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = \"setup\"\nbackend-path = [\".\"]\n",
		"package.json":   `{"name": "x", "version": "1.0.0", "scripts": {"preinstall": "touch ` + canary + `", "prepare": "touch ` + canary + `"}}`,
		".npmrc":         "git=./run.sh\nscript-shell=./run.sh\n", "run.sh": "#!/bin/sh\ntouch " + canary + "\n", "Makefile": "all:\n\ttouch " + canary + "\n", ".envrc": "touch " + canary + "\n",
		".gitattributes": "* filter=x diff=x export-subst\n", ".gitmodules": "[submodule \"x\"]\n\tpath = x\n\turl = -uexec\n", "hooks/post-checkout": "#!/bin/sh\ntouch " + canary + "\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o755}
	}
	return files
}

func eagerArchive(t *testing.T, ref, canary string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	if err := errors.Join(w.AddFS(eagerPack(ref, canary)), w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
