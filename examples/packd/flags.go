package main

import (
	"errors"
	"net/netip"
	"os"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/installer/settings"
)

// flags are the flags of the command line, with the settings of files and the environment.
type flags struct {
	*hostflags.Flags
	version bool
}

func (f *flags) bind(set *pflag.FlagSet) {
	f.Flags = hostflags.NewFlags()
	set.BoolVar(&f.version, "version", false, "print the version, and do nothing else")
	f.Bind(set, settings.GroupPackd, settings.GroupHost, settings.GroupPackages, settings.GroupIsolation)
}

// config returns the configuration that the flags describe, after they were parsed.
func (f *flags) config(w world) (api.Config, error) {
	dir, err := os.Getwd()
	if err != nil {
		return api.Config{}, err
	}
	if err := f.Load(w.getenv, dir); err != nil {
		return api.Config{}, err
	}
	sync, syncErr := f.openSync()
	config, configErr := f.Config(w.environ())
	config.AllowUnverified = f.Packd.AllowUnverified
	allowed, allowedErr := hostflags.AbsoluteAll(f.Packd.AllowRoots)
	tokens, tokensErr := f.tokens(w)
	proxies, proxiesErr := f.prefixes("packd.trusted_proxies", f.Packd.TrustedProxies)
	jobsErr := f.atLeastOne("packd.max_jobs", f.Packd.MaxJobs)
	connectionsErr := f.atLeastOne("packd.max_connections", f.Packd.MaxConnections)
	return api.Config{Host: config, AllowRoots: allowed, Tokens: tokens, MaxJobs: f.Packd.MaxJobs, Sync: sync, TrustedProxies: proxies},
		errors.Join(configErr, allowedErr, tokensErr, proxiesErr, syncErr, jobsErr, connectionsErr)
}

// prefixes reads the addresses and networks of a setting.
func (f *flags) prefixes(setting string, texts []string) (all []netip.Prefix, err error) {
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if addr, addrErr := netip.ParseAddr(text); addrErr == nil {
			p, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "%s %q: want an address or a network such as 10.0.0.0/8", f.Place(setting), text)
		}
		all = append(all, p)
	}
	return all, nil
}

// atLeastOne checks the value of a setting.
func (f *flags) atLeastOne(setting string, n int) error {
	if n < 1 {
		return pack.Errorf(pack.CodeInvalidRequest, "%s %d: want at least 1", f.Place(setting), n)
	}
	return nil
}

// openSync reads the settings of the file to sync with.
func (f *flags) openSync() (api.Sync, error) {
	sync := api.Sync{File: f.Packd.Sync, Prune: f.Packd.SyncPrune}
	switch {
	case sync.File == "" && sync.Prune:
		return sync, pack.Errorf(pack.CodeInvalidRequest, "%s makes no sense without --sync", f.Place("packd.sync_prune"))
	case f.Packd.SyncInterval <= 0:
		return sync, pack.Errorf(pack.CodeInvalidRequest, "%s: want more than 0", f.Place("packd.sync_interval"))
	case sync.File == "":
		return sync, nil
	}
	w, err := hostflags.OpenWants(sync.File, false)
	if err != nil {
		return sync, pack.Errorf(pack.CodeInvalidRequest, "%s: %w", f.Place("packd.sync"), err)
	}
	sync.File = w.Path
	return sync, f.Add(w)
}
