package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/source"
)

// withServer runs f on the server that the flags name.
func (a *app) withServer(cmd *cobra.Command, f func(remote) error) error {
	if err := a.checkServerFlags(cmd); err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	token, err := a.token()
	if err != nil {
		return err
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
	}
	defer transport.CloseIdleConnections()
	c, err := client.New(client.Config{URL: a.server, Token: token, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	return f(remote{c})
}

// checkServerFlags refuses flags that say what a server knows by itself.
func (a *app) checkServerFlags(cmd *cobra.Command) error {
	for _, name := range []string{
		"root", "db", "index", "provide", "allow-http", "allow-private", "allow-host",
		"credentials", "ca-file", "proxy",
		"python-index", "find-links", "node-registry", "check",
	} {
		if flag := cmd.Flags().Lookup(name); flag != nil && flag.Changed {
			return fmt.Errorf("--%s makes no sense with --server", name)
		}
	}
	return nil
}

// token reads the token file, which holds the token and nothing else.
func (a *app) token() (string, error) {
	if a.tokenFile == "" {
		return "", nil
	}
	data, err := os.ReadFile(a.tokenFile)
	if err != nil {
		return "", fmt.Errorf("read token: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// paths returns absolute paths. Those of a server have to be absolute as they
// are: nobody knows what they would be relative to.
func (a *app) paths(cmd *cobra.Command, paths ...string) ([]string, error) {
	if a.server == "" {
		return absoluteAll(paths)
	}
	for _, p := range paths {
		if !filepath.IsAbs(p) {
			return nil, relative(cmd, p)
		}
	}
	return paths, nil
}

// checkSpecs refuses, with a server, specs that are relative paths.
func (a *app) checkSpecs(cmd *cobra.Command, specs []string) error {
	if a.server == "" {
		return nil
	}
	for _, spec := range specs {
		loc, err := source.Parse(spec)
		if err == nil && loc.Scheme == source.SchemeLocal && !filepath.IsAbs(loc.Location) {
			return relative(cmd, spec)
		}
	}
	return nil
}

func relative(cmd *cobra.Command, path string) error {
	return &usageError{
		fmt.Errorf("%q is a relative path: with --server paths are those of the server, so write an absolute one", path),
		cmd.CommandPath(),
	}
}
