package settings

import (
	"time"

	"github.com/packtrain/pack"
)

// Values are the values of all settings. What they mean is in the table; the zero value of
// a field means that its setting is not stated, or stated as that.
type Values struct {
	Root, DB                string
	SharedRoot, GroupAccess bool
	KeepGenerations         int
	KeepFor                 time.Duration
	Compat                  string
	Provide                 []string // REF[@VERSION]
	PlatformVersion         string
	Parallel                int
	TestTimeout             time.Duration
	LockTimeout             time.Duration

	Indices                        []Index
	Claims, Trust, TrustReportOnly []Rule
	StrictIndices, PassMismatch    bool
	FollowURLs                     []string // hosts
	Credentials                    CredentialSet

	AllowHTTP                bool
	AllowPrivate, AllowHosts []string
	CAFile, Proxy            string
	Offline                  bool

	Bundle        string
	CacheDir      string
	CacheMaxBytes int64
	CacheMaxAge   time.Duration
	NoCache       bool

	SearchPath                             []string
	PythonIndex, NodeRegistry              string
	FindLinks                              []string
	AllowSource, AllowDirect, AllowScripts []string
	AllowRuntimes, Runtimes                []string
	MinimumAge                             time.Duration
	IgnoreForeignLocks                     bool

	Isolation, RequireIsolation string

	Packctl Packctl
	Packd   Packd
}

// Packctl are the settings of the program packctl alone.
type Packctl struct{ Server, TokenFile string }

// Packd are the settings of the program packd alone.
type Packd struct {
	Addr, TokenFile         string
	AllowRoots              []string
	AllowUnverified         bool
	TrustedProxies          []string
	MaxJobs, MaxConnections int
	Grace                   time.Duration
	TraceEndpoint           string
	Sync                    string // a packs.yaml
	SyncPrune               bool
	SyncInterval            time.Duration
	Warm                    bool
}

// An Index is a registry index.
type Index struct {
	Name     string // "" if it is not stated
	Location string // a URL or a path
}

// A Rule is what counts for one index, which it names.
type Rule struct {
	Index string
	// Value is "true" for a rule that is a switch, and "" for one that ends those of files
	// with less precedence.
	Value  string
	Origin Origin
	// Place says where the rule is stated, for messages.
	Place string
}

// A CredentialSet has the credentials by origin, or names a file with them.
type CredentialSet struct {
	// File is the path of a file for [ReadCredentials]; "" for none.
	File string
	// ByOrigin has the credentials that a settings file states itself.
	ByOrigin map[string]pack.Credential
}

// Read returns the credentials by origin, nil for none.
func (c *CredentialSet) Read() (map[string]pack.Credential, error) {
	if c.ByOrigin != nil {
		return c.ByOrigin, nil
	}
	return ReadCredentials(c.File)
}
