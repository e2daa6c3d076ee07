package envbuild

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/internal/net/guard"
)

// Config configures a [Builder]. Dir and SearchPath are required.
type Config struct {
	// Dir is the directory of all environments, by convention <root>/envs. It
	// is created when needed. Moving it breaks the environments.
	Dir string
	// SearchPath lists where interpreters and the tools uv and npm are looked
	// for, in order of preference: directories, and paths of single programs.
	// A host usually passes the entries of PATH. Those that are not absolute
	// are ignored.
	SearchPath []string
	// Runner starts interpreters and tools; nil means a
	// [runner.Runner] with the best isolation there is. If it has the method Isolation of
	// a [runner.Runner] and that returns a sandbox, children without a network can connect
	// to socket files in directories that they may write to.
	Runner pack.Runner

	// PythonIndex is the URL of the index that Python packages come from, with
	// a user and password when it needs them. "" means the tool's own default;
	// with FindLinks it means that no index is used, so that a package of the
	// same name cannot be injected.
	PythonIndex string
	// FindLinks lists directories, or URLs of pages, with Python packages.
	FindLinks []string
	// NodeRegistry is the URL of the registry that Node.js packages come from,
	// with a user and password when it needs them; "" means npm's own default.
	NodeRegistry string
	// Policy says which packages may be installed in ways that are refused by default.
	// Environments that do not use it do not depend on it.
	Policy Policy

	// Network says which servers the tools may contact, and how. Its policy holds for the
	// index and the registry too, and for whatever these lead to; addresses for
	// documentation, where mirrors are, count as public. Its credentials are for
	// indices of their origins: those with user and password, and for npm tokens too.
	// Below the level [pack.IsolationSandbox], code of packages that are built from source
	// (Policy.Source, Policy.Direct) can get around it.
	Network pack.Network
	// Packages, if not nil, answers all requests of the tools, and nothing is contacted.
	// PythonIndex, FindLinks and NodeRegistry then have http as their scheme and
	// [PackagesHost] as their host.
	Packages http.Handler
	// Env lists additional variables for the tools that use the network, "NAME=value"
	// each, such as those of [CertificateVariables]. They do not decide which environment
	// is used. Nothing else of the host's environment reaches a tool. Variables for
	// proxies are refused: the proxy is that of Network.
	Env []string
	// Load are the options for loading packs; nil for the native shape.
	Load *pack.LoadOptions
	// Open opens the directory of a pack; nil opens any. A host that takes paths from
	// untrusted users confines them here: regardless of links, only what Open returned
	// is read. It is safe for concurrent use.
	Open func(path string) (*os.Root, error)
	// Jobs is how many packs are worked on at a time; 0 means as many as there
	// are processors.
	Jobs int
	// Logger receives a line for each tool that is started. If nil, these are
	// discarded.
	Logger *slog.Logger
}

// PackagesHost is the host at which tools find [Config.Packages]. It has no address.
const PackagesHost = "packages.invalid"

// CertificateVariables returns the variables of environ, such as that of os.Environ, that
// name certificates which programs trust. Hosts pass them in [Config.Env].
func CertificateVariables(environ []string) []string {
	var variables []string
	for _, v := range environ {
		name, _, ok := strings.Cut(v, "=")
		if ok && slices.Contains(certificateVariables(), strings.ToUpper(name)) {
			variables = append(variables, v)
		}
	}
	return variables
}

// certificateVariables are those that name files or directories with certificates.
func certificateVariables() []string {
	return []string{"NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"}
}

// prepare checks c and fills in the defaults.
func (c *Config) prepare() error {
	if !filepath.IsAbs(c.Dir) || strings.ContainsFunc(c.Dir, unicode.IsControl) {
		return invalidConfig("Dir %q: want an absolute path without control characters", c.Dir)
	}
	c.Dir = filepath.Clean(c.Dir)
	c.SearchPath = slices.DeleteFunc(slices.Clone(c.SearchPath), func(p string) bool { return !filepath.IsAbs(p) })
	if len(c.SearchPath) == 0 {
		return invalidConfig("search path: name a directory where interpreters are")
	}
	c.FindLinks = append([]string{}, c.FindLinks...)
	c.Env, c.Network.Credentials = slices.Clone(c.Env), maps.Clone(c.Network.Credentials)
	if c.Runner == nil {
		c.Runner = runner.New(nil)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Load == nil {
		c.Load = &pack.LoadOptions{}
	}
	if c.Jobs <= 0 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	return c.checkSources()
}

func (c *Config) checkSources() error {
	for name, address := range map[string]string{"index of Python packages": c.PythonIndex, "registry of Node.js packages": c.NodeRegistry} {
		if _, ok := parseURL(address); address != "" && !ok {
			return invalidConfig("%s: want an http or https URL with a host", name)
		}
	}
	for _, link := range c.FindLinks {
		u, ok := parseURL(link)
		if !filepath.IsAbs(link) && (!ok || u.User != nil) {
			return invalidConfig("links to find packages: want absolute paths, or http or https URLs without a user")
		}
	}
	if err := c.Policy.check(); err != nil {
		return err
	}
	return errors.Join(c.checkEnv(), c.checkNetwork())
}

func (c *Config) checkEnv() error {
	for _, v := range c.Env {
		name, _, ok := strings.Cut(v, "=")
		if !ok || name == "" || strings.ContainsRune(v, 0) {
			return invalidConfig("Env: variable %q is not of the form NAME=value", name)
		}
		if slices.Contains([]string{"ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}, strings.ToUpper(name)) {
			return invalidConfig("Env: variable %q: state the proxy in the settings of the network", name)
		}
	}
	return nil
}

func (c *Config) checkNetwork() error {
	if _, err := guard.ParseProxy(c.Network.Proxy); err != nil {
		return invalidConfig("%w", err)
	}
	if len(c.Network.CAs) == 0 {
		return nil
	}
	if _, err := guard.ParseAuthorities(c.Network.CAs); err != nil {
		return invalidConfig("%w", err)
	}
	return nil
}

func parseURL(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsFunc(address, unicode.IsSpace) {
		return nil, false
	}
	return u, true
}

func invalidConfig(format string, args ...any) error {
	return pack.Errorf(pack.CodeInvalidRequest, "configure environments: "+format, args...)
}
