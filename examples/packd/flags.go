package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/host"
	"github.com/packtrain/pack/examples/packd/server"
)

// flags are what the command line says.
type flags struct {
	addr, root, db, index     string
	provide, allowRoot        []string
	tokenFile                 string
	allowHTTP                 bool
	allowPrivate, allowHost   []string
	credentials, caFile       string
	proxy                     string
	maxJobs                   int
	grace                     time.Duration
	pythonIndex, nodeRegistry string
	findLinks                 []string
	traceEndpoint             string
}

func (f *flags) bind(set *pflag.FlagSet) {
	set.StringVar(&f.addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 picks one")
	set.StringVar(&f.root, "root", "", "directory of the installed packs (default: a per-user data directory)")
	set.StringVar(&f.db, "db", "", "database of the records, a path or a \"file:\" DSN of SQLite (default: a file inside the root)")
	set.StringVar(&f.index, "index", "", "registry index, a URL or a file")
	set.StringArrayVar(&f.provide, "provide", nil, "a pack that exists outside, REF[@VERSION]; repeatable")
	set.StringVar(&f.tokenFile, "token-file", "", "file with tokens, TOKEN:SCOPE+SCOPE a line (default: the variable PACKD_TOKENS, separated by commas)")
	set.StringArrayVar(&f.allowRoot, "allow-root", nil, "directory where packs may be read and written; repeatable")
	set.BoolVar(&f.allowHTTP, "allow-http", false, "allow plain http")
	set.StringArrayVar(&f.allowPrivate, "allow-private", nil, "allow a host or address range that is not public; repeatable")
	set.StringArrayVar(&f.allowHost, "allow-host", nil, "contact this host, and no other that is not named so; repeatable")
	set.StringVar(&f.credentials, "credentials", "", "file with ORIGIN bearer TOKEN, ORIGIN basic USER PASSWORD or ORIGIN header NAME VALUE a line")
	set.StringVar(&f.caFile, "ca-file", "", "file with certificates of authorities to trust beside the system's")
	set.StringVar(&f.proxy, "proxy", "", "URL of a proxy; wants --allow-host for what is contacted through it")
	set.IntVar(&f.maxJobs, "max-jobs", 2, "how much work is done at a time; what comes beyond waits")
	set.DurationVar(&f.grace, "grace", 30*time.Second, "how long work may go on after a signal to end")
	set.StringVar(&f.pythonIndex, "python-index", "", "index of Python packages (default: the tool's own)")
	set.StringArrayVar(&f.findLinks, "find-links", nil, "directory with Python wheels; repeatable")
	set.StringVar(&f.nodeRegistry, "node-registry", "", "registry of Node.js packages (default: npm's own)")
	set.StringVar(&f.traceEndpoint, "trace-endpoint", "", "URL of an OpenTelemetry collector that receives traces by OTLP over HTTP (default: none are made)")
}

// config is what the flags describe.
func (f *flags) config(w world) (server.Config, error) {
	root, rootErr := f.rootDir(w)
	index, indexErr := absolute(f.index)
	links, linksErr := absoluteAll(f.findLinks)
	allowed, allowedErr := absoluteAll(f.allowRoot)
	provided, providedErr := host.ParseProvided(f.provide)
	policy, policyErr := host.Policy(f.allowHTTP, f.allowPrivate)
	policy.Hosts = f.allowHost
	credentials, credentialsErr := host.ReadCredentials(f.credentials)
	authorities, authoritiesErr := host.ReadAuthorities(f.caFile)
	proxy, proxyErr := host.ParseProxy(f.proxy)
	tokens, tokensErr := f.tokens(w)
	var jobsErr error
	if f.maxJobs < 1 {
		jobsErr = fmt.Errorf("--max-jobs %d: want at least 1", f.maxJobs)
	}
	return server.Config{
		Host: host.Config{
			Root: root, Index: index, DSN: f.db, Provided: provided,
			Network: policy, Credentials: credentials, TLS: authorities, Proxy: proxy,
			SearchPath:  filepath.SplitList(w.getenv("PATH")),
			PythonIndex: f.pythonIndex, FindLinks: links, NodeRegistry: f.nodeRegistry,
			ToolEnv: envbuild.NetworkVariables(w.environ()),
		},
		AllowRoots: allowed, Tokens: tokens, MaxJobs: f.maxJobs,
	}, errors.Join(rootErr, indexErr, linksErr, allowedErr, providedErr, policyErr, credentialsErr, authoritiesErr, proxyErr, tokensErr, jobsErr)
}

func (f *flags) rootDir(w world) (string, error) {
	if f.root == "" {
		return host.DefaultRoot(w.getenv)
	}
	return filepath.Abs(f.root)
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
