package archivesource

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/compress"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// Options of [New]. The zero value is the default.
type Options struct {
	// Scratch is a directory for zip archives that are too large to be held in
	// memory, because they have to be read from their end. Files there are
	// removed at once. When "", zip archives of more than 32 MiB are refused.
	Scratch string
	// XZ uncompresses .tar.xz, which is refused without it: this module has no
	// decoder. The dictionary of an xz stream takes as much memory as the
	// stream demands, so supply one with a bound.
	XZ Decoder
	// Limits bound the cost of one archive.
	Limits Limits
}

// A Source fetches packs from archives by http and https. It is safe for
// concurrent use.
type Source struct {
	client  *web.Client
	scratch string
	unpack  *Unpacker
}

var _ source.Source = (*Source)(nil)

// New returns a Source that contacts servers through client; nil means one of the
// zero [pack.Network], which contacts public servers by https. opts may be nil.
func New(client *web.Client, opts *Options) *Source {
	if opts == nil {
		opts = &Options{}
	}
	return &Source{
		client:  web.OrDefault(client),
		scratch: opts.Scratch,
		unpack:  NewUnpacker(&UnpackerOptions{XZ: opts.XZ, Limits: opts.Limits}),
	}
}

// Schemes implements [source.Source]: "https" and "http".
func (s *Source) Schemes() []string { return []string{source.SchemeHTTPS, source.SchemeHTTP} }

// Resolve implements [source.Source]. It asks the server whether the archive
// exists, without receiving it. The pin has the archive's entity tag, when the
// server states a strong one; without it, nothing ties the pin to one content.
func (s *Source) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	if loc.Rev != "" {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "resolve %q: an archive has no revs: leave out %.80q", web.Redact(loc.Location), loc.Rev)
	}
	u, err := s.parse(loc.Scheme, loc.Location)
	if err != nil {
		return nil, err
	}
	header, err := s.head(ctx, u)
	if err != nil {
		return nil, err
	}
	return []pack.Pin{{
		Scheme:   loc.Scheme,
		Location: loc.Location,
		ETag:     web.StrongETag(header),
		StripTop: true,
		Subdir:   loc.Subdir,
	}}, nil
}

// parse checks the URL of a locator or pin.
func (s *Source) parse(scheme, location string) (*url.URL, error) {
	u, err := s.client.ParseURL(location)
	if err != nil {
		return nil, err
	}
	if u.Scheme != scheme {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%q is not of the scheme %q", web.Redact(location), scheme)
	}
	if err := s.unpack.supports(compress.OfName(u.Path)); err != nil {
		return nil, fmt.Errorf("%q: %w", web.Redact(location), err)
	}
	return u, nil
}

// head asks for the archive's headers; a server that refuses HEAD is asked for
// the archive, which is then not read.
func (s *Source) head(ctx context.Context, u *url.URL) (http.Header, error) {
	resp, err := s.request(ctx, http.MethodHead, u)
	if web.RefusesMethod(err) {
		resp, err = s.request(ctx, http.MethodGet, u)
	}
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close() // its content does not matter
	return resp.Header, s.checkLength(resp)
}

func (s *Source) request(ctx context.Context, method string, u *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), http.NoBody)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "request %q: %w", web.Redact(u.String()), err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	return s.client.Do(req)
}

// checkLength refuses an archive early that would be refused during the transfer.
func (s *Source) checkLength(resp *http.Response) error {
	if most := s.unpack.limits.archive; resp.ContentLength > most {
		return &pack.LimitError{Limit: archiveSize, Max: most, Value: resp.ContentLength}
	}
	return nil
}
