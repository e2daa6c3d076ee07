package compress

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"
	"math"

	"github.com/klauspost/compress/zstd"

	"github.com/packtrain/pack"
)

const (
	bufferSize  = 32 << 10
	rawChunk    = 64 << 10 // of an archive, which comes from a network
	plainChunk  = 256 << 10
	headBytes   = 512
	freeOfRatio = 10 << 20
)

// Limits bound the output of a stream.
type Limits struct {
	Unpacked int64 // bytes
	Ratio    int64 // bytes per byte that was read, beyond 10 MiB
}

// A Decoder uncompresses a format that this package does not know by itself.
type Decoder func(io.Reader) (io.Reader, error)

// A Stream is an archive whose first bytes are known.
type Stream struct {
	head []byte
	raw  *prefetcher
	src  *counter
	buf  *bufio.Reader
}

// Open reads the first bytes of an archive. Errors of r are returned as they are.
func Open(r io.Reader) (*Stream, error) {
	s := &Stream{raw: &prefetcher{r: r, size: rawChunk, direct: math.MaxInt}}
	s.src = &counter{r: s.raw}
	s.buf = bufio.NewReaderSize(s.src, bufferSize)
	head, err := s.buf.Peek(headBytes)
	if err != nil && err != io.EOF {
		return nil, err
	}
	s.head = head
	return s, nil
}

// Check returns the format, as the function [Check] does.
func (s *Stream) Check(name string) (Format, error) { return Check(s.head, name) }

// Raw returns the archive from its first byte, as it is.
func (s *Stream) Raw() io.Reader { return s.buf }

// Uncompressed returns the content of a stream of the given format. xz, which may
// be nil, is the decoder for [XZ].
//
// Errors of reading have [pack.CodeMalformedContent] or are a
// [*pack.LimitError]; errors of the underlying reader are returned as they are.
// Only io.EOF confirms that the content is complete and intact.
//
// Until it is closed, once, the archive may be read from another goroutine; Close
// waits for a read that is under way.
func (s *Stream) Uncompressed(f Format, limits Limits, xz Decoder) (io.ReadCloser, error) {
	r, err := s.decoder(f, limits, xz)
	if err != nil {
		return nil, s.explain(f, err)
	}
	s.raw.direct = prefetchAfter
	return both{newPrefetcher(&inflater{r: r, s: s, format: f, limits: limits}, plainChunk), s.raw}, nil
}

// both holds two prefetchers: of the output of a stream, and of its
// input.
type both struct {
	*prefetcher
	raw *prefetcher
}

// Close implements [io.Closer].
func (b both) Close() error { return errors.Join(b.prefetcher.Close(), b.raw.Close()) }

func (s *Stream) decoder(f Format, limits Limits, xz Decoder) (io.Reader, error) {
	switch f {
	case Tar:
		return s.buf, nil
	case Gzip:
		return newMembers(s.buf)
	case Bzip2:
		return bzip2.NewReader(newBlocks(s.buf)), nil
	case Zstd:
		return zstd.NewReader(&frame{r: s.buf, unpacked: limits.Unpacked},
			zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	case XZ:
		if xz != nil {
			return xz(s.buf)
		}
		return nil, malformed("archives in the format xz need a decoder, which this program does not have: use .tar.gz, .tar.zst or .zip")
	}
	return nil, Unsupported(f)
}

// explain separates failures of the underlying reader from faults of the stream
// itself.
func (s *Stream) explain(f Format, err error) error {
	_, limit := errors.AsType[*pack.LimitError](err)
	switch {
	case s.src.err != nil:
		return s.src.err
	case limit, errors.Is(err, pack.ErrMalformed):
		return err
	case err == io.EOF: //nolint:errorlint // readers return it bare
		err = io.ErrUnexpectedEOF
	}
	return malformed("the %s stream is broken or truncated: %w", f, err)
}

// An inflater holds the output of a decoder to the limits. Its errors stay: some
// decoders go on after theirs, and a reader that gets all the bytes it wanted
// does not see the error.
type inflater struct {
	r      io.Reader
	s      *Stream
	format Format
	limits Limits
	out    int64
	err    error
}

// Read implements [io.Reader].
func (i *inflater) Read(p []byte) (int, error) {
	if i.err != nil {
		return 0, i.err
	}
	n, err := i.r.Read(p)
	i.out += int64(n)
	if i.err = i.check(); i.err != nil {
		return n, i.err
	}
	switch {
	case err == nil:
	case err != io.EOF:
		i.err = i.s.explain(i.format, err)
	default:
		i.err = i.end()
	}
	return n, i.err
}

// end returns io.EOF when the decoder has read all there is.
func (i *inflater) end() error {
	_, err := i.s.buf.ReadByte()
	switch {
	case err == io.EOF:
		return err
	case err != nil:
		return i.s.explain(i.format, err)
	}
	return malformed("unexpected data after the end of the %s stream", i.format)
}

func (i *inflater) check() error {
	if i.out > freeOfRatio {
		if ratio := i.out / max(i.s.src.n, 1); ratio > i.limits.Ratio {
			return &pack.LimitError{Limit: "compression ratio", Max: i.limits.Ratio, Value: ratio}
		}
	}
	if i.out > i.limits.Unpacked {
		return &pack.LimitError{Limit: "unpacked size", Max: i.limits.Unpacked, Value: i.out}
	}
	return nil
}

// A counter counts the bytes read, and keeps the failure of its reader apart
// from its consequences.
type counter struct {
	r   io.Reader
	n   int64
	err error
}

// Read implements [io.Reader].
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}
