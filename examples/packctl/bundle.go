package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/settings"
)

// A bundleInfo is what a bundle has, as --json prints it.
type bundleInfo struct {
	Path    string        `json:"path"`
	Digest  pack.Digest   `json:"digest"` // of the manifest, which states all others
	Bytes   int64         `json:"bytes"`
	Entries []bundleEntry `json:"entries"`
}

// A bundleEntry is one content of a bundle.
type bundleEntry struct {
	Kind   bundle.Kind `json:"kind"`
	Name   string      `json:"name"`
	Bytes  int64       `json:"bytes"`
	Digest pack.Digest `json:"digest"`
}

func newBundleInfo(path string, m *bundle.Manifest) *bundleInfo {
	info := &bundleInfo{Path: path, Digest: m.Sum, Entries: []bundleEntry{}}
	for _, e := range m.Entries {
		info.Bytes += e.Size
		info.Entries = append(info.Entries, bundleEntry{e.Kind, e.Name, e.Size, e.Digest})
	}
	return info
}

func (a *app) bundleCommand() *cobra.Command {
	c := command("bundle", "Put all that a lock needs in one file or directory, for machines without a network", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{errors.New("no command is given"), cmd.CommandPath()}
			}
			return &usageError{unknownCommand(cmd, args[0]), cmd.CommandPath()}
		})
	c.AddCommand(a.bundleCreateCommand(), a.bundleInfoCommand(), a.bundleVerifyCommand())
	return c
}

func (a *app) bundleCreateCommand() *cobra.Command {
	var req host.BundleRequest
	cmd := command("create LOCK -o FILE|DIR", "Write a bundle of a lock: packs, Python and Node.js packages, indices", cobra.ExactArgs(1),
		func(cmd *cobra.Command, args []string) error {
			if a.server != "" {
				return &usageError{errors.New("a bundle is made on this machine: --server has no effect"), cmd.CommandPath()}
			}
			if req.Path == "" {
				return &usageError{errors.New("want -o FILE, or -o DIR/ for a directory"), cmd.CommandPath()}
			}
			if err := readBundleRequest(&req, args[0]); err != nil {
				return err
			}
			return a.withHost(cmd, func(h *hostflags.Host) error {
				req.OnEvent = a.observer()
				m, err := h.Bundle(cmd.Context(), req)
				if err != nil {
					return err
				}
				return a.reportBundle(newBundleInfo(req.Path, m))
			})
		})
	cmd.Flags().StringVarP(&req.Path, "output", "o", "", "where to write it: a file, or a directory that exists or whose name ends in a slash, which only gets what it lacks")
	cmd.Flags().StringArrayVar(&req.Wheels, "wheels", nil, "directory with Python packages that are put in, in place of those of an index; repeatable")
	cmd.Flags().StringArrayVar(&req.Platforms, "platform", nil, "platform of the lock, such as linux/amd64/cp311, whose packages are put in; repeatable (default: all)")
	a.Bind(cmd.Flags(), settings.GroupPackages)
	return cmd
}

// readBundleRequest reads the lock, and makes paths absolute.
func readBundleRequest(req *host.BundleRequest, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if req.Lock, err = lock.Parse(data); err != nil {
		return err
	}
	info, err := os.Stat(req.Path)
	req.Directory = err == nil && info.IsDir() || strings.HasSuffix(req.Path, string(filepath.Separator))
	path, err := filepath.Abs(file)
	req.Dir = filepath.Dir(path)
	errs := []error{err}
	for i := range req.Wheels {
		req.Wheels[i], err = filepath.Abs(req.Wheels[i])
		errs = append(errs, err)
	}
	req.Path, err = filepath.Abs(req.Path)
	return errors.Join(append(errs, err)...)
}

// reportBundle prints how much of each kind a bundle has.
func (a *app) reportBundle(info *bundleInfo) error {
	return a.report(info, func() {
		counts := map[bundle.Kind]int{}
		for _, e := range info.Entries {
			counts[e.Kind]++
		}
		a.println("%s  %s", info.Path, megabytes(info.Bytes))
		a.println("%s, %s, %s", counted(counts[bundle.KindPack], "pack"), counted(counts[bundle.KindPython], "Python package"), counted(counts[bundle.KindNode], "Node.js package"))
	})
}

// withBundle runs f on a bundle of this machine.
func (a *app) withBundle(cmd *cobra.Command, path string, f func(*bundle.Bundle) error) error {
	if a.server != "" {
		return &usageError{errors.New("a bundle is read on this machine: --server has no effect"), cmd.CommandPath()}
	}
	b, err := bundle.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f(b), b.Close())
}

func (a *app) bundleInfoCommand() *cobra.Command {
	return command("info BUNDLE", "List what a bundle has, by its manifest", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return a.withBundle(cmd, args[0], func(b *bundle.Bundle) error {
			info := newBundleInfo(args[0], b.Manifest())
			return a.report(info, func() {
				for _, e := range info.Entries {
					a.println("%s  %s  %s", e.Kind, e.Name, megabytes(e.Bytes))
				}
				a.println("%s  %s  %s", info.Path, megabytes(info.Bytes), info.Digest)
			})
		})
	})
}

func (a *app) bundleVerifyCommand() *cobra.Command {
	return command("verify BUNDLE", "Read a bundle, and compare all that it has with its digests", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return a.withBundle(cmd, args[0], func(b *bundle.Bundle) error {
			if err := b.Verify(cmd.Context()); err != nil {
				return err
			}
			return a.reportBundle(newBundleInfo(args[0], b.Manifest()))
		})
	})
}
