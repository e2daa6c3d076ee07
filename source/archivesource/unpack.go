package archivesource

import (
	"context"
	"errors"
	"io"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/compress"
	"github.com/packtrain/pack/internal/archive/tar"
	"github.com/packtrain/pack/internal/archive/zip"
	"github.com/packtrain/pack/source"
)

// A Decoder uncompresses a stream. The returned reader ends with io.EOF only
// when all of compressed was read and its checksums are right; hostile content
// decides how much memory it uses, so it should have a bound of its own.
// compressed is read only during a call of the Decoder, or of Read of the
// returned reader: not by a goroutine or a process that continues by itself.
type Decoder = func(compressed io.Reader) (io.Reader, error)

// UnpackerOptions of [NewUnpacker]. The zero value is the default.
type UnpackerOptions struct {
	// XZ uncompresses .tar.xz, which is refused without it.
	XZ Decoder
	// Limits bound the cost of one archive.
	Limits Limits
}

// An Unpacker reads archives that are files, for sources that find such files.
// It is safe for concurrent use.
type Unpacker struct {
	limits limits
	xz     Decoder
}

var _ source.Unpacker = (*Unpacker)(nil)

// NewUnpacker returns an Unpacker. opts may be nil.
func NewUnpacker(opts *UnpackerOptions) *Unpacker {
	if opts == nil {
		opts = &UnpackerOptions{}
	}
	return &Unpacker{limits: opts.Limits.resolve(), xz: opts.XZ}
}

// Unpack implements [source.Unpacker]. It reads the formats that a [Source]
// reads, as strictly.
func (u *Unpacker) Unpack(ctx context.Context, name string, archive *io.SectionReader, dst source.Sink) error {
	if size := archive.Size(); size > u.limits.archive {
		return &pack.LimitError{Limit: archiveSize, Max: u.limits.archive, Value: size}
	}
	s, err := compress.Open(archive)
	if err != nil {
		return err
	}
	format, err := s.Check(name)
	if err != nil {
		return err
	}
	p := &pusher{dst: dst}
	if format == compress.Zip {
		return u.zip(ctx, archive, archive.Size(), p)
	}
	return u.tar(ctx, s, format, p)
}

// supports returns an error for a format that is not read.
func (u *Unpacker) supports(f compress.Format) error {
	if f == compress.SevenZip || f == compress.XZ && u.xz == nil {
		return compress.Unsupported(f)
	}
	return nil
}

func (u *Unpacker) zip(ctx context.Context, r io.ReaderAt, size int64, p *pusher) error {
	dirs := newDirectories(u.limits.directories)
	count := func(e zip.Entry) error { return dirs.add(e.Name, e.Mode.IsDir()) }
	return zip.Walk(r, size, u.limits.zip(), count, func(e zip.Entry, content io.Reader) error {
		return p.put(ctx, source.Entry{Name: e.Name, Mode: e.Mode, Size: e.Size, Fault: e.Fault}, content)
	})
}

// tar reads a tar archive, compressed or not.
func (u *Unpacker) tar(ctx context.Context, s *compress.Stream, format compress.Format, p *pusher) error {
	r, err := s.Uncompressed(format, u.limits.stream(), u.xz)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it only waits
	dirs := newDirectories(u.limits.directories)
	return tar.Walk(r, u.limits.entries, func(e tar.Entry, content io.Reader) error {
		if err := dirs.add(e.Name, e.Mode.IsDir()); err != nil {
			return err
		}
		return p.put(ctx, source.Entry{Name: e.Name, Mode: e.Mode, Size: e.Size, Link: e.Link, Fault: e.Fault}, content)
	})
}

// A pusher pushes entries into a sink, and remembers the sink's error.
type pusher struct {
	dst     source.Sink
	refused error
	abort   context.CancelFunc // called when nothing more is wanted; nil is fine
}

func (p *pusher) put(ctx context.Context, e source.Entry, content io.Reader) error {
	if err := ctx.Err(); err != nil {
		return err // the rest of the archive may be here already
	}
	w := &watched{r: content}
	if content != nil {
		content = w
	}
	err := p.dst.Put(ctx, e, content)
	if err == nil || w.err != nil {
		return err // a sink may return the error of broken content
	}
	p.refused = err
	if p.abort != nil {
		p.abort()
	}
	return err
}

// isRefusal reports whether err comes from the sink: then it says nothing about
// the archive, although it may look so.
func (p *pusher) isRefusal(err error) bool { return p.refused != nil && errors.Is(err, p.refused) }

// A watched reader remembers why it could not be read to its end.
type watched struct {
	r   io.Reader
	err error
}

// Read implements [io.Reader].
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
