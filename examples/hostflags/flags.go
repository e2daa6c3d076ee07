package hostflags

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/examples/confschema"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// Flags are the flags of a command line that configure a host. The zero value describes a
// host in the per-user data directory, without an index.
type Flags struct {
	Root, DB        string
	Indices         []string // see ParseIndices
	Claims          []string // as Trust and TrustReportOnly, see [Flags.Rules]
	Trust           []string
	TrustReportOnly []string
	StrictIndices   bool
	FollowURLs      []string // hosts
	Provide         []string
	PlatformVersion string
	Adopt, NewRoot  bool
	SharedRoot      bool
	Compat          string // shape of packs, "" for the native one
	PassMismatch    bool
	Offline         bool
	NoCache         bool
	CacheDir        string
	CacheBudget     cache.Budget
	GroupAccess     bool
	Retention       registry.Retention

	AllowHTTP               bool
	AllowPrivate, AllowHost []string
	Credentials, CAFile     string // names of files
	Proxy                   string

	PythonIndex, NodeRegistry string
	FindLinks                 []string

	AllowSource, AllowDirect, AllowScripts []string       // names or patterns of packages, "*" for all; nil if not stated
	MinimumAge                             *time.Duration // nil if not stated
	IgnoreForeignLocks                     bool

	Isolation, RequireIsolation string // levels
}

// Bind adds the flags for the root, the records and the sources of packs.
func (f *Flags) Bind(set *pflag.FlagSet) {
	set.StringVar(&f.Root, "root", "", "directory of the installed packs (default: a per-user data directory)")
	set.StringVar(&f.DB, "db", "", "database of the records, a path or a \"file:\" DSN of SQLite, or a postgres:// URL (default: files in the root)")
	set.BoolVar(&f.SharedRoot, "shared-root", false, "several hosts share the root, which is on a file system that all of them mount; all of them need this flag, and --db with a postgres:// URL")
	set.BoolVar(&f.Adopt, "adopt", false, "if the records of the root are lost, create new ones from its packs")
	set.BoolVar(&f.NewRoot, "new-root", false, "if the root is a copy of another one and has the same records, give it records of its own")
	set.StringArrayVar(&f.Indices, "index", nil, "registry index, [NAME=]URL or [NAME=]FILE; repeatable, the first that lists a pack supplies it")
	set.StringArrayVar(&f.Claims, "claim", nil, "packs that come from one index and from no other, NAME=PATTERN[,PATTERN], such as corp=infra-*; repeatable")
	set.StringArrayVar(&f.Trust, "trust", nil, "keys of an index, NAME=[N:]KEY[,KEY]: it is used only if one of them, or N, have signed it; a KEY may be a file of keys; NAME=none also uses packs for which it states no checksum; repeatable")
	set.StringArrayVar(&f.TrustReportOnly, "trust-report-only", nil, "name of an index that is used also if --trust refuses it, which is told; repeatable")
	set.BoolVar(&f.StrictIndices, "strict-indices", false, "refuse packs that several indices list and none claims")
	set.StringSliceVar(&f.FollowURLs, "follow-urls", nil, "hosts, separated by commas, whose packs are downloaded when packs state their URLs as dependencies; redirects do not lead to others")
	set.BoolVar(&f.GroupAccess, "group-access", false, "let the group of the root enter it and read the packs and their records; otherwise only its owner may")
	set.IntVar(&f.Retention.Generations, "keep-generations", registry.DefaultGenerations, "number of latest generations of each pack that are kept for rollback; -1 for all")
	set.DurationVar(&f.Retention.Age, "keep-for", 0, "time for which generations are kept for rollback, such as 720h; 0 for no limit")
	set.BoolVar(&f.PassMismatch, "pass-mismatch", false, "if a source of an index entry has other content than the entry promises, try the next one instead of failing")
	set.BoolVar(&f.Offline, "offline", false, "contact no server: use what is in the caches of the root, and fail for the rest")
	set.BoolVar(&f.NoCache, "no-cache", false, "keep no downloaded content")
	set.StringVar(&f.CacheDir, "cache-dir", "", "directory of the downloaded content, which several roots of one user may share (default: cache in the root)")
	set.Int64Var(&f.CacheBudget.MaxBytes, "cache-max-bytes", 0, "size of the downloaded content that is kept; what has been unused for longest is removed first (default no limit)")
	set.DurationVar(&f.CacheBudget.MaxAge, "cache-max-age", 0, "time for which downloaded content is kept that is not used, such as 720h (default no limit)")
	set.StringVar(&f.Compat, "compat", "", "read packs of another shape: stackstorm")
	set.StringArrayVar(&f.Provide, "provide", nil, "a pack that the host provides, REF[@VERSION]; repeatable")
	set.StringVar(&f.PlatformVersion, "platform-version", "", "version of the platform; packs that require another one are refused")
	set.BoolVar(&f.AllowHTTP, "allow-http", false, "allow plain http")
	set.StringArrayVar(&f.AllowPrivate, "allow-private", nil, "allow a host or address range that is not public; repeatable")
	set.StringArrayVar(&f.AllowHost, "allow-host", nil, "contact only this host; repeatable")
	set.StringVar(&f.Credentials, "credentials", "", "file with lines ORIGIN bearer TOKEN, ORIGIN basic USER PASSWORD or ORIGIN header NAME VALUE")
	set.StringVar(&f.CAFile, "ca-file", "", "file with CA certificates to trust in addition to the system's")
	set.StringVar(&f.Proxy, "proxy", "", "URL of a proxy; requires --allow-host for each contacted host")
}

