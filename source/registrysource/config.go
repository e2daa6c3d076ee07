package registrysource

import (
	"cmp"
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/httpclient"
)

// A Config is what [New] needs: an index. The rest is optional, and the zero
// value of each field is its default.
type Config struct {
	// Index is the URL of the index, or the absolute path of its file. Required.
	Index string
	// Network says which servers may be contacted: that of the index, and those
	// of its install sources. The zero value admits public servers by https.
	Network pack.NetworkPolicy
	// Credentials are sent to servers, each to the one whose origin is its key,
	// "https://host" or "https://host:port", and to no other, nor after a redirect
	// from another.
	Credentials map[string]pack.Credential
	// TLS holds what the host adds: roots, client certificates, which every
	// server is shown that asks for one. It is copied; versions before 1.2 stay
	// refused. nil means the system's roots. With InsecureSkipVerify set, servers
	// prove nothing: keep such a source apart, for what needs it.
	TLS *tls.Config
	// Proxy is an http or https proxy for all requests; nil means none. Its user
	// information are the credentials for it. Because the proxy looks names up,
	// addresses are not checked: only hosts that Network names are contacted.
	Proxy *url.URL
	// Client, when not nil, is used instead of one made of the settings above. It
	// then has to enforce the policy where it connects and redirects.
	// Credentials, TLS and Proxy must not be set.
	Client *http.Client
	// TTL is for how long an index is used without asking its server whether
	// there is a newer one. Zero means 1 minute; a negative value asks on every
	// use.
	TTL time.Duration
	// GitFirst puts the git repositories of an entry before its archives, which
	// are cheaper to fetch.
	GitFirst bool
	// AllowIndex decides whether a locator may name another index, which it can
	// do by URL only. nil means that none may.
	AllowIndex func(index string) bool
	// Limits bound what one index may cost.
	Limits Limits
}

// Limits bound what one index may cost. Zero means the default, a negative value
// no limit. Passing one is a [*pack.LimitError].
type Limits struct {
	Bytes   int64 // index as received; 32 MiB
	Entries int64 // packs in it, each version counted; 50,000
}

const (
	defaultTTL     = time.Minute
	defaultBytes   = 32 << 20
	defaultEntries = 50_000
)

func (l Limits) withDefaults() Limits {
	return Limits{Bytes: cmp.Or(l.Bytes, defaultBytes), Entries: cmp.Or(l.Entries, defaultEntries)}
}

// New returns a Source for one index. It checks the configuration, but reads
// nothing yet. Errors have [pack.CodeInvalidRequest] or, for a URL that the
// policy does not admit, [pack.CodePolicyDenied].
func New(cfg Config) (*Source, error) {
	cfg.Limits = cfg.Limits.withDefaults()
	if cfg.TTL == 0 {
		cfg.TTL = defaultTTL
	}
	client, err := httpclient.New(cfg.Network, &httpclient.Options{
		Client: cfg.Client, Credentials: cfg.Credentials, TLS: cfg.TLS, Proxy: cfg.Proxy,
	})
	if err != nil {
		return nil, err
	}
	cfg.Client = client
	s := &Source{cfg: cfg, others: map[string]*slot{}}
	load, err := s.loader(cfg.Index)
	if err != nil {
		return nil, err
	}
	s.main = newSlot(load)
	return s, nil
}

// A loadFunc returns the current state of an index, which is old when that is
// still current. old may be nil.
type loadFunc func(ctx context.Context, old *snapshot) (*snapshot, error)

func (s *Source) loader(index string) (loadFunc, error) {
	switch {
	case isURL(index):
		u, err := httpclient.ParseURL(s.cfg.Network, index)
		if err != nil {
			return nil, err
		}
		w := &web{client: s.cfg.Client, url: u.String(), ttl: s.cfg.TTL, limits: s.cfg.Limits}
		return w.load, nil
	case filepath.IsAbs(index):
		f := &file{path: filepath.Clean(index), limits: s.cfg.Limits}
		return f.load, nil
	}
	return nil, pack.Errorf(pack.CodeInvalidRequest, "index %q: want a URL (https://...) or an absolute path", shown(index))
}

func isURL(index string) bool { return strings.Contains(index, "://") }

// shown is the name of an index without credentials.
func shown(index string) string {
	if isURL(index) {
		return httpclient.Redact(index)
	}
	return index
}
