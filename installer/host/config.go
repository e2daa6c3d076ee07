package host

import (
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// Config configures a [Host]. Only Root is required.
type Config struct {
	// Root is the absolute path of the directory of the installed packs; a relative
	// one is an error. It is created, for its owner alone. Several hosts, in one
	// process or in many, may share a root if they share its records.
	Root string
	// GroupAccess lets the group of Root enter it and read what lies below, see
	// [registry.Config].
	GroupAccess bool
	// Records store the data of the installed packs. They belong to the root, and the
	// caller closes them. nil: records in files in Root, see [registry.OpenFiles].
	Records registry.Records
	// Adopt adds the packs in Root that its records have lost, see
	// [registry.Config].
	Adopt bool
	// NewRoot gives a copy of a root an ID and records of its own, see
	// [registry.Config].
	NewRoot bool

	// Provided are packs that the host provides itself. They satisfy dependencies, and
	// their refs are reserved: download, analysis and registration refuse a pack with
	// one of them.
	Provided []pack.Provided
	// PlatformVersion is the version of the platform that the packs are for. A pack
	// that requires another version, as `attune_version` among its dependencies, fails
	// before its environments are built. The zero value means that the version is
	// unknown: such a pack gets a warning.
	PlatformVersion pack.Version
	// Load are the options with which every stage loads packs; nil for the native shape.
	Load *pack.LoadOptions
	// Limits bound the content of one pack, whatever it comes from.
	Limits source.Limits
	// CacheDir is the absolute path of the directory with downloaded content, see package
	// cache. Several roots may share it, if the same user owns them; "" means "cache" below
	// Root.
	CacheDir string
	// CacheBudget bounds that directory; the zero value does not.
	CacheBudget cache.Budget
	// Bundle is the path of a bundle, see package bundle: packs, their packages and the
	// indices come from there, and the network is offline. PythonIndex, FindLinks and
	// NodeRegistry have no effect then. Without Indices, those of the bundle are used. "": no
	// bundle.
	Bundle string
	// NoCache keeps no downloaded content: whatever is not installed is downloaded each
	// time.
	NoCache bool
	// IndexLimits bound each index.
	IndexLimits registrysource.Limits
	// Parallel is the number of packs of a request that each stage processes at a time.
	// 0: the number of processors; negative: unlimited.
	Parallel int
	// TestTimeout limits the duration of one test runner of a pack. 0:
	// [registry.DefaultTestTimeout]; negative: no limit besides its context.
	TestTimeout time.Duration
	// LockTimeout limits the wait of an operation for another one that changes the
	// same pack. 0: [registry.DefaultLockTimeout]; negative: no limit besides its
	// context.
	LockTimeout time.Duration
	// Retention says which generations of packs are kept for rollback, see
	// [registry.Retention].
	Retention registry.Retention
	// Isolation is the level at which package tools and tests of packs run, see package
	// runner. "": the best that works on this machine. A level that does not work is an
	// error of whatever starts the first of them.
	Isolation pack.Isolation
	// RemoteIsolation is the level that tests of packs from a network need, see
	// [registry.Config]. "": no level.
	RemoteIsolation pack.Isolation
	// Runner starts package tools and tests of packs instead of a [runner.Runner] with
	// the level of Isolation, which is "" then. nil: that one.
	Runner pack.Runner
	// Logger receives background errors, and a line for each started tool. If nil,
	// they are discarded.
	Logger *slog.Logger
	// Clock returns the time for records. nil: time.Now.
	Clock func() time.Time

	// Network controls which servers the sources and the package tools contact, and how,
	// see the package comment.
	Network pack.Network
	// Web adds settings to Network that a plain value cannot express, such as client
	// certificates; nil adds none.
	Web *web.Options
	// AllowUnverified enables [Host.Unverified].
	AllowUnverified bool
	// Indices are the registry indices, in the order in which they are asked, see
	// [registrysource.Config]. Without any, a request may still name one by URL if
	// Network permits it.
	Indices []registrysource.Index
	// StrictIndices refuses a pack that several indices list and none claims.
	StrictIndices bool
	// PassMismatch goes on to the next source of an index entry when one has other
	// content than the entry promises, see [installer.DownloadConfig].
	PassMismatch bool
	// FollowURLs lists the hosts whose repositories and archives are downloaded when packs
	// state their URLs as dependencies; redirects do not lead to others. Packs there become
	// dependencies with their refs. A pack with another URL among its dependencies fails,
	// unless the pack there is installed or in an index. A pack is refused there whose
	// name an index claims.
	FollowURLs []string
	// Sources are additional plug-ins. A scheme that a plug-in of this package also
	// serves is an error.
	Sources []source.Plugin
	// XZ decompresses .tar.xz, which is refused without it, see
	// [archivesource.UnpackerOptions].
	XZ archivesource.Decoder
	// Base is the absolute path of the directory that relative specs refer to. "":
	// relative specs are refused.
	Base string
	// Confine, if not nil, lists the directories that may contain local packs,
	// archives and repositories, in specs and in requests to each stage. If it is
	// empty, no local path is allowed. The stages may read below Root, but sources may
	// not. The caller closes Confine after the Host. nil: any directory is allowed, see
	// the package comment.
	Confine *Roots

	// SearchPath lists the directories of interpreters and package tools, in order of
	// preference, usually the entries of PATH. Relative entries are ignored. nil:
	// [registry.DefaultSearchPath]. Tests of packs get it as their PATH.
	SearchPath []string
	// ToolEnv lists additional variables for package tools, "NAME=value" each. Variables
	// derived from Network take precedence, and those for proxies are refused.
	ToolEnv []string
	// PythonIndex and NodeRegistry are the URLs of package indices, and FindLinks are
	// directories or URLs of pages with Python packages, see [envbuild.Config].
	PythonIndex, NodeRegistry string
	FindLinks                 []string
	// Packages says which Python and Node.js packages may be installed in ways that are
	// refused by default. The zero value allows none.
	Packages envbuild.Policy

	// Installer, Analyzer, Builder and Registrar replace or decorate a stage: each
	// receives the stage that Open made and returns the one to use, alone and in the
	// pipeline. nil keeps it. Installer is also called for [Host.Unverified]. If the
	// Builder implements [registry.Environments], registration gets environments from it.
	Installer func(installer.Installer) installer.Installer
	Analyzer  func(deps.DependencyAnalyzer) deps.DependencyAnalyzer
	Builder   func(envbuild.EnvBuilder) envbuild.EnvBuilder
	Registrar func(registry.Registrar) registry.Registrar
	// World does the same with what versions are chosen from: the installed packs, and
	// those of Indices.
	World func(deps.World) deps.World

	bundle *bundle.Bundle // that of Bundle
}

// prepare checks c and sets defaults.
func (c *Config) prepare() error {
	if !filepath.IsAbs(c.Root) {
		return pack.Errorf(pack.CodeInvalidRequest, "root %q: want an absolute path", c.Root)
	}
	c.Root = filepath.Clean(c.Root)
	c.Parallel = unlimited(c.Parallel, math.MaxInt32)
	c.TestTimeout = unlimited(c.TestTimeout, math.MaxInt64)
	c.LockTimeout = unlimited(c.LockTimeout, math.MaxInt64)
	for _, level := range []pack.Isolation{c.Isolation, c.RemoteIsolation} {
		if level != "" && !slices.Contains(runner.Levels(), level) {
			return &runner.LevelError{Level: level}
		}
	}
	if c.Runner != nil && c.Isolation != "" {
		return pack.Errorf(pack.CodeInvalidRequest, "isolation level %q: a Runner of the host has its own", c.Isolation)
	}
	if c.Runner == nil {
		c.Runner = runner.New(&runner.Options{Level: c.Isolation})
	}
	if c.SearchPath == nil {
		c.SearchPath = strings.Split(registry.DefaultSearchPath, ":")
	}
	return nil
}

// unlimited returns most for a negative limit, and limit otherwise.
func unlimited[N int | time.Duration](limit, most N) N {
	if limit < 0 {
		return most
	}
	return limit
}
