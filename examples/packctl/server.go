package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/source"
)

// withServer runs f on the server that the flags name.
func (a *app) withServer(cmd *cobra.Command, f func(remote) error) error {
	if err := checkServerFlags(cmd); err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	token, err := a.token()
	if err != nil {
		return err
	}
	transport, err := a.transport()
	if err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	defer transport.CloseIdleConnections()
	c, err := client.New(client.Config{URL: a.server, Token: token, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	return f(remote{c, !a.unverified})
}

// checkServerFlags refuses flags for settings that the server has itself.
func checkServerFlags(cmd *cobra.Command) error {
	var refused error
	check := func(flag *pflag.Flag) {
		if flag.Changed && refused == nil {
			refused = fmt.Errorf("--%s makes no sense with --server", flag.Name)
		}
	}
	cmd.InheritedFlags().VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains([]string{"settings", "server", "token-file", "ca-file", "proxy", "json", "quiet", "output"}, flag.Name) {
			check(flag)
		}
	})
	for _, name := range []string{"python-index", "find-links", "node-registry", "check"} {
		if flag := cmd.Flags().Lookup(name); flag != nil {
			check(flag)
		}
	}
	return refused
}

// transport leads to the server: through the proxy of the environment unless
// there is a flag for another one.
func (a *app) transport() (*http.Transport, error) {
	authorities, authoritiesErr := a.authorities()
	proxy, proxyErr := settings.ParseProxy(a.Proxy)
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: authorities,
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
	}
	if proxy != nil {
		t.Proxy = http.ProxyURL(proxy)
	}
	return t, errors.Join(authoritiesErr, proxyErr)
}

// authorities are the TLS settings that the flags ask for, nil for the default.
func (a *app) authorities() (*tls.Config, error) {
	pem, err := settings.ReadAuthorities(a.CAFile)
	if err != nil || pem == nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	roots.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

// token reads the token file, which holds the token and nothing else.
func (a *app) token() (string, error) {
	if a.tokenFile == "" {
		return "", nil
	}
	data, err := settings.ReadSecretFile("token", a.tokenFile)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(data)), nil
}

// paths returns absolute paths. Paths of a server must already be absolute: they
// cannot be relative to a local directory.
func (a *app) paths(cmd *cobra.Command, paths ...string) ([]string, error) {
	if a.server == "" {
		return hostflags.AbsoluteAll(paths)
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