// BindPackages adds the flags for the indices of Python and Node.js packages, and for
// which of them may be installed.
func (f *Flags) BindPackages(set *pflag.FlagSet) {
	set.StringVar(&f.PythonIndex, "python-index", "", "index of Python packages (default: the tool's own)")
	set.StringArrayVar(&f.FindLinks, "find-links", nil, "directory with Python wheels; repeatable")
	set.StringVar(&f.NodeRegistry, "node-registry", "", "registry of Node.js packages (default: npm's own)")
	set.StringSliceVar(&f.AllowSource, "allow-source", nil, "build these Python packages from source if there is no wheel, which runs their code: names or patterns, separated by commas; '*' for all")
	set.StringSliceVar(&f.AllowDirect, "allow-direct", nil, "install these Python packages from the addresses that requirements name: names or patterns, separated by commas; '*' for all")
	set.StringSliceVar(&f.AllowScripts, "allow-scripts", nil, "run the install scripts of these Node.js packages: names or patterns, separated by commas; '*' for all")
	set.Var(optionalDuration{&f.MinimumAge}, "minimum-age", "do not choose releases of packages that are younger, such as 72h; locks and digests are exempt")
	set.BoolVar(&f.IgnoreForeignLocks, "ignore-foreign-locks", false, "install Node.js packages although yarn, pnpm or bun pin their versions")
}

// BindIsolation adds the flags for how programs are isolated.
func (f *Flags) BindIsolation(set *pflag.FlagSet) {
	levels := strings.Join(Levels(), ", ")
	set.StringVar(&f.Isolation, "isolation", "", "how package tools and tests of packs are kept from the machine: "+levels+" (default: the first that works)")
	set.StringVar(&f.RequireIsolation, "require-isolation", "", "refuse to run tests of packs from a network at a weaker level: "+levels)
}

// Levels returns the names of the levels of isolation, the best first.
func Levels() []string {
	var names []string
	for _, level := range runner.Levels() {
		names = append(names, string(level))
	}
	return names
}

// ParseLevel returns the level of isolation with that name; "" stays "".
func ParseLevel(flag, name string) (pack.Isolation, error) {
	if name != "" && !slices.Contains(Levels(), name) {
		return "", pack.Errorf(pack.CodeInvalidRequest, "--%s %q: want one of %s", flag, name, strings.Join(Levels(), ", "))
	}
	return pack.Isolation(name), nil
}

