package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/hostflags"
)

// checkRuntimes finds the interpreters and package tools that builds would use.
func checkRuntimes(ctx context.Context, p *patient) (found []diagnosis) {
	err := p.withProbes(ctx, func(h *hostflags.Host, dir string) error {
		for _, r := range [][2]string{{"python", "requirements.txt"}, {"nodejs", "package.json"}} {
			d, err := checkRuntime(ctx, h, filepath.Join(dir, r[0]), r[0], r[1])
			if err != nil {
				return err
			}
			found = append(found, d)
		}
		return nil
	})
	if err != nil {
		found = append(found, diagnosis{"runtimes", verdictProblem, err.Error(), "make the directory of temporary files writable, or name another by TMPDIR"})
	}
	if node, ok := interpreterOf(found, "nodejs"); ok && !findsNPM(p.config.SearchPath, node) {
		found = append(found, diagnosis{"npm", verdictWarning, "there is no npm beside node nor in the search path", "install npm"})
	}
	return found
}

// withProbes runs f on a host with a root and a directory that are removed afterwards.
func (p *patient) withProbes(ctx context.Context, f func(h *hostflags.Host, dir string) error) error {
	dir, err := os.MkdirTemp("", "packctl-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the system empties its temporary directory
	c := p.config
	c.Root, c.DSN, c.SharedRoot, c.Indices, c.NoCache, c.CacheDir = filepath.Join(dir, "root"), "", false, nil, true, ""
	h, err := hostflags.Open(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(f(h, filepath.Join(dir, "packs")), h.Close())
}

// checkRuntime asks the builder which interpreter a pack would get.
func checkRuntime(ctx context.Context, h *hostflags.Host, dir, name, file string) (diagnosis, error) {
	if err := writeProbe(dir, name, file); err != nil {
		return diagnosis{}, err
	}
	r, err := h.Builder.Build(ctx, envbuild.Request{Paths: []string{dir}, Check: true})
	if r == nil {
		return diagnosis{}, err
	}
	if len(r.Failed) > 0 {
		return diagnosis{name, verdictWarning, r.Failed[0].Message, fmt.Sprintf("install %s, or add its directory to PATH or --search-path; packs without it need nothing", runtimeTitle(name))}, nil
	}
	d := diagnosis{Check: name, Verdict: verdictOK}
	for _, b := range r.Built {
		for _, e := range b.Environments {
			d.Message = e.Title() + "  " + e.Program
		}
	}
	return d, nil
}

func runtimeTitle(name string) string {
	if name == "python" {
		return "Python 3 with pip or uv"
	}
	return "Node.js with npm"
}

// writeProbe writes a pack that needs an environment.
func writeProbe(dir, name, file string) error {
	content := map[string]string{
		"pack.yaml": fmt.Sprintf("ref: probe\nversion: 1.0.0\nlabel: Probe\ndescription: Finds interpreters\nruntime_deps: [%s]\n", name),
		file:        "six==1.16.0\n",
	}
	if name == "nodejs" {
		content[file] = `{"name": "probe", "version": "1.0.0", "dependencies": {"probe": "1.0.0"}}`
	}
	err := os.MkdirAll(dir, 0o700)
	for base, text := range content {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, base), []byte(text), 0o600))
	}
	return err
}

// interpreterOf returns the path of an interpreter that was found.
func interpreterOf(found []diagnosis, name string) (path string, ok bool) {
	for _, d := range found {
		if d.Check == name && d.Verdict == verdictOK {
			_, path, ok = strings.Cut(d.Message, "  ")
		}
	}
	return path, ok
}

func findsNPM(search []string, node string) bool {
	for _, dir := range append([]string{filepath.Dir(node)}, search...) {
		if _, err := exec.LookPath(filepath.Join(dir, "npm")); err == nil {
			return true
		}
	}
	return false
}
