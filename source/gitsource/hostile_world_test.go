//go:build unix

package gitsource_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
)

// childVariable makes this program the child of a test: it holds what to fetch.
const childVariable = "GITSOURCE_TEST_CHILD"

func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		do, words, _ := strings.Cut(job, "\n")
		if err := children[do](strings.Split(words, "\n")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var children = map[string]func(job []string) error{"fetch": fetchAsChild, "hold": holdAsChild}

// fetchAsChild resolves and fetches the branch "main" at each location below
// the first, and fails when a program was started for it.
func fetchAsChild(job []string) error {
	s, err := gitsource.New(local(), &gitsource.Options{Roots: []string{job[0]}})
	if err != nil {
		return err
	}
	ctx := context.Background()
	for _, location := range job[1:] {
		loc := source.Locator{Scheme: source.SchemeGit, Location: location, Rev: "main"}
		pins, err := s.Resolve(ctx, loc)
		if err != nil {
			return err
		}
		got := files{}
		if err := s.Fetch(ctx, pins[0], got); err != nil {
			return err
		}
		if got.content("pack.yaml") == "" || got.content("docs/a/b.md") != "text\r\n" {
			return fmt.Errorf("%s: got %q", location, got.names())
		}
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		return err
	}
	if usage.Minflt != 0 {
		return fmt.Errorf("a program was started: %+v", usage)
	}
	return nil
}

// A hostileWorld is an environment in which every program, hook and setting
// that git might use leaves a mark.
type hostileWorld struct {
	home, bin, marks string
	env              []string
}

func newHostileWorld(t *testing.T) *hostileWorld {
	t.Helper()
	top := t.TempDir()
	w := &hostileWorld{home: filepath.Join(top, "home"), bin: filepath.Join(top, "bin"), marks: filepath.Join(top, "marks")}
	for _, dir := range []string{w.home, w.bin, w.marks, filepath.Join(w.home, "template", "hooks")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.env = []string{"HOME=" + w.home, "PATH=" + w.bin, "LC_ALL=C"}
	return w
}

// script writes a program that leaves a mark, and returns its path.
func (w *hostileWorld) script(t *testing.T, path string) string {
	t.Helper()
	text := fmt.Sprintf("#!/bin/sh\necho \"$0 $*\" > '%s/'$$\n", w.marks)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// config writes a configuration of git in which everything starts a program.
func (w *hostileWorld) config(t *testing.T, path string) {
	t.Helper()
	mark := w.script(t, filepath.Join(w.home, "mark"))
	var b strings.Builder
	for _, setting := range []string{
		"core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.askPass", "core.pager", "core.editor", "core.alternateRefsCommand",
		"credential.helper", "diff.external", "filter.x.clean", "filter.x.smudge", "filter.x.process", "uploadpack.packObjectsHook", "gpg.program",
	} {
		section, name, _ := strings.Cut(setting, ".")
		if sub, last, ok := strings.Cut(name, "."); ok {
			section, name = section+` "`+sub+`"`, last
		}
		fmt.Fprintf(&b, "[%s]\n\t%s = %s\n", section, name, mark)
	}
	fmt.Fprintf(&b, "[core]\n\thooksPath = %s\n[init]\n\ttemplateDir = %s/template\n", w.bin, w.home)
	fmt.Fprintf(&b, "[includeIf \"gitdir:/\"]\n\tpath = %s/included\n[include]\n\tpath = /dev/zero.missing\n", w.home)
	fmt.Fprintf(&b, "[url \"ext::%s %%S \"]\n\tinsteadOf = http://\n\tinsteadOf = https://\n[protocol]\n\tallow = always\n", mark)
	writeFile(t, path, b.String())
}

// marked reports what left a mark, and removes the marks.
func (w *hostileWorld) marked(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(w.marks, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
	return found
}

// git runs the real git in this world; that it fails is all right.
func (w *hostileWorld) git(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), gittest.Require(t), args...)
	cmd.Env, cmd.Dir = w.env, w.home
	out, err := cmd.CombinedOutput()
	t.Logf("%v %s", err, out)
}

// A hostileRepo is reachable over the network and on this machine. The server
// notes whether it was sent credentials.
type hostileRepo struct {
	url, dir   string
	authorized atomic.Int64
}

func newHostileRepo(t *testing.T) *hostileRepo {
	t.Helper()
	repo := gittest.NewRepo(t)
	content := samplePack()
	content[".gitattributes"] = content["pack.yaml"]
	repo.Tag("v1.0.0", repo.Commit("main", content))
	r := &hostileRepo{}
	r.url, _ = serve(t, repo, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Header.Get("Authorization") != "" || req.Header.Get("Cookie") != "" {
				r.authorized.Add(1)
			}
			next.ServeHTTP(w, req)
		})
	})
	r.dir = filepath.Join(t.TempDir(), "tree")
	repo.Git("clone", "-q", repo.Dir, r.dir)
	return r
}

