package hostflags_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

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
	if err := errors.Join(f.Load(func(string) string { return "" }, ""), f.Add(w)); err != nil {
		t.Fatal(err)
	}
	c, err := f.Config(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Packages
}
