package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/host"
)

// withHost opens what the flags describe, runs f on it, and closes it.
func (a *app) withHost(cmd *cobra.Command, f func(*host.Host) error) error {
	if a.tokenFile != "" && a.server == "" {
		return &usageError{errors.New("--token-file makes no sense without --server"), cmd.CommandPath()}
	}
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

func (a *app) hostConfig() (host.Config, error) {
	root, rootErr := a.rootDir()
	base, baseErr := os.Getwd()
	index, indexErr := absolute(a.index)
	links, linksErr := absoluteAll(a.findLinks)
	provided, providedErr := host.ParseProvided(a.provide)
	policy, policyErr := host.Policy(a.allowHTTP, a.allowPrivate)
	policy.Hosts = a.allowHost
	credentials, credentialsErr := host.ReadCredentials(a.credentials)
	authorities, authoritiesErr := host.ReadAuthorities(a.caFile)
	proxy, proxyErr := host.ParseProxy(a.proxy)
	return host.Config{
		Root: root, Base: base, Index: index, DSN: a.db, Provided: provided,
		Network: policy, Credentials: credentials, TLS: authorities, Proxy: proxy,
		SearchPath:  filepath.SplitList(a.getenv("PATH")),
		PythonIndex: a.pythonIndex, FindLinks: links, NodeRegistry: a.nodeRegistry,
		ToolEnv: envbuild.NetworkVariables(a.environ()),
	}, errors.Join(rootErr, baseErr, indexErr, linksErr, providedErr, policyErr, credentialsErr, authoritiesErr, proxyErr)
}

func (a *app) rootDir() (string, error) {
	if a.root == "" {
		return host.DefaultRoot(a.getenv)
	}
	return filepath.Abs(a.root)
}

// absolute returns an absolute path; URLs and "" stay what they are.
func absolute(path string) (string, error) {
	if path == "" || strings.Contains(path, "://") {
		return path, nil
	}
	return filepath.Abs(path)
}

func absoluteAll(paths []string) ([]string, error) {
	var all []string
	for _, p := range paths {
		abs, err := absolute(p)
		if err != nil {
			return nil, err
		}
		all = append(all, abs)
	}
	return all, nil
}