// Config returns the configuration that the flags describe, in a process with this
// environment, but for [Flags.Rules]. Its errors are mistakes of the user.
func (f *Flags) Config(getenv func(string) string, environ []string) (Config, error) {
	about := func(flag string, err error) error {
		if err != nil {
			return fmt.Errorf("--%s: %w", flag, err)
		}
		return nil
	}
	root, rootErr := f.root(getenv)
	cacheDir, cacheErr := f.cacheDir(root)
	indices, indexErr := ParseIndices(f.Indices)
	links, linksErr := AbsoluteAll(f.FindLinks)
	provided, providedErr := ParseProvided(f.Provide)
	platform, platformErr := ParsePlatformVersion(f.PlatformVersion)
	policy, policyErr := Policy(f.AllowHTTP, f.AllowPrivate)
	policy.Hosts = f.AllowHost
	credentials, credentialsErr := ReadCredentials(f.Credentials)
	authorities, authoritiesErr := ReadAuthorities(f.CAFile)
	_, proxyErr := ParseProxy(f.Proxy)
	shape, shapeErr := f.Shape()
	isolation, isolationErr := ParseLevel("isolation", f.Isolation)
	required, requiredErr := ParseLevel("require-isolation", f.RequireIsolation)
	wrong := errors.Join(rootErr, about("cache-dir", cacheErr), indexErr, linksErr, about("provide", providedErr), about("platform-version", platformErr),
		about("allow-private", policyErr), about("credentials", credentialsErr), about("ca-file", authoritiesErr), about("proxy", proxyErr), shapeErr, isolationErr, requiredErr, f.checkShared())
	return Config{DSN: f.DB, SharedRoot: f.SharedRoot, Config: host.Config{
		Root: root, Indices: indices, StrictIndices: f.StrictIndices, FollowURLs: f.FollowURLs, Adopt: f.Adopt, NewRoot: f.NewRoot, GroupAccess: f.GroupAccess, Provided: provided, PlatformVersion: platform, Retention: f.Retention,
		Load: &pack.LoadOptions{Shape: shape, Schemas: confschema.Compiler{}}, PassMismatch: f.PassMismatch, NoCache: f.NoCache, CacheDir: cacheDir, CacheBudget: f.CacheBudget,
		Network:     pack.Network{Policy: policy, Credentials: credentials, CAs: authorities, Proxy: f.Proxy, Offline: f.Offline},
		SearchPath:  filepath.SplitList(getenv("PATH")),
		PythonIndex: f.PythonIndex, FindLinks: links, NodeRegistry: f.NodeRegistry,
		Packages: f.packages(), ToolEnv: envbuild.CertificateVariables(environ), XZ: XZ, Isolation: isolation, RemoteIsolation: required,
	}}, wrong
}

// checkShared refuses a root that hosts share without a database for it.
func (f *Flags) checkShared() error {
	if f.SharedRoot && !isPostgreSQL(f.DB) {
		return errors.New("--shared-root needs the records in a database that all hosts reach: give --db with a postgres:// URL")
	}
	return nil
}

// packages returns the policy for packages.
func (f *Flags) packages() envbuild.Policy {
	p := envbuild.Policy{Source: f.AllowSource, Direct: f.AllowDirect, Scripts: f.AllowScripts, IgnoreForeignLocks: f.IgnoreForeignLocks}
	if f.MinimumAge != nil {
		p.MinimumAge = *f.MinimumAge
	}
	return p
}

// Shape returns the shape of packs that --compat names.
func (f *Flags) Shape() (pack.Shape, error) {
	switch f.Compat {
	case "":
		return pack.ShapeNative, nil
	case string(pack.ShapeStackStorm):
		return pack.ShapeStackStorm, nil
	}
	return "", fmt.Errorf("--compat %q: want %q", f.Compat, pack.ShapeStackStorm)
}

func (f *Flags) root(getenv func(string) string) (string, error) {
	if f.Root == "" {
		return DefaultRoot(getenv)
	}
	return filepath.Abs(f.Root)
}

// cacheDir returns the directory of the cache, for that root.
func (f *Flags) cacheDir(root string) (string, error) {
	if f.CacheDir == "" {
		return filepath.Join(root, "cache"), nil
	}
	return filepath.Abs(f.CacheDir)
}

// Absolute returns an absolute path; URLs and "" are returned unchanged.
func Absolute(path string) (string, error) {
	if path == "" || strings.Contains(path, "://") {
		return path, nil
	}
	return filepath.Abs(path)
}

// AbsoluteAll returns Absolute of each path.
func AbsoluteAll(paths []string) ([]string, error) {
	var all []string
	for _, p := range paths {
		abs, err := Absolute(p)
		if err != nil {
			return nil, err
		}
		all = append(all, abs)
	}
	return all, nil
}
