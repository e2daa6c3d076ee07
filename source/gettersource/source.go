package gettersource

import (
	"context"
	"net/http"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// Scheme is that of specs ("getter:https://...") and pins.
const Scheme = "getter"

const (
	archiveSize         = "archive size"
	defaultArchiveBytes = 512 << 20
)

// A Config configures a [Source]. Scratch and Archives are required; the zero
// values of the others are their defaults.
type Config struct {
	// Scratch is the absolute path of a directory for archives while they are
	// received and read. Each has a directory of its own there, which only this
	// user can enter; it is removed before the archive is read.
	Scratch string
	// Archives reads the received archives.
	Archives source.Unpacker
	// Client contacts servers; nil means one of the zero [pack.Network], which
	// contacts public servers by https.
	Client *web.Client
	// ArchiveBytes bounds an archive as received; zero means 512 MiB, a negative
	// value no limit. Passing it is a [*pack.LimitError].
	ArchiveBytes int64
}

// A Source fetches packs from archives. It is safe for concurrent use.
type Source struct {
	client   *web.Client
	scratch  string
	archives source.Unpacker
	most     int64
}

var _ source.Source = (*Source)(nil)

// New returns a Source. It touches nothing yet. Settings that cannot be used are
// an error with [pack.CodeInvalidRequest].
func New(c Config) (*Source, error) {
	switch {
	case !filepath.IsAbs(c.Scratch):
		return nil, pack.Errorf(pack.CodeInvalidRequest, "create getter source: scratch directory %q is not an absolute path", c.Scratch)
	case c.Archives == nil:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "create getter source: Archives is required")
	}
	if c.ArchiveBytes == 0 {
		c.ArchiveBytes = defaultArchiveBytes
	}
	return &Source{client: web.OrDefault(c.Client), scratch: c.Scratch, archives: c.Archives, most: c.ArchiveBytes}, nil
}

// Schemes implements [source.Source]: "getter".
func (s *Source) Schemes() []string { return []string{Scheme} }

// Resolve implements [source.Source]. It asks the server whether the archive
// exists, without receiving it. The pin has the digest that the location states,
// and the archive's entity tag when the server states a strong one; without
// either, nothing ties the pin to one content.
func (s *Source) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	l, err := s.parse(loc.Location)
	if err != nil {
		return nil, err
	}
	pin := pack.Pin{Scheme: Scheme, Location: l.url.String(), StripTop: true, Subdir: l.subdir, ArchiveDigest: l.digest}
	switch {
	case loc.Rev != "":
		return nil, pack.Errorf(pack.CodeInvalidRequest, "resolve %q: an archive has no revs: leave out %.80q", l.shown(), loc.Rev)
	case loc.Subdir != "" && l.subdir != "":
		return nil, pack.Errorf(pack.CodeInvalidRequest, "resolve %q: two directories are named: leave one out", l.shown())
	case loc.Subdir != "":
		pin.Subdir = loc.Subdir
	}
	if pin.ETag, err = s.look(ctx, l); err != nil {
		return nil, err
	}
	return []pack.Pin{pin}, nil
}

// look returns the strong entity tag of an archive, "" when it has none.
func (s *Source) look(ctx context.Context, l *location) (string, error) {
	resp, err := s.request(ctx, http.MethodHead, l)
	if web.RefusesMethod(err) {
		resp, err = s.request(ctx, http.MethodGet, l)
	}
	if err != nil {
		return "", err
	}
	_ = resp.Body.Close() // its content does not matter
	return web.StrongETag(resp.Header), nil
}

func (s *Source) request(ctx context.Context, method string, l *location) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, l.url.String(), http.NoBody)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "request %q: %w", l.shown(), err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	return s.client.Do(req)
}
