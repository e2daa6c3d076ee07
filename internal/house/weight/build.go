package main

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const ours = "github.com/packtrain/pack"

// built is a host program that was built.
type built struct {
	requirements []string // direct and indirect, without ours
	linked       []string // modules in the binary, without ours
	packages     []string // of ours in the binary, by their directories
	megabytes    float64
}

// build makes a module of testdata/name in dir, tied to the tree at root by a
// replace line, and builds it stripped and without cgo.
func build(ctx context.Context, root, dir, name string) (*built, error) {
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "internal", "house", "weight", "testdata", name))); err != nil {
		return nil, err
	}
	goMod := fmt.Sprintf("module example.com/%s\n\ngo 1.26.0\n\nrequire %s v0.0.0\n\nreplace %s => %s\n", name, ours, ours, root)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goMod), 0o600); err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, "host")
	for _, args := range [][]string{
		{"mod", "tidy"},
		{"build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", binary, "."},
	} {
		if _, err := goCommand(ctx, dir, args...); err != nil {
			return nil, err
		}
	}
	return inspect(ctx, dir, binary)
}

func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, stderr.String())
	}
	return out, nil
}

func inspect(ctx context.Context, dir, binary string) (*built, error) {
	b := &built{}
	out, err := goCommand(ctx, dir, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var mod struct{ Require []struct{ Path string } }
	if err := json.Unmarshal(out, &mod); err != nil {
		return nil, err
	}
	for _, r := range mod.Require {
		if r.Path != ours {
			b.requirements = append(b.requirements, r.Path)
		}
	}
	if b.packages, err = packages(ctx, dir); err != nil {
		return nil, err
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	for _, d := range info.Deps {
		if d.Path != ours {
			b.linked = append(b.linked, d.Path)
		}
	}
	stat, err := os.Stat(binary)
	if err != nil {
		return nil, err
	}
	b.megabytes = float64(stat.Size()) / 1e6
	return b, nil
}

// packages returns the packages of this module that the program in dir links.
func packages(ctx context.Context, dir string) ([]string, error) {
	out, err := goCommand(ctx, dir, "list", "-deps", ".")
	if err != nil {
		return nil, err
	}
	var found []string
	for path := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(path), ours+"/"); ok {
			found = append(found, name)
		}
	}
	return found, nil
}
