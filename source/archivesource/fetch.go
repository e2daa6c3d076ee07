package archivesource

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/httpclient"
	"github.com/packtrain/pack/internal/untar"
	"github.com/packtrain/pack/source"
)

const (
	archiveSize     = "archive size"
	defaultArchive  = 512 << 20
	downloadBuffer  = 64 << 10
	formatHeadBytes = 512
)

func (l Limits) archiveBytes() int64 {
	switch {
	case l.ArchiveBytes == 0:
		return defaultArchive
	case l.ArchiveBytes < 0:
		return math.MaxInt64 - 1
	}
	return l.ArchiveBytes
}

func (l Limits) untar() untar.Limits {
	return untar.Limits{Unpacked: l.Bytes, Ratio: l.Ratio, Entries: l.Entries}
}

// Fetch implements [source.Source]. An archive that has another digest than the
// pin's is an [*pack.IntegrityError], also when that is why it cannot be
// unpacked; one with another entity tag, where the pin has no digest, is an error
// with [pack.CodeContentChanged].
func (s *Source) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	u, err := s.parse(pin.Scheme, pin.Location)
	if err != nil {
		return err
	}
	resp, err := s.request(ctx, http.MethodGet, u)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing that was read depends on it
	if err := s.checkResponse(pin, resp); err != nil {
		return fmt.Errorf("fetch %q: %w", httpclient.Redact(pin.Location), err)
	}
	if err := s.receive(ctx, pin, u.Path, resp.Body, dst); err != nil {
		return fmt.Errorf("fetch %q: %w", httpclient.Redact(pin.Location), err)
	}
	return nil
}

func (s *Source) checkResponse(pin pack.Pin, resp *http.Response) error {
	switch encoding := resp.Header.Get("Content-Encoding"); encoding {
	case "", "identity", "gzip", "x-gzip": // some servers call the archive's own format so
	default:
		return &pack.UnavailableError{
			Target: httpclient.Redact(pin.Location),
			Err:    fmt.Errorf("server sends the content encoding %.40q, which was not asked for", encoding),
		}
	}
	if got := httpclient.StrongETag(resp.Header); pin.Archive == "" && pin.ETag != "" && got != pin.ETag {
		return pack.Errorf(pack.CodeContentChanged, "the archive has changed: its entity tag is %q, pinned is %q: resolve it again", got, pin.ETag)
	}
	return s.checkLength(resp)
}

// receive unpacks an archive with the given path in its URL, and verifies it.
func (s *Source) receive(ctx context.Context, pin pack.Pin, path string, body io.Reader, dst source.Sink) error {
	d := &download{hash: sha256.New()}
	d.r = bufio.NewReaderSize(io.TeeReader(httpclient.LimitReader(body, archiveSize, s.limits.archiveBytes()), d.hash), downloadBuffer)
	refused, err := s.unpack(ctx, d.r, path, dst)
	switch {
	case refused != nil:
		return refused
	case pin.Archive == "", err != nil && !errors.Is(err, pack.ErrMalformed):
		return err
	}
	if mismatch := d.verify(pin.Archive); mismatch != nil {
		return mismatch // which may be why the archive is malformed
	}
	return err
}

// unpack pushes the entries of an archive into dst. What dst refuses is returned
// apart from what is wrong with the archive.
func (s *Source) unpack(ctx context.Context, r *bufio.Reader, path string, dst source.Sink) (refused, err error) {
	if err := checkFormat(r, path); err != nil {
		return nil, err
	}
	err = untar.Walk(r, s.limits.untar(), func(e untar.Entry, content io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err // the rest of the archive may be here already
		}
		refused = dst.Put(ctx, source.Entry{Name: e.Name, Mode: e.Mode, Size: e.Size}, content)
		return refused
	})
	if refused != nil && errors.Is(err, refused) {
		return refused, nil
	}
	return nil, err
}

// A download computes the digest of what is read from it.
type download struct {
	r    *bufio.Reader
	hash hash.Hash
}

// verify reads what is left, which is something only when the archive could not
// be read, and compares the digest.
func (d *download) verify(want pack.Digest) error {
	if _, err := io.Copy(io.Discard, d.r); err != nil {
		return err
	}
	got := pack.Digest("sha256:" + hex.EncodeToString(d.hash.Sum(nil)))
	return want.Verify(pack.SubjectArchive, got)
}
