package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack/installer/settings"
)

// TestEveryFlagIsASetting, or is listed with the reason why it is none.
func TestEveryFlagIsASetting(t *testing.T) {
	t.Parallel()
	reasons := map[string]string{
		"settings": "it names the settings", "adopt": "it changes a root once", "new-root": "it changes a root once", "version": "it is a command",
	}
	known := map[string]bool{}
	for _, s := range settings.Table() {
		known[s.Flag] = known[s.Flag] || s.Group != settings.GroupPackctl
	}
	var f flags
	set := pflag.NewFlagSet("packd", pflag.ContinueOnError)
	f.bind(set)
	set.VisitAll(func(flag *pflag.Flag) {
		if known[flag.Name] == (reasons[flag.Name] != "") {
			t.Errorf("--%s has neither a row in the table of settings nor a reason, or both", flag.Name)
		}
	})
	for name, ours := range known {
		if ours && set.Lookup(name) == nil {
			t.Errorf("packd has no flag --%s", name)
		}
	}
}

// TestSettingsOfPackd come from a file, and flags win.
func TestSettingsOfPackd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "packd.yaml")
	text := "root: packs\npackd: {addr: '127.0.0.1:1', max_jobs: 7, allow_roots: [flows], warm: false, grace: 1s}\nparallel: 3\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w := world{getenv: env(secret + ":read"), environ: os.Environ}
	var f flags
	c, err := f.parse([]string{"--settings", file, "--max-jobs", "9"}, world{getenv: w.getenv, environ: w.environ, stdout: os.Stdout, stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	if f.Packd.Addr != "127.0.0.1:1" || c.MaxJobs != 9 || f.Packd.Warm || f.Packd.Grace.Seconds() != 1 || c.AllowRoots[0] != filepath.Join(dir, "flows") || c.Host.Root != filepath.Join(dir, "packs") || c.Host.Parallel != 3 {
		t.Errorf("got %+v, %+v", f.Packd, c)
	}
	if err := os.WriteFile(file, []byte("packd: {max_jobs: 0}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.parse([]string{"--settings", file}, world{getenv: w.getenv, environ: w.environ, stdout: os.Stdout, stderr: os.Stderr}); err == nil || !strings.Contains(err.Error(), file+":1: packd.max_jobs 0: want at least 1") {
		t.Errorf("got %v", err)
	}
}
