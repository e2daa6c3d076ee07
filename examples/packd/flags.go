package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/api"
)

// flags are the flags of the command line.
type flags struct {
	hostflags.Flags
	addr, tokenFile string
	allowRoot       []string
	allowUnverified bool
	maxJobs         int
	maxConnections  int
	grace           time.Duration
	traceEndpoint   string
	sync            api.Sync
	syncInterval    time.Duration
	warm            bool
	version         bool
}

func (f *flags) bind(set *pflag.FlagSet) {
	set.StringVar(&f.addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 picks one")
	set.StringVar(&f.tokenFile, "token-file", "", "file with tokens, NAME:SECRET:SCOPE+SCOPE a line, as \"packd token new NAME\" prints it (default: the variable PACKD_TOKENS, separated by commas)")
	set.StringArrayVar(&f.allowRoot, "allow-root", nil, "directory where packs may be read and written; repeatable")
	set.BoolVar(&f.allowUnverified, "allow-unverified", false, "let requests download from servers that cannot prove their identity (verify_ssl)")
	set.IntVar(&f.maxJobs, "max-jobs", 2, "how much work is done at a time; what comes beyond waits")
	set.IntVar(&f.maxConnections, "max-connections", 2048, "how many connections there may be; of more, those are closed that are silent for longest")
	set.DurationVar(&f.grace, "grace", 30*time.Second, "how long work may go on after a signal to end")
	set.StringVar(&f.traceEndpoint, "trace-endpoint", "", "URL of an OpenTelemetry collector that receives traces by OTLP over HTTP (default: none are made)")
	set.StringVar(&f.sync.File, "sync", "", "a packs.yaml that says, with the packs.lock beside it, which packs the root has; it is followed when it changes")
	set.BoolVar(&f.sync.Prune, "sync-prune", false, "with --sync: remove all other packs, and refuse requests that change packs")
	set.DurationVar(&f.syncInterval, "sync-interval", 2*time.Second, "with --sync: how often to look whether the files have changed")
	set.BoolVar(&f.warm, "warm", true, "compile the Python packages of installed packs in the background, so that actions start faster")
	set.BoolVar(&f.version, "version", false, "print the version, and do nothing else")
	f.Bind(set)
	f.BindPackages(set)
	f.BindIsolation(set)
}

// config returns the configuration that the flags describe.
func (f *flags) config(w world) (api.Config, error) {
	config, configErr := f.Config(w.getenv, w.environ())
	allowed, allowedErr := hostflags.AbsoluteAll(f.allowRoot)
	config.AllowUnverified = f.allowUnverified
	tokens, tokensErr := f.tokens(w)
	syncErr := f.openSync(&config)
	rulesErr := f.Rules(&config)
	jobsErr := atLeastOne("max-jobs", f.maxJobs)
	connectionsErr := atLeastOne("max-connections", f.maxConnections)
	return api.Config{Host: config, AllowRoots: allowed, Tokens: tokens, MaxJobs: f.maxJobs, Sync: f.sync},
		errors.Join(configErr, allowedErr, tokensErr, syncErr, rulesErr, jobsErr, connectionsErr)
}

func atLeastOne(flag string, n int) error {
	if n < 1 {
		return fmt.Errorf("--%s %d: want at least 1", flag, n)
	}
	return nil
}

// openSync reads the settings of the file to sync with.
func (f *flags) openSync(config *hostflags.Config) error {
	switch {
	case f.sync.File == "" && f.sync.Prune:
		return errors.New("--sync-prune makes no sense without --sync")
	case f.syncInterval <= 0:
		return errors.New("--sync-interval: want more than 0")
	case f.sync.File == "":
		return nil
	}
	w, err := hostflags.OpenWants(f.sync.File, false)
	if err != nil {
		return fmt.Errorf("--sync: %w", err)
	}
	f.sync.File = w.Path
	w.Apply(&f.Flags, config)
	return nil
}
