package main

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/settings"
)

// withHost opens the host that the flags describe, runs f on it, and closes it.
func (a *app) withHost(cmd *cobra.Command, f func(*hostflags.Host) error) error {
	return a.withHostOf(cmd, hostflags.Open, f)
}

// withHostOf is withHost, with a host that open opens.
func (a *app) withHostOf(cmd *cobra.Command, open func(context.Context, hostflags.Config) (*hostflags.Host, error), f func(*hostflags.Host) error) error {
	config, err := a.hostConfig()
	if err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	h, err := open(cmd.Context(), config)
	if err != nil {
		return err
	}
	return errors.Join(f(h), h.Close())
}

func (a *app) hostConfig() (hostflags.Config, error) {
	if a.Origin("packctl.token_file") == settings.FromFlag && a.server == "" {
		return hostflags.Config{}, errors.New("--token-file makes no sense without --server")
	}
	if err := a.fileSettings(); err != nil {
		return hostflags.Config{}, err
	}
	config, configErr := a.Config(a.environ())
	base, baseErr := os.Getwd()
	config.Base, config.AllowUnverified = base, a.unverified
	return config, errors.Join(configErr, baseErr)
}
