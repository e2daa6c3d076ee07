package host

import (
	"log/slog"
	"math"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/web"
)

// Config says what a [Host] is made of. Only Root is required.
type Config struct {
	// Root is the absolute path of the directory of the installed packs; a relative
	// one is an error. It is created. Several hosts, in one process or in many, may
	// share a root when they share its records.
	Root string
	// Records keep what is known of the installed packs. They belong to the root, and
	// remain the caller's to close. nil: records in files in Root, see
	// [registry.OpenFiles].
	Records registry.Records
	// Adopt makes new records of the packs in Root when its records are lost, see
	// [registry.Config].
	Adopt bool

	// Provided packs exist outside. They satisfy dependencies, and their refs are
	// reserved: download, analysis and registration refuse a pack that takes one.
	Provided []pack.Provided
	// PlatformVersion is the version of the platform that the packs are for. One that
	// asks for another version, as `attune_version` among its dependencies, fails
	// before anything is built for it. The zero value means that the version is not
	// known: such a pack gets a warning.
	PlatformVersion pack.Version
	// Load says how every stage reads packs; nil for the native shape.
	Load *pack.LoadOptions
	// Limits bound the content of one pack.
	Limits source.Limits
	// Parallel is how many packs of a request each stage works on at a time. 0: as
	// many as there are processors; negative: all of them.
	Parallel int
	// TestTimeout is the longest that a test runner of a pack may take. 0:
	// [registry.DefaultTestTimeout]; negative: as long as its context lasts.
	TestTimeout time.Duration
	// LockTimeout is how long an operation waits for another one that changes the
	// same pack. 0: [registry.DefaultLockTimeout]; negative: as long as its context
	// lasts.
	LockTimeout time.Duration
	// Runner starts package tools and tests of packs. nil: [envbuild.NewRunner], which
	// gives them the rights of the host.
	Runner pack.Runner
	// Logger receives background errors, and a line for each tool that is started. If
	// nil, they are discarded.
	Logger *slog.Logger
	// Clock returns the time that is recorded. nil: time.Now.
	Clock func() time.Time

	// Network says which servers the sources contact, and how. Its proxy and its
	// authorities are handed to package tools, see the package comment.
	Network pack.Network
	// Web adds to Network what a plain value cannot say, such as client
	// certificates; nil adds nothing.
	Web *web.Options
	// AllowUnverified opens [Host.Unverified].
	AllowUnverified bool
	// Index is a registry index, a URL or an absolute path. "": none; a request may
	// name one by URL all the same, when Network permits it.
	Index string
	// Sources are plug-ins beside those of this package. A scheme that one of those
	// serves, too, is an error.
	Sources []source.Plugin
	// XZ uncompresses .tar.xz, which is refused without it, see
	// [archivesource.UnpackerOptions].
	XZ archivesource.Decoder
	// Base is the absolute path of the directory that relative specs refer to; "":
	// they are refused.
	Base string
	// Confine, when not nil, holds the directories below which packs, archives and
	// repositories of this machine have to lie, in specs and in requests to each
	// stage. One without directories admits none. What lies inside of Root is open to
	// the stages, but never a source. It remains the caller's to close, after the
	// Host. nil: they may lie anywhere, see the package comment.
	Confine *Roots

	// SearchPath lists the directories where interpreters and package tools are looked
	// for, in order of preference, usually the entries of PATH. Those that are not
	// absolute are ignored. nil: [registry.DefaultSearchPath]. Tests of packs get it
	// as their PATH.
	SearchPath []string
	// ToolEnv holds further variables for package tools, "NAME=value" each. Variables
	// that follow from Network replace those of the same name.
	ToolEnv []string
	// PythonIndex and NodeRegistry are the URLs that packages come from, and FindLinks
	// directories or URLs of pages with Python packages, see [envbuild.Config].
	PythonIndex, NodeRegistry string
	FindLinks                 []string
	// AllowSourceBuilds and AllowDirect admit Python packages that are built from
	// source, which runs their code, see [envbuild.Config].
	AllowSourceBuilds, AllowDirect bool

	// Installer, Analyzer, Builder and Registrar replace a stage, or add to it: each is
	// given the one that Open made and returns the one that is used, alone and in the
	// pipeline. nil keeps it. Installer is asked about [Host.Unverified], too. A
	// Builder that is a [registry.Environments] as well is the one that registration
	// asks for environments.
	Installer func(installer.Installer) installer.Installer
	Analyzer  func(deps.DependencyAnalyzer) deps.DependencyAnalyzer
	Builder   func(envbuild.EnvBuilder) envbuild.EnvBuilder
	Registrar func(registry.Registrar) registry.Registrar
	// Finder looks for packs that others depend on. nil: those of Index are found.
	Finder deps.Finder
}

// prepare checks c and fills in defaults.
func (c *Config) prepare() error {
	if !filepath.IsAbs(c.Root) {
		return pack.Errorf(pack.CodeInvalidRequest, "root %q: want an absolute path", c.Root)
	}
	c.Root = filepath.Clean(c.Root)
	c.Parallel = unlimited(c.Parallel, math.MaxInt32)
	c.TestTimeout = unlimited(c.TestTimeout, math.MaxInt64)
	c.LockTimeout = unlimited(c.LockTimeout, math.MaxInt64)
	if c.Runner == nil {
		c.Runner = envbuild.NewRunner(nil)
	}
	if c.SearchPath == nil {
		c.SearchPath = strings.Split(registry.DefaultSearchPath, ":")
	}
	return nil
}

// unlimited returns most in place of a negative limit.
func unlimited[N int | time.Duration](limit, most N) N {
	if limit < 0 {
		return most
	}
	return limit
}
