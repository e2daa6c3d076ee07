package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/internal/host"
)

// withHost opens what the global flags describe, runs f on it, and closes it.
func (a *app) withHost(cmd *cobra.Command, f func(*host.Host) error) error {
	config, err := a.hostConfig()
	if err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	h, err := host.Open(cmd.Context(), config)
	if err != nil {
		return err
	}
	return errors.Join(f(h), h.Close())
}

func (a *app) hostConfig() (c host.Config, err error) {
	if c.Base, err = os.Getwd(); err != nil {
		return c, err
	}
	if c.Root, err = a.rootDir(); err != nil {
		return c, err
	}
	if c.Provided, err = host.ParseProvided(a.provide); err != nil {
		return c, err
	}
	c.DSN = a.db
	c.Network, err = host.Policy(a.allowHTTP, a.allowPrivate)
	return c, err
}

func (a *app) rootDir() (string, error) {
	if a.root == "" {
		return host.DefaultRoot(a.getenv)
	}
	return filepath.Abs(a.root)
}

// absolute returns the paths as absolute ones.
func absolute(paths []string) ([]string, error) {
	abs := make([]string, len(paths))
	for i, p := range paths {
		var err error
		if abs[i], err = filepath.Abs(p); err != nil {
			return nil, err
		}
	}
	return abs, nil
}
