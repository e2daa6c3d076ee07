package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/internal/samples"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// edit writes the script of the action demo.run.
func edit(t *testing.T, dir, prints string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "actions", "run.sh"), []byte("#!/bin/sh\necho "+prints+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// wantPrinted wants that a command line succeeds and prints this to standard output.
func wantPrinted(t *testing.T, o outcome, want string) {
	t.Helper()
	if o.status != exitOK || o.stdout != want {
		t.Errorf("got %+v, want %q", o, want)
	}
}

// TestLinkLoop is the loop of an author: link, run, edit, run, unlink, beside an installed
// pack.
func TestLinkLoop(t *testing.T) {
	t.Parallel()
	run := on(t, filepath.Join(t.TempDir(), "root"))
	installed := demoPack(t, "1.0.0")
	edit(t, installed, "installed")
	wantStatus(t, run("register", installed), exitOK)
	dir := demoPack(t, "2.0.0")
	edit(t, dir, "first")
	wantStatus(t, run("link", dir), exitOK)
	for _, text := range []string{"first", "edited", "edited again"} {
		edit(t, dir, text)
		o := run("run", "demo.run")
		wantPrinted(t, o, text+"\n")
		if !strings.Contains(o.stderr, "pack demo is linked to "+dir) {
			t.Errorf("the link is not marked: %+v", o)
		}
	}
	wantPrinted(t, run("run", "--installed", "demo.run"), "installed\n")
	wantPrinted(t, run("run", "demo@1.0.0.run"), "installed\n")
	if r := decode[map[string]any](t, run("run", "--json", "demo.run")); r["linked"] != dir {
		t.Errorf("got %v", r)
	}
	wantStatus(t, run("link", demoPack(t, "3.0.0")), exitFailed)
	wantStatus(t, run("unlink", "demo"), exitOK)
	wantPrinted(t, run("run", "demo.run"), "installed\n")
	wantStatus(t, run("unlink", "demo"), exitFailed)
}

// TestLinkOfAPackThatIsNotInstalled runs and configures it.
func TestLinkOfAPackThatIsNotInstalled(t *testing.T) {
	t.Parallel()
	run := on(t, filepath.Join(t.TempDir(), "root"))
	files := goodPack()
	files["pack.yaml"] = goodManifest + "conf_schema: {word: {type: string}}\n"
	files["actions/run.sh"] = "#!/bin/sh\necho $ATTUNE_CONFIG_WORD\n"
	dir := writeTree(t, files)
	wantStatus(t, run("link", dir), exitOK)
	wantStatus(t, run("config", "demo", "--set", "word=hello"), exitOK)
	wantPrinted(t, run("run", "demo.run"), "hello\n")
	wantOutput(t, run("list"), exitOK, "demo  -        not installed  linked to "+dir+"\n")
	if o := run("show", "demo"); o.status != exitFailed || !strings.Contains(o.stderr, "linked to "+dir) {
		t.Errorf("got %+v", o)
	}
}

// TestLinkIsMarked runs each command that shows or changes a linked pack.
func TestLinkIsMarked(t *testing.T) {
	t.Parallel()
	run := on(t, filepath.Join(t.TempDir(), "root"))
	wantStatus(t, run("register", demoPack(t, "1.0.0")), exitOK)
	wantStatus(t, run("register", "--replace", "any", demoPack(t, "2.0.0")), exitOK)
	dir := demoPack(t, "3.0.0")
	wantStatus(t, run("link", dir), exitOK)
	other := demoPack(t, "4.0.0")
	for _, args := range [][]string{
		{"list"},
		{"show", "demo"},
		{"history", "demo"},
		{"verify"},
		{"verify", "demo"},
		{"run", "demo.run"},
		{"list", "--json"},
		{"show", "demo", "--json"},
		{"history", "demo", "--json"},
		{"verify", "--json"},
		{"run", "--json", "demo.run"},
		{"plan", other},
		{"install", "--dry-run", other},
		{"rollback", "demo"},
		{"install", "--replace", "any", other},
		{"remove", "demo"},
		{"list"},
	} {
		if o := run(args...); o.status != exitOK || !strings.Contains(o.stdout+o.stderr, dir) {
			t.Errorf("%q: got %+v", args, o)
		}
	}
}

// TestLinkIsInNoLock: the commands that work on packs.yaml name the link, and the lock has
// the pack that is wanted.
func TestLinkIsInNoLock(t *testing.T) {
	t.Parallel()
	run := on(t, filepath.Join(t.TempDir(), "root"))
	work, linked := t.TempDir(), demoPack(t, "9.0.0")
	file := filepath.Join(work, "packs.yaml")
	if err := os.WriteFile(file, []byte("packs:\n  demo: {from: \""+demoPack(t, "1.0.0")+"\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, run("link", linked), exitOK)
	for _, command := range []string{"lock", "sync"} {
		if o := run(command, "--file", file); o.status != exitOK || !strings.Contains(o.stderr, "packctl unlink demo ends it") {
			t.Errorf("%s: got %+v", command, o)
		}
	}
	if text, err := os.ReadFile(filepath.Join(work, "packs.lock")); err != nil || strings.Contains(string(text), linked) || strings.Contains(string(text), "9.0.0") {
		t.Errorf("got %s, %v", text, err)
	}
	if o := run("show", "demo"); !strings.Contains(o.stdout, "demo 1.0.0") {
		t.Errorf("got %+v", o)
	}
}

// TestLinkedDirectoryDisappears: runs of the pack say so, and all else works.
func TestLinkedDirectoryDisappears(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	run := on(t, root)
	installed := demoPack(t, "1.0.0")
	edit(t, installed, "installed")
	wantStatus(t, run("register", installed), exitOK)
	dir := demoPack(t, "2.0.0")
	wantStatus(t, run("link", dir), exitOK)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	refused := func(want string) {
		t.Helper()
		o := run("run", "demo.run")
		if o.status != exitFailed || !strings.Contains(o.stderr, want) || !strings.Contains(o.stderr, "packctl unlink demo ends the link") || !strings.Contains(o.stderr, "--installed") {
			t.Errorf("got %+v, want %q", o, want)
		}
		wantPrinted(t, run("run", "--installed", "demo.run"), "installed\n")
		for _, args := range [][]string{{"list"}, {"show", "demo"}, {"history", "demo"}, {"verify"}, {"rollback", "demo", "--to", "1.0.0"}, {"register", demoPack(t, "1.0.0"), "--replace", "any"}} {
			wantStatus(t, run(args...), exitOK)
		}
		wantStatus(t, run("register", "--replace", "any", installed), exitOK)
	}
	refused("does not exist")
	if err := os.WriteFile(filepath.Join(root, "links", "demo.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	refused("its file is damaged")
	wantStatus(t, run("unlink", "demo"), exitOK)
	wantPrinted(t, run("run", "demo.run"), "installed\n")
	if err := os.RemoveAll(filepath.Join(root, "links")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "links"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if o := run("run", "demo.run"); o.stdout != "installed\n" || !strings.Contains(o.stderr, "not marked") {
		t.Errorf("no directory of links: got %+v", o)
	}
}

// TestLinkedEnvironment changes the requirements of a linked directory: the next run builds
// the environment, and says so, and those after it use it.
func TestLinkedEnvironment(t *testing.T) {
	t.Parallel()
	need(t, "git", "python3")
	world, err := samples.Serve(t.Context(), t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	run := on(t, filepath.Join(t.TempDir(), "root"))
	flags := []string{"--allow-http", "--allow-private", "127.0.0.1", "--find-links", world.Wheels()}
	with := func(args ...string) outcome { return run(append(args, flags...)...) }
	files := goodPack()
	files["actions/run.yaml"] = "ref: demo.run\nlabel: Run\ndescription: Runs\nrunner_type: python\nentry_point: run.py\n"
	files["actions/run.py"] = "import sys\nprint(sys.prefix != sys.base_prefix)\n"
	dir := writeTree(t, files)
	wantStatus(t, with("link", dir), exitOK)
	for _, tt := range []struct {
		file, text, prints string
		built              bool
	}{
		{"README.md", "unchanged\n", "True\n", false},
		{"requirements.txt", "textstats==1.0.0\n", "True\n", true},
		{"actions/run.py", "import textstats\nprint('imported')\n", "imported\n", false},
	} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(tt.file)), []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		o := with("run", "demo.run")
		wantPrinted(t, o, tt.prints)
		if built := strings.Contains(o.stderr, "was built for the requirements"); built != tt.built {
			t.Errorf("%s: built: %v, want %v: %+v", tt.file, built, tt.built, o)
		}
	}
}

// TestServerShowsLinks: packd lists that there is a link, and neither makes nor uses links.
func TestServerShowsLinks(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	run := on(t, root)
	wantStatus(t, run("register", demoPack(t, "1.0.0")), exitOK)
	dir := demoPack(t, "2.0.0")
	wantStatus(t, run("link", dir), exitOK)
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: root}}, t.TempDir())
	there := func(args ...string) outcome {
		return packctl(t, append([]string{"--server", url, "--token-file", tokenFile}, args...)...)
	}
	for _, args := range [][]string{{"list"}, {"show", "demo"}, {"history", "demo"}, {"verify"}} {
		if o := there(args...); o.status != exitOK || !strings.Contains(o.stdout, dir) {
			t.Errorf("%q: got %+v", args, o)
		}
	}
	r := decode[struct {
		Packs []struct{ Link *registry.Link }
	}](t, there("list", "--json"))
	if len(r.Packs) != 1 || r.Packs[0].Link == nil || r.Packs[0].Link.Dir != dir {
		t.Errorf("got %+v", r)
	}
	for _, args := range [][]string{{"link", dir}, {"unlink", "demo"}} {
		wantStatus(t, there(args...), exitUsage)
	}
}
