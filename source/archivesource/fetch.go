package archivesource

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/compress"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// Fetch implements [source.Source]. An archive that has another digest or size than
// the pin's is an error with [pack.CodeChecksumMismatch], also when that is why it
// cannot be unpacked; one with another entity tag, where the pin has no digest, is an
// error with [pack.CodeContentChanged].
func (s *Source) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	u, err := s.parse(pin.Scheme, pin.Location)
	if err != nil {
		return err
	}
	request, abort := context.WithCancel(ctx)
	defer abort()
	resp, err := s.request(request, http.MethodGet, u)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing that was read depends on it
	if err := s.checkResponse(pin, resp); err != nil {
		return fmt.Errorf("fetch %q: %w", web.Redact(pin.Location), err)
	}
	if err := s.receive(ctx, pin, u.Path, resp.Body, &pusher{dst: dst, abort: abort}); err != nil {
		return fmt.Errorf("fetch %q: %w", web.Redact(pin.Location), err)
	}
	return nil
}

func (s *Source) checkResponse(pin pack.Pin, resp *http.Response) error {
	switch encoding := web.ContentEncoding(resp.Header); encoding {
	case "", "identity", "gzip", "x-gzip": // some servers send the archive's own format as its encoding
	default:
		return &pack.UnavailableError{
			Target: web.Redact(pin.Location),
			Err:    fmt.Errorf("server sends the content encoding %.40q, which was not asked for", encoding),
		}
	}
	if got := web.StrongETag(resp.Header); pin.ArchiveDigest == "" && pin.ETag != "" && got != pin.ETag {
		return pack.Errorf(pack.CodeContentChanged, "the archive has changed: its entity tag is %q, pinned is %q: resolve it again", got, pin.ETag)
	}
	return s.checkLength(resp)
}

// receive unpacks an archive with the given path in its URL, and verifies it.
func (s *Source) receive(ctx context.Context, pin pack.Pin, path string, body io.Reader, p *pusher) error {
	d := &download{r: web.LimitReader(body, archiveSize, s.unpack.limits.archive), hash: sha256.New()}
	err := s.read(ctx, d, path, p)
	expects := pin.ArchiveDigest != "" || pin.Size != 0
	if p.isRefusal(err) || !expects || err != nil && !errors.Is(err, pack.ErrMalformed) {
		return err
	}
	if mismatch := d.verify(pin); mismatch != nil {
		return mismatch // which may be the cause of the malformed archive
	}
	return err
}

// read pushes the entries of an archive. Zip archives are read from their end,
// so they are received completely first.
func (s *Source) read(ctx context.Context, r io.Reader, path string, p *pusher) error {
	stream, err := compress.Open(r)
	if err != nil {
		return err
	}
	format, err := stream.Check(path)
	if err != nil {
		return err
	}
	if format != compress.Zip {
		return s.unpack.tar(ctx, stream, format, p)
	}
	archive, err := newSpool(stream.Raw(), s.scratch)
	if err != nil {
		return err
	}
	defer archive.close()
	return s.unpack.zip(ctx, archive, archive.size, p)
}

// A download computes the digest and the size of the data read from it.
type download struct {
	r    io.Reader
	hash hash.Hash
	size int64
}

// Read implements [io.Reader].
func (d *download) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	d.hash.Write(p[:n])
	d.size += int64(n)
	return n, err
}

// verify reads the rest, which is not empty only when the archive could not be
// read, and compares digest and size with those of the pin.
func (d *download) verify(pin pack.Pin) error {
	if _, err := io.Copy(io.Discard, d); err != nil {
		return err
	}
	if pin.ArchiveDigest != "" {
		got := pack.Digest("sha256:" + hex.EncodeToString(d.hash.Sum(nil)))
		if err := pin.ArchiveDigest.VerifyArchive(got); err != nil {
			return err
		}
	}
	return pin.VerifySize(d.size)
}
