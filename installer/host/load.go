package host

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/registry"
)

// LoadConfig returns the configuration that files and environment variables state, see
// package settings. It sets what a program has not set afterwards: Records, Logger,
// AllowUnverified and the other fields that are not settings are zero. A setting for a
// database is an error: a program that opens one uses [settings.Load] and [ConfigOf].
func LoadConfig(from settings.Sources) (Config, error) {
	s, err := settings.Load(from)
	if err != nil {
		return Config{}, err
	}
	if s.Values.DB != "" || s.Values.SharedRoot {
		return Config{}, pack.Errorf(pack.CodeInvalidRequest, "%s: this program keeps the records in the root, and opens no database", s.Place("db"))
	}
	return ConfigOf(s)
}

// ConfigOf returns the configuration that s states, but for DB and SharedRoot, which are
// for the program. Relative paths of flags and variables are relative to the directory of
// the process. Its errors are mistakes of the user, and say where they are.
func ConfigOf(s *settings.Settings) (Config, error) {
	v := &s.Values
	c := Config{
		GroupAccess: v.GroupAccess, StrictIndices: v.StrictIndices, PassMismatch: v.PassMismatch, FollowURLs: v.FollowURLs,
		Retention: registry.Retention{Generations: v.KeepGenerations, Age: v.KeepFor},
		Parallel:  v.Parallel, TestTimeout: v.TestTimeout, LockTimeout: v.LockTimeout,
		Load:    &pack.LoadOptions{Shape: shape(v.Compat)},
		NoCache: v.NoCache, CacheBudget: cache.Budget{MaxBytes: v.CacheMaxBytes, MaxAge: v.CacheMaxAge},
		Network:    pack.Network{Proxy: v.Proxy, Offline: v.Offline},
		SearchPath: v.SearchPath, PythonIndex: v.PythonIndex, NodeRegistry: v.NodeRegistry,
		Packages: envbuild.Policy{
			Source: v.AllowSource, Direct: v.AllowDirect, Scripts: v.AllowScripts, Runtimes: v.AllowRuntimes, MinimumAge: v.MinimumAge, IgnoreForeignLocks: v.IgnoreForeignLocks,
		},
		Isolation: pack.Isolation(v.Isolation), RemoteIsolation: pack.Isolation(v.RequireIsolation),
	}
	l := loader{s, &c, nil}
	l.paths()
	l.packs()
	l.runtimes()
	l.network()
	l.indices()
	return c, errors.Join(l.errs...)
}

// shape returns the shape of packs with that name, "" for the native one.
func shape(name string) pack.Shape {
	if name == "" {
		return pack.ShapeNative
	}
	return pack.Shape(name)
}

// A loader makes the parts of a configuration that can be wrong.
type loader struct {
	*settings.Settings
	c    *Config
	errs []error
}

// about notes an error of the setting with that name, nil for none.
func (l *loader) about(name string, err error) {
	if err != nil {
		l.errs = append(l.errs, fmt.Errorf("%s: %w", l.Place(name), err))
	}
}

// absolute returns the absolute path that a setting names; URLs and "" are unchanged.
func (l *loader) absolute(name, path string) string {
	abs, err := settings.Absolute(path)
	l.about(name, err)
	return abs
}

func (l *loader) paths() {
	v := &l.Values
	root := v.Root
	if root == "" {
		var err error
		if root, err = l.DefaultRoot(); err != nil {
			l.errs = append(l.errs, err)
		}
	}
	l.c.Root = l.absolute("root", root)
	l.c.CacheDir = l.absolute("cache.dir", v.CacheDir)
	if v.CacheDir == "" && l.c.Root != "" {
		l.c.CacheDir = filepath.Join(l.c.Root, "cache")
	}
	l.c.Bundle = l.absolute("bundle", v.Bundle)
	for _, path := range v.FindLinks {
		l.c.FindLinks = append(l.c.FindLinks, l.absolute("python.find_links", path))
	}
}

func (l *loader) packs() {
	var err error
	l.c.Provided, err = settings.ParseProvided(l.Values.Provide)
	l.about("provided", err)
	l.about("platform", l.c.PlatformVersion.UnmarshalText([]byte(l.Values.PlatformVersion)))
}

// runtimes reads the descriptions of runtimes.
func (l *loader) runtimes() {
	for _, path := range l.Values.Runtimes {
		r, err := settings.ReadRuntime(l.absolute("runtimes", path))
		l.about("runtimes", err)
		l.c.Load.Runtimes = append(l.c.Load.Runtimes, r)
	}
}

func (l *loader) network() {
	v, n := &l.Values, &l.c.Network
	var err error
	n.Policy, err = settings.ParsePolicy(v.AllowHTTP, v.AllowPrivate)
	l.about("network.allow_private", err)
	n.Policy.Hosts = v.AllowHosts
	n.Credentials, err = v.Credentials.Read()
	l.about("credentials", err)
	n.CAs, err = settings.ReadAuthorities(v.CAFile)
	l.about("network.ca_file", err)
	_, err = settings.ParseProxy(v.Proxy)
	l.about("network.proxy", err)
}
