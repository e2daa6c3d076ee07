package main

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/internal/samples"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
)

// output is a buffer for packs that are processed concurrently.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// shareTeam creates the directory of a team, with the pack own.
func shareTeam(t *testing.T) team {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "own"), 0o755); err != nil {
		t.Fatal(err)
	}
	manifest := []byte("ref: own\nversion: 1.0.0\nlabel: Own\ndescription: Of the team.\n")
	if err := os.WriteFile(filepath.Join(dir, "own", "pack.yaml"), manifest, 0o600); err != nil {
		t.Fatal(err)
	}
	return team{os.DirFS(dir)}
}

// TestInstall installs packs from an index, a repository, an archive, a directory and
// the team.
func TestInstall(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"git", "python3", "node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	world, err := samples.Serve(t.Context(), t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	c := host.Config{
		Root: filepath.Join(t.TempDir(), "root"), Indices: []registrysource.Index{{URL: world.Index()}}, Sources: []source.Plugin{shareTeam(t)},
		SearchPath: filepath.SplitList(os.Getenv("PATH")),
		Network:    pack.Network{Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}},
		FindLinks:  []string{world.Wheels()}, NodeRegistry: world.NodeRegistry(),
	}
	var out output
	if err := install(t.Context(), &out, c, "hello@^1.0", world.Git(), world.Archive(), world.Directory(), "team:own"); err != nil {
		t.Fatalf("%v\n%s", err, out.b.String())
	}
	for _, ref := range []string{"hello", "wordcount", "slugs", "report", "own"} {
		if want := "closed " + ref + " installed"; !strings.Contains(out.b.String(), want) {
			t.Errorf("no line has %q:\n%s", want, out.b.String())
		}
		if _, err := os.Stat(filepath.Join(c.Root, "current", ref, "pack.yaml")); err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(out.b.String(), "start /") {
		t.Errorf("the Runner started nothing:\n%s", out.b.String())
	}
}

// TestTeam checks that specs cannot leave the directory of the team.
func TestTeam(t *testing.T) {
	t.Parallel()
	c := host.Config{Root: filepath.Join(t.TempDir(), "root"), Sources: []source.Plugin{shareTeam(t)}}
	if err := install(t.Context(), &output{}, c, "team:../own"); err == nil {
		t.Error("a spec leaves the directory")
	}
}

// TestUsage runs the program without arguments.
func TestUsage(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "newhost")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 2 || !strings.HasPrefix(string(out), "usage: newhost ROOT ") {
		t.Errorf("got %v, %s", err, out)
	}
}
