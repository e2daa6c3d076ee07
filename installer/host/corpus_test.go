package host_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// corpusGroups are the groups of real packs, by the shape that they have.
func corpusGroups() map[pack.Shape][]string {
	return map[pack.Shape][]string{
		pack.ShapeNative:     {"attune", "attune-upstream", "attune-partial"},
		pack.ShapeStackStorm: {"stackstorm-exchange", "stackstorm-core", "stackstorm-fixtures", "third-party"},
	}
}

// TestWhatValidatesInAShapeInstallsInIt takes every real pack through download,
// analysis and registration, and lists it. Scripts are not in the corpus: they are
// added first.
func TestWhatValidatesInAShapeInstallsInIt(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("PACK_CORPUS")
	if corpus == "" {
		t.Skip("PACK_CORPUS does not name the corpus")
	}
	valid := map[pack.Shape]int{}
	for shape, groups := range corpusGroups() {
		load := &pack.LoadOptions{Shape: shape}
		c := host.Config{Load: load}
		if shape == pack.ShapeStackStorm { // the platform has that pack, and the corpus does not
			version, err := pack.ParseVersion("0.2.0")
			must(t, err)
			c.Provided = []pack.Provided{{Ref: "core", Version: version}}
		}
		h := openHost(t, c)
		for _, group := range groups {
			dirs, err := filepath.Glob(filepath.Join(corpus, group, "*"))
			must(t, err)
			for _, from := range dirs {
				dir := filepath.Join(t.TempDir(), "pack")
				must(t, os.CopyFS(dir, os.DirFS(from)))
				if p := completed(t, dir, load); p != nil {
					valid[shape]++
					goThrough(t, h, dir, p)
				}
			}
		}
	}
	t.Logf("%v packs are valid", valid)
	if valid[pack.ShapeNative] < 10 || valid[pack.ShapeStackStorm] < 40 {
		t.Errorf("only %v packs are valid", valid)
	}
}

// completed adds the files that components name, and returns the pack in dir when it
// is valid then.
func completed(t *testing.T, dir string, load *pack.LoadOptions) *pack.Pack {
	t.Helper()
	fsys := os.DirFS(dir)
	p, err := pack.Load(fsys, load)
	if err != nil {
		return nil
	}
	for _, name := range namedFiles(p) {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Lstat(at); err == nil || !fs.ValidPath(name) {
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(at), 0o755))
		script := map[string]string{".py": "#!/usr/bin/env python3\n", ".js": "#!/usr/bin/env node\n"}[path.Ext(name)]
		if script == "" {
			script = "#!/bin/sh\n"
		}
		must(t, os.WriteFile(at, []byte(script), 0o755))
	}
	if p.Findings.Err() != nil || pack.Validate(fsys, p, nil).Err() != nil {
		return nil
	}
	return p
}

func namedFiles(p *pack.Pack) []string {
	var names []string
	for _, c := range p.Components {
		switch {
		case c.Action != nil:
			names = append(names, c.Action.EntryPoint, c.Action.WorkflowFile)
		case c.Sensor != nil:
			names = append(names, c.Sensor.EntryPoint)
		}
	}
	if p.Manifest.Testing != nil {
		for _, r := range p.Manifest.Testing.Runners {
			names = append(names, r.EntryPoint)
		}
	}
	return names
}

// goThrough takes a pack through the stages, removes it, and compares what is known of
// it with what was loaded.
func goThrough(t *testing.T, h *host.Host, dir string, p *pack.Pack) {
	t.Helper()
	ctx, ref := t.Context(), p.Manifest.Ref
	down, err := h.Installer.Download(ctx, installer.DownloadRequest{Specs: []string{dir}, Dest: t.TempDir()})
	if err != nil {
		t.Errorf("download: %v", err)
		return
	}
	contents := []*pack.Content{down.Downloaded[0].Content}
	if _, err := h.Analyzer.Analyze(ctx, deps.Request{Contents: contents}); err != nil {
		t.Errorf("analyse %s: %v", ref, err)
	}
	if _, err := h.Registrar.Register(ctx, registry.Request{Contents: contents, SkipTests: true}); err != nil {
		t.Errorf("register %s: %v", ref, err)
		return
	}
	listed, err := h.Store.List(ctx)
	must(t, err)
	details, err := h.Store.Show(ctx, ref)
	must(t, err)
	if len(listed) != 1 || listed[0].Ref != ref {
		t.Errorf("list %s: got %+v", ref, listed)
	}
	var want, got []string
	for _, c := range p.Components {
		want = append(want, string(c.Kind)+" "+c.Ref.String())
	}
	for _, c := range details.Components {
		got = append(got, string(c.Kind)+" "+c.Ref.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("show %s (-want +got)\n%s", ref, diff)
	}
	must(t, h.Store.Remove(ctx, ref, nil))
}
