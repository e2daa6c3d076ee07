package pipeline_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/localsource"
)

// TestFilesAreReadOnce traces the system calls of an installation from a directory
// of one pack with a Python environment and tests. Its files are loaded at most
// twice, hashed from disk at most once besides the copy for its tests, and written at
// most twice.
func TestFilesAreReadOnce(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err == nil {
		_, err = exec.LookPath("python3")
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-y", "-qq", "-e", "signal=none", "-e", "trace=openat", "-o", log,
		self, "-test.run=^TestReadsChild$", "-test.v")
	cmd.Env = append(os.Environ(), "PACK_READS_DIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "installed it") {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	opened := opens(string(text), filepath.Join(dir, "source"))
	data := opened["blob"]
	t.Logf("a data file was %+v, pack.yaml %+v, a component %+v", data, opened["pack.yaml"], opened["act.yaml"])
	for _, c := range []struct {
		what      string
		got, most int
	}{
		{"written", data.writes, 2},
		{"hashed from disk, or copied for its tests,", data.reads, 2},
		{"its manifest loaded", opened["pack.yaml"].reads - data.reads, 2},
		{"its components loaded", opened["act.yaml"].reads - data.reads, 2},
	} {
		if c.got < 0 || c.got > c.most {
			t.Errorf("%s %d times, at most %d", c.what, c.got, c.most)
		}
	}
	if data.writes == 0 || opened["act.yaml"].reads == 0 {
		t.Error("nothing was seen")
	}
}

type access struct{ reads, writes int }

// opens counts how often files were opened, by their last name, outside of the
// directory that they came from.
func opens(log, source string) map[string]access {
	opened := map[string]access{}
	for line := range strings.Lines(log) {
		parts := strings.Split(line, `"`)
		if len(parts) < 3 || strings.Contains(line, source) || strings.Contains(parts[2], "ENOENT") {
			continue
		}
		name := filepath.Base(parts[1])
		a := opened[name]
		if strings.Contains(parts[2], "O_CREAT") {
			a.writes++
		} else {
			a.reads++
		}
		opened[name] = a
	}
	return opened
}

// TestReadsChild is the process that is traced.
func TestReadsChild(t *testing.T) { //nolint:paralleltest // it is alone in its process
	dir := os.Getenv("PACK_READS_DIR")
	if dir == "" {
		return
	}
	files := worldtest.Files("app@1.0.0", "data/blob", "some data", "actions/act.sh", "#!/bin/sh\n",
		"actions/act.yaml", "ref: app.act\nlabel: Act\ndescription: Acts\nrunner_type: shell\nentry_point: act.sh\n")
	withUnittest(files)
	source := filepath.Join(dir, "source")
	if err := os.CopyFS(source, files); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "root")
	local, err := localsource.New(localsource.Options{AllowAll: true})
	if err != nil {
		t.Fatal(err)
	}
	envs, err := envbuild.New(envbuild.Config{Dir: filepath.Join(root, "envs"), SearchPath: filepath.SplitList(os.Getenv("PATH"))})
	if err != nil {
		t.Fatal(err)
	}
	store, err := registry.Open(t.Context(), registry.Config{Root: root, Records: registry.NewMemory(), Environments: envs})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := cache.New(filepath.Join(root, "cache"), nil)
	if err != nil {
		t.Fatal(err)
	}
	world := newWorld(nil, store)
	p := compose(t, pipeline.Config{
		Installer: newDownloader(t, kept.Source(local)), Analyzer: newAnalyzer(t, world), Builder: envs,
		Registrar: store, World: world, Staging: store,
	})
	rep, err := p.Install(t.Context(), pipeline.Request{Specs: []string{source}})
	if err != nil || rep.Outcomes[0].Tests == nil || rep.Outcomes[0].Tests.Passed != 1 || rep.Outcomes[0].Environments.Of(pack.RuntimePython) == nil {
		t.Fatalf("got %+v, %v", rep, err)
	}
	t.Log("installed it")
}
