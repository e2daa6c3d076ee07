package localsource

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/roots"
	"github.com/packtrain/pack/source"
)

const defaultArchiveBytes = 512 << 20

// isArchive reports whether a directory could not be opened because there is a
// file, which may be an archive.
func (s *Source) isArchive(err error) bool {
	return s.opts.Archives != nil && errors.Is(err, roots.ErrFile)
}

// resolveArchive pins an archive file to its content.
func (s *Source) resolveArchive(ctx context.Context, pin pack.Pin) (pins []pack.Pin, err error) {
	a, err := s.openArchive(ctx, pin.Location)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.f.Close()) }()
	pin.StripTop, pin.Size = true, a.info.Size()
	if pin.ArchiveDigest, err = a.digest(ctx); err != nil {
		return nil, err
	}
	return []pack.Pin{pin}, nil
}

// fetchArchive verifies an archive file and pushes its entries.
func (s *Source) fetchArchive(ctx context.Context, pin pack.Pin, dst source.Sink) (err error) {
	if err := s.check(ctx, pin); err != nil {
		return err
	}
	if s.opts.Archives == nil {
		return pack.Errorf(pack.CodeInvalidRequest, "archive files cannot be read here: no archive formats are configured for local packs")
	}
	a, err := s.openArchive(ctx, pin.Location)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.f.Close()) }()
	got, err := a.digest(ctx)
	if err != nil {
		return err
	}
	if err := pin.ArchiveDigest.VerifyArchive(got); err != nil {
		return err
	}
	if err := pin.VerifySize(a.info.Size()); err != nil {
		return err
	}
	if err := s.opts.Archives.Unpack(ctx, a.name, a.content(), dst); err != nil {
		return err
	}
	return unchanged(a.f, a.info, a.name)
}

// An archive is an archive file that is open.
type archive struct {
	f    *os.File
	info os.FileInfo
	name string
}

func (s *Source) openArchive(ctx context.Context, path string) (*archive, error) {
	dir, name, err := s.allowed.OpenParent(path)
	if err != nil {
		return nil, err
	}
	defer dir.Close() //nolint:errcheck // it was only read
	f, info, err := roots.OpenFile(dir, name)
	if err != nil {
		return nil, err
	}
	if err := s.checkArchive(ctx, path, dir, info); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	most := s.opts.ArchiveBytes
	if most == 0 {
		most = defaultArchiveBytes
	}
	if most > 0 && info.Size() > most {
		return nil, errors.Join(&pack.LimitError{Limit: "archive size", Max: most, Value: info.Size()}, f.Close())
	}
	return &archive{f: f, info: info, name: name}, nil
}

// checkArchive judges the archive file in dir as a file of a pack.
func (s *Source) checkArchive(ctx context.Context, path string, dir *os.Root, info os.FileInfo) error {
	rules, err := s.rulesFor(path)
	if err != nil {
		return err
	}
	if rules.top, err = dir.Stat("."); err != nil {
		return unreadable(err, path)
	}
	name := filepath.Base(path)
	return errors.Join(rules.checkFile(info, name), rules.checkLinked(ctx, info, name))
}

func (a *archive) content() *io.SectionReader { return io.NewSectionReader(a.f, 0, a.info.Size()) }

// digest reads the whole file, which must not change meanwhile.
func (a *archive) digest(ctx context.Context) (pack.Digest, error) {
	h := sha256.New()
	r := &exactly{f: a.f, name: a.name, before: a.info, left: a.info.Size()}
	if _, err := io.Copy(h, &stoppable{ctx: ctx, r: r}); err != nil {
		return "", err
	}
	return pack.Digest("sha256:" + hex.EncodeToString(h.Sum(nil))), unchanged(a.f, a.info, a.name)
}

// A stoppable reads until its context is done.
type stoppable struct {
	ctx context.Context //nolint:containedctx // lives as long as one call
	r   io.Reader
}

// Read implements [io.Reader].
func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
