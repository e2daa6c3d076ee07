package registrysource

import (
	"cmp"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// A Config configures a [Source]. The zero value of each field is its default.
type Config struct {
	// Index is the URL of the index, or the absolute path of its file. With ""
	// only packs of an index that a locator names are found, see AllowIndex.
	Index string
	// Name is what pins call the index (see [pack.Origin]): it stays the same when
	// the index moves. "" means the host of its URL with the port, if it has one, or
	// the name of its file. What an index says about itself is not used: another
	// index could say the same.
	Name string
	// Client contacts the server of the index; install sources are checked
	// against its policy. nil means a client of the zero [pack.Network], which
	// contacts public servers by https.
	Client *web.Client
	// TTL is the time for which an index is used without asking its server for a
	// newer one. Zero means 1 minute; a negative value asks on every use.
	TTL time.Duration
	// GitFirst puts the git repositories of an entry before its archives, which
	// are cheaper to fetch.
	GitFirst bool
	// AllowIndex decides whether a locator may name another index, which it can
	// do by URL only. nil means that none may.
	AllowIndex func(index string) bool
	// Shelf keeps the configured index for the next process when its server states
	// an entity tag, by which the server is then asked whether it has changed. An
	// entry that is damaged counts as none. nil keeps the index in memory alone.
	Shelf source.Shelf
	// Limits bound the cost of one index.
	Limits Limits
}

// Limits bound the cost of one index. Zero means the default, a negative value
// no limit. Passing one is a [*pack.LimitError].
type Limits struct {
	Bytes   int64 // index as received; 128 MiB
	Entries int64 // packs in it, each version counted; 50,000
}

const (
	defaultTTL     = time.Minute
	defaultBytes   = 128 << 20
	defaultEntries = 50_000
)

func (l Limits) withDefaults() Limits {
	return Limits{Bytes: cmp.Or(l.Bytes, defaultBytes), Entries: cmp.Or(l.Entries, defaultEntries)}
}

// New returns a Source. It checks the configuration, but reads
// nothing yet. Errors have [pack.CodeInvalidRequest] or, for a URL that the
// policy does not admit, [pack.CodePolicyDenied].
func New(cfg Config) (*Source, error) {
	cfg.Limits = cfg.Limits.withDefaults()
	if cfg.TTL == 0 {
		cfg.TTL = defaultTTL
	}
	cfg.Client = web.OrDefault(cfg.Client)
	s := &Source{cfg: cfg, others: map[string]*slot{}}
	if cfg.Index == "" {
		return s, nil
	}
	load, err := s.loader(cfg.Index, cfg.Shelf)
	if err != nil {
		return nil, err
	}
	s.main = newSlot(load)
	s.name, err = nameOf(cfg)
	return s, err
}

// namePattern excludes what is part of every URL and path, so that a name is not
// taken for one.
var namePattern = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127}\z`)

// nameOf returns the name of the configured index.
func nameOf(cfg Config) (string, error) {
	switch {
	case cfg.Name != "" && !namePattern.MatchString(cfg.Name):
		return "", pack.Errorf(pack.CodeInvalidRequest, "index name %.80q: want at most 128 letters, digits, dots, colons, hyphens and underscores, a letter or digit first", cfg.Name)
	case cfg.Name != "":
		return cfg.Name, nil
	case !isURL(cfg.Index):
		return filepath.Base(cfg.Index), nil
	}
	u, err := cfg.Client.ParseURL(cfg.Index)
	if err != nil {
		return "", err
	}
	return u.Host, nil
}

// A loadFunc returns the current state of an index, which is old when that is
// still current. old may be nil.
type loadFunc func(ctx context.Context, old *snapshot) (*snapshot, error)

func (s *Source) loader(index string, shelf source.Shelf) (loadFunc, error) {
	switch {
	case isURL(index):
		u, err := s.cfg.Client.ParseURL(index)
		if err != nil {
			return nil, err
		}
		w := &remote{client: s.cfg.Client, url: u.String(), ttl: s.cfg.TTL, limits: s.cfg.Limits, shelf: shelf}
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
		return web.Redact(index)
	}
	return index
}