// fetchIn fetches the repository both ways in a process in the world.
func (w *hostileWorld) fetchIn(t *testing.T, r *hostileRepo) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Dir = r.dir // as git would find it
	cmd.Env = append(w.env, childVariable+"="+strings.Join([]string{"fetch", filepath.Dir(r.dir), r.url, fileURL(r.dir)}, "\n"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if marks := w.marked(t); len(marks) > 0 {
		t.Errorf("something was started: %q", marks)
	}
	if n := r.authorized.Load(); n > 0 {
		t.Errorf("credentials were sent %d times", n)
	}
}

// H12: the configuration of the user, and a repository's own, start nothing.
func hostileConfig(t *testing.T) {
	t.Parallel()
	w, r := newHostileWorld(t), newHostileRepo(t)
	w.config(t, filepath.Join(w.home, ".gitconfig"))
	writeFile(t, filepath.Join(w.home, "included"), "[core]\n\tfsmonitor = "+filepath.Join(w.home, "mark")+"\n")
	local := filepath.Join(r.dir, ".git")
	w.config(t, filepath.Join(local, "config"))
	for _, hook := range []string{"post-checkout", "pre-auto-gc", "fsmonitor-watchman", "reference-transaction", "post-index-change"} {
		w.script(t, filepath.Join(local, "hooks", hook))
		w.script(t, filepath.Join(w.home, "template", "hooks", hook))
		w.script(t, filepath.Join(w.bin, hook))
	}
	writeFile(t, filepath.Join(w.home, ".netrc"), "machine 127.0.0.1 login canary password canary\n")
	w.git(t, "-C", r.dir, "status")
	if len(w.marked(t)) == 0 {
		t.Fatal("git itself starts nothing: this world is not hostile")
	}
	w.fetchIn(t, r)
}

// H21: a program named git, first in PATH or the only one, is not started.
func hostileGitInPath(t *testing.T) {
	t.Parallel()
	w, r := newHostileWorld(t), newHostileRepo(t)
	for _, name := range []string{"git", "git-upload-pack", "git-remote-https", "git-lfs", "ssh", "sh", "gpg", "less"} {
		w.script(t, filepath.Join(w.bin, name))
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(w.bin, "git"), "x").CombinedOutput()
	if err != nil || len(w.marked(t)) == 0 {
		t.Fatalf("the program leaves no mark: %v, %s", err, out)
	}
	w.fetchIn(t, r)
}

// H23: no variable of git, nor one of a proxy, is read.
func hostileVariables(t *testing.T) {
	t.Parallel()
	w, r := newHostileWorld(t), newHostileRepo(t)
	mark := w.script(t, filepath.Join(w.home, "mark"))
	trace, config := filepath.Join(w.marks, "trace"), filepath.Join(w.home, "config")
	w.config(t, config)
	writeFile(t, filepath.Join(w.home, "included"), "")
	w.env = append(w.env,
		"GIT_DIR="+w.home, "GIT_WORK_TREE="+w.home, "GIT_COMMON_DIR="+w.home, "GIT_OBJECT_DIRECTORY="+w.home, "GIT_INDEX_FILE="+mark,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES=/", "GIT_EXEC_PATH="+w.bin, "GIT_TEMPLATE_DIR="+w.home, "GIT_NAMESPACE=x",
		"GIT_SSH="+mark, "GIT_SSH_COMMAND="+mark, "GIT_ASKPASS="+mark, "SSH_ASKPASS="+mark, "GIT_PROXY_COMMAND="+mark,
		"GIT_EXTERNAL_DIFF="+mark, "GIT_PAGER="+mark, "GIT_EDITOR="+mark, "GIT_ALLOW_PROTOCOL=ext:file",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.fsmonitor", "GIT_CONFIG_VALUE_0="+mark,
		"GIT_CONFIG_GLOBAL="+config, "GIT_CONFIG_SYSTEM="+config, "GIT_TRACE="+trace, "GIT_TRACE_PACKET="+trace, "GIT_TRACE2="+trace,
		"HTTP_PROXY=http://127.0.0.1:1", "http_proxy=http://127.0.0.1:1", "ALL_PROXY=http://127.0.0.1:1", "REQUEST_METHOD=",
	)
	w.git(t, "version")
	if len(w.marked(t)) == 0 {
		t.Fatal("git itself does not heed the variables: this world is not hostile")
	}
	w.fetchIn(t, r)
}

// H20: ssh is not spoken, so that no key is ever accepted or asked for.
func noSSH(t *testing.T) {
	t.Parallel()
	for _, spec := range []string{"ssh://git@example.com/x.git", "git+ssh://example.com/x.git", "git@example.com:x.git", "example.com:x.git", "ssh:x"} {
		_, err := source.Parse(spec)
		wantCode(t, err, pack.CodePolicyDenied)
		refused(t, newSource(t), spec, "main", pack.CodePolicyDenied)
	}
}

// H17: a pipe in place of a file of a repository does not block.
func pipes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"HEAD", "packed-refs", "refs/heads/main", "refs/heads/other", "objects/pack/pack-1.idx", "objects/" + someCommit[:2] + "/" + someCommit[2:]} {
		r := newStoredRepo(t)
		path := filepath.Join(r.dir, name)
		mkdir(t, filepath.Dir(path))
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		err := newLocal(t, r.dir).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: fileURL(r.dir), Rev: "main"}, files{})
		wantCode(t, err, pack.CodeForbiddenEntry)
	}
}

