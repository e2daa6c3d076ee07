package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// Work whose processor time or memory counts runs in a process of its own: this
// program, with one of these words as its first argument.
const (
	childParse    = "parse-packs"
	childRegister = "register-packs"
	childList     = "list-packs"
	childInstall  = "install-packs"
	childOpen     = "open-root"
)

// children are the functions of the child processes, by word.
func children() map[string]func(context.Context, []string) error {
	return map[string]func(context.Context, []string) error{
		childParse: parsePacks, childRegister: registerPacks, childList: listPacks, childInstall: installPacks, childOpen: openRoot,
	}
}

// usage is what a process used.
type usage struct {
	wall, cpu time.Duration
	memory    float64 // at most, in MB; 0 where it is not measured
}

func (u usage) time() float64      { return milliseconds(u.wall) }
func (u usage) processor() float64 { return milliseconds(u.cpu) }
func (u usage) peak() float64      { return u.memory }

// child runs this program with a word and its arguments.
func child(ctx context.Context, args ...string) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	return used(exec.CommandContext(ctx, self, args...))
}

// used runs a command and returns what it used.
func used(cmd *exec.Cmd) (usage, error) {
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%.2000s", filepath.Base(cmd.Path), err, out)
	}
	state := cmd.ProcessState
	return usage{wall: time.Since(start), cpu: state.UserTime() + state.SystemTime(), memory: peakMemory(state)}, nil
}

// parsePacks parses the YAML files of the packs below a directory, on all processors.
func parsePacks(_ context.Context, args []string) error {
	files, err := filepath.Glob(filepath.Join(args[0], "*", "actions", "*.yaml"))
	if err != nil {
		return err
	}
	return each(files, func(file string) error {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var v any
		return yaml.Unmarshal(data, &v)
	})
}

// registerPacks registers the packs below a directory in a root whose records are in a
// database, "" for those in files.
func registerPacks(ctx context.Context, args []string) error {
	root, dsn, input := args[0], args[1], args[2]
	paths, err := filepath.Glob(filepath.Join(input, "*"))
	if err != nil {
		return err
	}
	h, err := hostflags.Open(ctx, hostConfig(root, dsn))
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	_, err = h.Store.Register(ctx, registry.Request{Paths: paths})
	return err
}

// listPacks lists the packs of a root.
func listPacks(ctx context.Context, args []string) error {
	h, err := hostflags.OpenReadOnly(ctx, hostConfig(args[0], args[1]))
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	packs, err := h.Store.Summaries(ctx)
	if err == nil && len(packs) == 0 {
		err = pack.ErrNotFound
	}
	return err
}

func hostConfig(root, dsn string) hostflags.Config {
	return hostflags.Config{Config: host.Config{Root: root, Network: loopback()}, DSN: dsn}
}
