package registrysource

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// A Config configures a [Source]. The zero value of each field is its default.
type Config struct {
	// Indices are the registry indices, in the order in which they are asked, see
	// "Several indices" in the package comment. Without any, only packs of an index
	// that a locator names are found, see AllowIndex.
	Indices []Index
	// Strict refuses a pack that several indices list, unless an index claims it.
	Strict bool
	// Client contacts the servers of the indices that have no client of their own;
	// install sources are checked against its policy. nil means a client of the zero
	// [pack.Network], which contacts public servers by https.
	Client *web.Client
	// TTL is the time for which an index is used without asking its server for a
	// newer one. Zero means 1 minute; a negative value asks on every use.
	TTL time.Duration
	// GitFirst puts the git repositories of an entry before its archives, which
	// are cheaper to fetch.
	GitFirst bool
	// AllowIndex decides whether a locator may name an index that is not configured,
	// which it can do by URL only. nil means that none may.
	AllowIndex func(index string) bool
	// Shelf keeps the configured indices for the next process when their servers state
	// an entity tag, by which the server is then asked whether the index has changed.
	// An entry that is damaged counts as none. nil keeps indices in memory alone.
	Shelf source.Shelf
	// Limits bound the cost of one index.
	Limits Limits
}

// An Index is one of the registry indices of a [Config].
type Index struct {
	// URL of the index, or the absolute path of its file.
	URL string
	// Name is what pins, messages and locators call the index (see [pack.Origin]): it
	// stays the same when the index moves. "" means the host of its URL with the port,
	// if it has one, or the name of its file. What an index says about itself is not
	// used: another index could say the same.
	Name string
	// Claims are the packs that come from this index and from no other, whatever
	// others list: refs, or patterns in which "*" stands for any text ("infra-*").
	Claims []string
	// Client contacts the server of this index, with its credentials for example. nil
	// means that of the Config.
	Client *web.Client
	// MaxAge is how old the date "last_updated" of the index may be; one without a
	// date counts as older. Zero means any age.
	MaxAge time.Duration
	// RefuseOld refuses an index that is older than MaxAge, or older than it was when
	// it was last read: a server may be out of date, or made to hide new versions.
	// Without it such an index is used, and each request is told by [pack.Note].
	RefuseOld bool
	// NoChecksums uses install sources without a checksum, too, on servers: nothing binds
	// their content but the connection, and each request is told by [pack.Note]. It is for
	// trying out an index that is not complete. A checksum that is there has to be right.
	NoChecksums bool
	// Verifier decides whether the index may be used. nil admits any: the checksums in
	// the index bind the content of packs, and nothing binds the index.
	Verifier Verifier
	// ReportOnly uses an index that the Verifier refuses, and tells each request by
	// [pack.Note] why it would be refused.
	ReportOnly bool
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

// read reads an index of about the given size, -1 for an unknown one; more than the
// limit is an error.
func (l Limits) read(in io.Reader, size int64) ([]byte, error) {
	if l.Bytes >= 0 {
		size = min(size, l.Bytes)
		in = web.LimitReader(in, indexSize, l.Bytes)
	}
	buf := bytes.NewBuffer(make([]byte, 0, max(size, 0)+bytes.MinRead))
	_, err := buf.ReadFrom(in)
	return buf.Bytes(), err
}

// New returns a Source. It checks the configuration, but reads
// nothing yet. Errors have [pack.CodeInvalidRequest] or, for a URL that the
// policy does not admit, [pack.CodePolicyDenied].
func New(cfg Config) (*Source, error) {
	cfg.Limits = cfg.Limits.withDefaults()
	cfg.TTL = cmp.Or(cfg.TTL, defaultTTL)
	cfg.Client = web.OrDefault(cfg.Client)
	s := &Source{cfg: cfg, others: map[string]*index{}}
	for _, c := range cfg.Indices {
		ix, err := s.newIndex(c, cfg.Shelf)
		if err != nil {
			return nil, err
		}
		for _, other := range s.indices {
			if other.name == ix.name || other.URL == ix.URL {
				return nil, pack.Errorf(pack.CodeInvalidRequest, "index %q is configured twice: give each index a name and a place of its own", ix.name)
			}
		}
		s.indices = append(s.indices, ix)
	}
	return s, nil
}

// A loadFunc returns the current state of an index, which is old when that is
// still current. old may be nil.
type loadFunc func(ctx context.Context, old *snapshot) (*snapshot, error)

func (s *Source) loader(address string, client *web.Client, shelf source.Shelf, j *judge) (loadFunc, error) {
	switch {
	case isURL(address):
		u, err := client.ParseURL(address)
		if err != nil {
			return nil, err
		}
		w := &remote{client: client, url: u.String(), ttl: s.cfg.TTL, judge: j, shelf: shelf}
		return w.load, nil
	case filepath.IsAbs(address):
		f := &file{path: filepath.Clean(address), judge: j}
		return f.load, nil
	}
	return nil, pack.Errorf(pack.CodeInvalidRequest, "index %q: want a URL (https://...) or an absolute path", shown(address))
}

func isURL(address string) bool { return strings.Contains(address, "://") }

// shown is the address of an index without credentials.
func shown(address string) string {
	if isURL(address) {
		return web.Redact(address)
	}
	return address
}
