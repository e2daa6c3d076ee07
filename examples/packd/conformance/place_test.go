package conformance_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/packtrain/pack/examples/internal/samples"
)

// A place is where the examples run: it has the programs of the document, its
// directories and its servers, under other names.
type place struct {
	t                *testing.T
	home, bin, files string
	names            []string // of the document and of the place, in pairs
	core             string   // the pack core
	url              string   // of packd, "" before it runs
}

func newPlace(t *testing.T) *place {
	t.Helper()
	for _, program := range []string{"curl", "git", "python3", "node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	world, err := samples.Serve(t.Context(), filepath.Join(dir, "world"), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	p := &place{t: t, home: filepath.Join(dir, "home"), bin: filepath.Join(dir, "bin"), files: filepath.Join(dir, "files")}
	root, packs := filepath.Join(dir, "root"), filepath.Join(dir, "packs")
	for _, d := range []string{p.home, p.bin, p.files, filepath.Join(packs, "own")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(packs, "own", "report"), os.DirFS(world.Directory())); err != nil {
		t.Fatal(err)
	}
	p.names = []string{
		"/var/lib/packd", root, "/srv/packs", packs,
		"https://index.example.com/index.json", world.Index(),
		"https://git.example.com/wordcount.git", world.Git(),
		"https://files.example.com/slugs-2.0.1.tar.gz", world.Archive(),
	}
	if p.core, err = filepath.Abs("../../corepack/core"); err != nil {
		t.Fatal(err)
	}
	p.build(world)
	return p
}

// build builds the programs. The packd in the search path makes tokens; else it keeps its
// arguments, for startPackd to use them.
func (p *place) build(world *samples.World) {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "go", "build", "-o", p.bin+"/", "../../packctl", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Rename(filepath.Join(p.bin, "packd"), p.file("packd")); err != nil {
		p.t.Fatal(err)
	}
	extra := []string{
		"--addr=127.0.0.1:0", "--allow-http", "--allow-private=127.0.0.1",
		"--find-links=" + world.Wheels(), "--node-registry=" + world.NodeRegistry(),
	}
	script := "#!/bin/sh\n[ \"$1\" != token ] || exec " + p.file("packd") + " \"$@\"\nprintf '%s\\n' \"$@\" " + strings.Join(extra, " ") + " >" + p.file("packd.arguments") + "\n"
	if err := os.WriteFile(filepath.Join(p.bin, "packd"), []byte(script), 0o755); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) file(name string) string { return filepath.Join(p.files, name) }

func (p *place) env() []string {
	return []string{"PATH=" + p.bin + ":" + os.Getenv("PATH"), "HOME=" + p.home, "CORE=" + p.core, "LANG=C.UTF-8"}
}

// startPackd starts packd with the arguments of the document.
func (p *place) startPackd() {
	p.t.Helper()
	arguments, err := os.ReadFile(p.file("packd.arguments"))
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(p.t.Context(), p.file("packd"), strings.Fields(string(arguments))...)
	cmd.Dir, cmd.Env = p.home, p.env()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		p.t.Fatalf("packd prints %q, %v", line, err)
	}
	p.url = url
	p.names = append(p.names, "http://localhost:8080", url)
}

// real puts the names of the place for those of the document.
func (p *place) real(text string) string { return strings.NewReplacer(p.names...).Replace(text) }

// documented puts the names of the document for those of the place.
func (p *place) documented(text string) string {
	var back []string
	for i := 0; i < len(p.names); i += 2 {
		back = append(back, p.names[i+1], p.names[i])
	}
	return strings.NewReplacer(back...).Replace(text)
}
