package hostflags_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/settings"
)

// TestPolicyOfTheFile: what a flag states, also that nothing is allowed, counts before
// packs.yaml, and each setting by itself.
func TestPolicyOfTheFile(t *testing.T) {
	t.Parallel()
	const policy = "policy: {allow_source: [cffi], allow_direct: [tool], allow_scripts: [esbuild], minimum_age: 72h}\n"
	all := func(change func(*envbuild.Policy)) envbuild.Policy {
		p := envbuild.Policy{Source: []string{"cffi"}, Direct: []string{"tool"}, Scripts: []string{"esbuild"}, MinimumAge: 72 * time.Hour}
		change(&p)
		return p
	}
	for _, tt := range []struct {
		name, file string
		args       []string
		want       envbuild.Policy
	}{
		{"neither", "packs: {}\n", nil, envbuild.Policy{}},
		{"file", policy, nil, all(func(*envbuild.Policy) {})},
		{"flags", "packs: {}\n", []string{"--allow-source=a,b", "--minimum-age=1h"}, envbuild.Policy{Source: []string{"a", "b"}, MinimumAge: time.Hour}},
		{"source", policy, []string{"--allow-source=a"}, all(func(p *envbuild.Policy) { p.Source = []string{"a"} })},
		{"direct", policy, []string{"--allow-direct=a"}, all(func(p *envbuild.Policy) { p.Direct = []string{"a"} })},
		{"scripts", policy, []string{"--allow-scripts=a"}, all(func(p *envbuild.Policy) { p.Scripts = []string{"a"} })},
		{"age", policy, []string{"--minimum-age=1h"}, all(func(p *envbuild.Policy) { p.MinimumAge = time.Hour })},
		{"no source", policy, []string{"--allow-source="}, all(func(p *envbuild.Policy) { p.Source = []string{} })},
		{"no age", policy, []string{"--minimum-age=0"}, all(func(p *envbuild.Policy) { p.MinimumAge = 0 })},
		{"what the file does not have", policy, []string{"--ignore-foreign-locks"}, all(func(p *envbuild.Policy) { p.IgnoreForeignLocks = true })},
		{"an empty list", "policy: {allow_source: [], minimum_age: 0}\n", nil, envbuild.Policy{Source: []string{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, packagesOf(t, tt.file, tt.args)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// packagesOf returns the policy of a command line and a packs.yaml.
func packagesOf(t *testing.T, file string, args []string) envbuild.Policy {
	t.Helper()
	f, w := loadedFlags(t, file, args)
	if err := f.Add(w); err != nil {
		t.Fatal(err)
	}
	c, err := f.Config(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Packages
}

// loadedFlags returns flags that were loaded, and a packs.yaml.
func loadedFlags(t *testing.T, file string, args []string) (*hostflags.Flags, *hostflags.Wants) {
	t.Helper()
	path := filepath.Join(t.TempDir(), hostflags.WantsName)
	write(t, path, file)
	w, err := hostflags.OpenWants(path, false)
	if err != nil {
		t.Fatal(err)
	}
	f, set := hostflags.NewFlags(), pflag.NewFlagSet("", pflag.ContinueOnError)
	f.Bind(set, settings.GroupHost, settings.GroupPackages)
	if err := set.Parse(append(args, "--root", t.TempDir())); err != nil {
		t.Fatal(err)
	}
	if err := f.Load(func(string) string { return "" }, ""); err != nil {
		t.Fatal(err)
	}
	return f, w
}

// TestPolicyOfAFoundFile: a packs.yaml that was found narrows the policy of the other
// settings, and does not widen it.
func TestPolicyOfAFoundFile(t *testing.T) {
	t.Parallel()
	const user = "policy: {allow_source: [cffi, corp-*], allow_scripts: ['*'], minimum_age: 72h}\n"
	for _, tt := range []struct {
		name, file string
		args       []string
		refused    string
	}{
		{"nothing", "packs: {}\n", nil, ""},
		{"less", "policy: {allow_source: [cffi, corp-a], allow_direct: [], allow_scripts: [esbuild], minimum_age: 96h}\n", nil, ""},
		{"the same", "policy: {allow_source: [corp-*], allow_scripts: ['*'], minimum_age: 72h}\n", nil, ""},
		{"source", "policy: {allow_source: [numpy]}\n", nil, "--allow-source"},
		{"a pattern", "policy: {allow_source: ['corp-*-x', '*']}\n", nil, "--allow-source"},
		{"a pattern within a pattern", "policy: {allow_source: ['corp-[a]']}\n", nil, "--allow-source"},
		{"direct", "policy: {allow_direct: [tool]}\n", nil, "--allow-direct"},
		{"age", "policy: {minimum_age: 0}\n", nil, "--minimum-age"},
		{"flags", "policy: {allow_source: [numpy], minimum_age: 0}\n", []string{"--allow-source=a", "--minimum-age=72h"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "settings.yaml")
			write(t, path, user)
			f, w := loadedFlags(t, tt.file, append(tt.args, "--settings", path))
			w.Found = true
			err := f.Add(w)
			if tt.refused == "" && err == nil {
				return
			}
			if pack.CodeOf(err) != pack.CodePolicyDenied || tt.refused == "" || !strings.Contains(err.Error(), tt.refused) {
				t.Errorf("got %v, want %q", err, tt.refused)
			}
		})
	}
}