// holdAsChild fetches the branch "main" by way of a scratch directory, and holds
// on at the first file until its input ends.
func holdAsChild(job []string) error {
	s, err := gitsource.New(local(), &gitsource.Options{Scratch: job[0], Limits: gitsource.Limits{Ratio: -1}})
	if err != nil {
		return err
	}
	hold := &failing{after: 1, then: func() {
		fmt.Println("here")
		_, _ = io.Copy(io.Discard, os.Stdin)
	}}
	return s.Fetch(context.Background(), pack.Pin{Scheme: "git", Location: job[1], Rev: "main"}, hold)
}

// H22: a process killed in the middle of a fetch leaves no files.
func killed(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", fstest.MapFS{"large": {Data: make([]byte, 33<<20)}, "pack.yaml": samplePack()["pack.yaml"]})
	url, _ := serve(t, repo)
	scratch := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childVariable+"="+strings.Join([]string{"hold", scratch, url}, "\n"))
	stdin, inErr := cmd.StdinPipe()
	stdout, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	if text, err := bufio.NewReader(stdout).ReadString('\n'); text != "here\n" {
		t.Fatalf("got %q, %v", text, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = cmd.Process.Wait() // which says that it was killed
	_ = stdin.Close()
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("scratch directory holds %v, %v", left, err)
	}
	s := must(gitsource.New(local(), &gitsource.Options{Scratch: scratch, Limits: gitsource.Limits{Ratio: -1}}))
	got := files{}
	if err := s.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Rev: "main"}, got); err != nil || len(got.names()) != 2 {
		t.Errorf("the next one: got %q, %v", got.names(), err)
	}
}
