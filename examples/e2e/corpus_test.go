//go:build e2e

package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

var every = flag.Bool("every", false, "build the environments of every pack of the corpus, not of 20")

// buildTimeout is that of one environment.
const buildTimeout = 5 * time.Minute

// TestCorpus builds the environments of real packs with each tool. Tools agree on the
// number of packages, environments are reused, failures have reasons, and what fails with
// all sources allowed, plain uv cannot build either. It does not run beside tests that
// measure time.
func TestCorpus(t *testing.T) { //nolint:paralleltest // see above
	corpus := os.Getenv("PACK_CORPUS")
	if corpus == "" {
		t.Skip("PACK_CORPUS names no directory")
	}
	c := &comparison{packs: corpusPacks(t, corpus)}
	withoutUV, withUV := searchPaths(t)
	c.add(t, "pip", withoutUV, envbuild.Policy{})
	if withUV != nil {
		c.add(t, "uv", withUV, envbuild.Policy{})
		c.add(t, "uv, all sources", withUV, envbuild.Policy{Source: []string{"*"}})
	}
	t.Log("\n" + c.table())
	for _, p := range c.packs {
		c.wantEqual(t, p)
	}
	if withUV != nil {
		c.wantPlainFails(t, withUV[0])
	}
}

// corpusPacks writes a pack for each set of requirements in the corpus, or for 20 of them.
func corpusPacks(t *testing.T, corpus string) []string {
	t.Helper()
	sets := map[string]string{} // the paths by content
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "requirements.txt" && d.Name() != "package.json" {
			return err
		}
		data, err := os.ReadFile(path)
		if text := string(data); strings.TrimSpace(text) != "" && sets[text] == "" {
			sets[text] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var packs []string
	for text, path := range sets {
		name, err := filepath.Rel(corpus, filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		ref := strings.ToLower(strings.Map(letter, name)) + map[string]string{"package.json": "_node"}[filepath.Base(path)]
		write(t, filepath.Join(dir, ref), "pack.yaml", "ref: "+ref+"\nversion: 1.0.0\nlabel: A\ndescription: For a test\n")
		write(t, filepath.Join(dir, ref), filepath.Base(path), text)
		packs = append(packs, filepath.Join(dir, ref))
	}
	slices.Sort(packs)
	if !*every {
		packs = spread(packs, 20)
	}
	return packs
}

// letter replaces what a ref must not contain.
func letter(r rune) rune {
	if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
		return r
	}
	return '_'
}

// spread returns n of the values, evenly.
func spread(values []string, n int) []string {
	if len(values) <= n {
		return values
	}
	some := make([]string, n)
	for i := range some {
		some[i] = values[i*len(values)/n]
	}
	return some
}

// searchPaths returns PATH without uv, and with it in front; the second is nil if there is
// no uv.
func searchPaths(t *testing.T) (without, with []string) {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, "uv")); err != nil {
			without = append(without, dir)
		}
	}
	uv, err := exec.LookPath("uv")
	if err != nil {
		return without, nil
	}
	return without, append([]string{uv}, without...)
}

// A comparison has what several tools made of the same packs.
type comparison struct {
	packs []string
	tools []string
	// results are by tool and pack.
	results map[string]map[string]result
}

// A result is the packages of an environment, or the reason of a failure.
type result struct {
	packages int
	reason   envbuild.Reason
	code     pack.Code
	message  string
}

func (r result) String() string {
	switch r.code {
	case "":
		return fmt.Sprintf("%d packages", r.packages)
	case pack.CodePolicyDenied:
		return strings.TrimSpace("refused " + string(r.reason))
	}
	return fmt.Sprintf("failed %s %s", r.code, r.reason)
}

