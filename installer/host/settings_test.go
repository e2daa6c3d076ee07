package host_test

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
)

func TestRootHasToBeAbsolute(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"", "packs", "./packs"} {
		if _, err := host.Open(t.Context(), host.Config{Root: root}); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%q: got %v", root, err)
		}
	}
}

// TestRunnerStartsEverything checks that tools and tests run through the Runner, with
// the configured search path, and not without it.
func TestRunnerStartsEverything(t *testing.T) {
	t.Parallel()
	tools := newTools(t)
	install := func(c host.Config) (installed bool) {
		report, _ := openHost(t, c).Install(t.Context(), pipeline.Request{Specs: []string{write(t, tested("demo"))}})
		return report.Outcomes[0].Status == pack.StatusInstalled
	}
	if install(host.Config{SearchPath: tools.SearchPath()}) || len(tools.Commands()) > 0 {
		t.Error("left out: the tools, which are empty files, were run")
	}
	if install(host.Config{Runner: tools}) {
		t.Error("without a search path: the tools were found")
	}
	before := len(tools.Commands())
	if !install(host.Config{Runner: tools, SearchPath: tools.SearchPath()}) {
		t.Error("given: not installed")
	}
	commands := tools.Commands()[before:]
	test := commands[len(commands)-1]
	if !slices.Contains(test.Args, "tests/t.sh") && filepath.Base(test.Path) != "t.sh" {
		t.Errorf("the last command is %v %v, want the test", test.Path, test.Args)
	}
	if !slices.ContainsFunc(test.Env, func(v string) bool {
		return strings.HasPrefix(v, "PATH=") && strings.HasSuffix(v, tools.SearchPath()[0])
	}) {
		t.Errorf("the test has %q", test.Env)
	}
}

func TestClockAndLogger(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	tools := newTools(t)
	h := openHost(t, host.Config{
		Runner: tools, SearchPath: tools.SearchPath(), Clock: func() time.Time { return noon },
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	_, err := h.Install(t.Context(), pipeline.Request{Specs: []string{write(t, tested("demo"))}})
	must(t, err)
	details, err := h.Store.Show(t.Context(), "demo")
	must(t, err)
	if !details.Active.Created.Equal(noon) {
		t.Errorf("activated at %v", details.Active.Created)
	}
	if !strings.Contains(log.String(), "pip") {
		t.Errorf("the log has no line about pip: %q", log.String())
	}
}

// A crowd counts the callers that are in enter at the same time. Each waits for the
// expected number, or for a short time.
type crowd struct {
	expected int
	mu       sync.Mutex
	inside   int
	most     int
	full     chan struct{}
}

func newCrowd(expected int) *crowd { return &crowd{expected: expected, full: make(chan struct{})} }

func (c *crowd) enter() {
	c.mu.Lock()
	c.inside++
	if c.most = max(c.most, c.inside); c.inside == c.expected {
		close(c.full)
	}
	c.mu.Unlock()
	wait := 20 * time.Second
	if c.expected > crowdSize {
		wait = 20 * time.Millisecond // the number is never reached: allow more callers
	}
	select {
	case <-c.full:
	case <-time.After(wait):
	}
	c.mu.Lock()
	c.inside--
	c.mu.Unlock()
}

const crowdSize = 4

// crowded is a source whose fetches enter a crowd.
type crowded struct{ *crowd }

func (crowded) Schemes() []string { return []string{"crowd"} }

func (crowded) Resolve(_ context.Context, loc source.Locator) ([]pack.Pin, error) {
	return []pack.Pin{{Scheme: loc.Scheme, Location: loc.Location}}, nil
}

func (c crowded) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	c.enter()
	dir, err := os.OpenRoot(pin.Location)
	if err != nil {
		return err
	}
	defer dir.Close()
	return source.PutFS(ctx, dst, dir.FS())
}

// crowdedFS are the files of a pack that enter a crowd when the first one is opened.
type crowdedFS struct {
	fs.FS
	*crowd

	once sync.Once
}

func (c *crowdedFS) Open(name string) (fs.File, error) {
	c.once.Do(c.enter)
	return c.FS.Open(name)
}

// TestParallel checks the limits one and unlimited in each stage that processes
// several packs at a time.
func TestParallel(t *testing.T) {
	t.Parallel()
	for parallel, want := range map[int]int{1: 1, -1: crowdSize} {
		expected := crowdSize
		if parallel == 1 {
			expected = crowdSize + 1
		}
		fetched, read, built, ran := newCrowd(expected), newCrowd(expected), newCrowd(expected), newCrowd(expected)
		tools := newTools(t)
		tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
			switch args := strings.Join(c.Args, " "); {
			case strings.Contains(args, "-m pip"):
				built.enter()
			case strings.Contains(c.Path+args, "t.sh"):
				ran.enter()
			}
			return nil, nil //nolint:nilnil // imitate it
		}
		h := openHost(t, host.Config{
			Parallel: parallel, Runner: tools, SearchPath: tools.SearchPath(), Sources: []source.Plugin{crowded{fetched}},
		})
		var specs, paths []string
		var contents []*pack.Content
		for _, ref := range []string{"a1", "a2", "a3", "a4"} {
			paths = append(paths, write(t, tested(ref)))
			specs = append(specs, "crowd:"+paths[len(paths)-1])
			contents = append(contents, &pack.Content{Dir: paths[len(paths)-1], FS: &crowdedFS{FS: os.DirFS(paths[len(paths)-1]), crowd: read}})
		}
		_, err := h.Installer.Download(t.Context(), installer.DownloadRequest{Specs: specs, Dest: t.TempDir()})
		must(t, err)
		_, err = h.Analyzer.Analyze(t.Context(), deps.Request{Contents: contents})
		must(t, err)
		_, err = h.Builder.Build(t.Context(), envbuild.Request{Paths: paths})
		must(t, err)
		_, err = h.Registrar.Register(t.Context(), registry.Request{Paths: paths})
		must(t, err)
		got := map[string]int{"download": fetched.most, "dependencies": read.most, "environments": built.most, "tests": ran.most}
		if diff := cmp.Diff(map[string]int{"download": want, "dependencies": want, "environments": want, "tests": want}, got); diff != "" {
			t.Errorf("Parallel %d: -want +got:\n%s", parallel, diff)
		}
	}
}