// add builds the environments of all packs with a tool, twice.
func (c *comparison) add(t *testing.T, tool string, search []string, policy envbuild.Policy) {
	t.Helper()
	b, err := envbuild.New(envbuild.Config{
		Dir: filepath.Join(t.TempDir(), "envs"), SearchPath: search, Policy: policy, Env: envbuild.CertificateVariables(os.Environ()),
	})
	if err != nil {
		t.Fatal(err)
	}
	req := envbuild.Request{Paths: c.packs, Timeout: buildTimeout}
	rep, err := b.Build(t.Context(), req)
	if _, failed := errors.AsType[*pack.BatchError](err); err != nil && !failed {
		t.Fatal(err)
	}
	results := map[string]result{}
	for _, p := range rep.Built {
		for _, e := range p.Environments {
			results[p.Path] = result{packages: e.PackageCount}
		}
	}
	for _, f := range rep.Failed {
		r := result{code: f.Code, message: f.Message}
		if e, ok := errors.AsType[*envbuild.BuildError](f.Err); ok {
			r.reason = e.Reason
		}
		if r.code == pack.CodeBuildFailed && (r.reason == "" || r.reason == envbuild.ReasonUnknown) {
			t.Errorf("%s, %s: no reason is known: %s", filepath.Base(f.Spec), tool, f.Message)
		}
		results[f.Spec] = r
	}
	if c.results == nil {
		c.results = map[string]map[string]result{}
	}
	c.tools, c.results[tool] = append(c.tools, tool), results
	t.Logf("%s took %v", tool, rep.Summary.Duration.Round(time.Second))
	var built []string
	for _, p := range rep.Built {
		built = append(built, p.Path)
	}
	if len(built) > 0 {
		wantAllReused(t, b, tool, built)
	}
}

func wantAllReused(t *testing.T, b *envbuild.Builder, tool string, paths []string) {
	t.Helper()
	rep, err := b.Build(t.Context(), envbuild.Request{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rep.Built {
		for _, e := range p.Environments {
			if !e.Reused {
				t.Errorf("%s, %s: not reused", filepath.Base(p.Path), tool)
			}
		}
	}
}

func (c *comparison) table() string {
	var s strings.Builder
	for _, p := range c.packs {
		fmt.Fprintf(&s, "%-50s", filepath.Base(p))
		for _, tool := range c.tools {
			fmt.Fprintf(&s, "  %s: %-24s", tool, c.results[tool][p])
		}
		s.WriteString("\n")
	}
	for _, tool := range c.tools {
		counts := map[string]int{}
		for _, r := range c.results[tool] {
			kind, _, _ := strings.Cut(r.String(), " ")
			if r.code == "" {
				kind = "built"
			}
			counts[kind]++
		}
		fmt.Fprintf(&s, "%s: %d built, %d refused by policy, %d failed\n", tool, counts["built"], counts["refused"], counts["failed"])
	}
	return s.String()
}

// wantEqual checks that all tools which built an environment installed as many packages.
func (c *comparison) wantEqual(t *testing.T, path string) {
	t.Helper()
	pip, uv := c.results["pip"][path], c.results["uv"][path]
	if pip.code == "" && uv.code == "" && pip.packages != uv.packages && slices.Contains(c.tools, "uv") {
		t.Errorf("%s: pip installed %d packages, uv %d", filepath.Base(path), pip.packages, uv.packages)
	}
}

// wantPlainFails checks that plain uv builds nothing that failed with all sources allowed.
func (c *comparison) wantPlainFails(t *testing.T, uv string) {
	t.Helper()
	for path, r := range c.results["uv, all sources"] {
		requirements := filepath.Join(path, "requirements.txt")
		if _, err := os.Stat(requirements); r.code == "" || r.code == pack.CodePolicyDenied || err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), buildTimeout)
		env := filepath.Join(t.TempDir(), "venv")
		err := exec.CommandContext(ctx, uv, "venv", "--quiet", env).Run()
		if err == nil {
			err = exec.CommandContext(ctx, uv, "pip", "install", "--quiet", "--python", filepath.Join(env, "bin", "python"), "-r", requirements).Run()
		}
		cancel()
		if err == nil {
			t.Errorf("%s: plain uv builds what failed: %s", filepath.Base(path), r.message)
		}
	}
}
