package gettersource

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	getter "github.com/hashicorp/go-getter/v2"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// Fetch implements [source.Source]. An archive that has another digest or size than
// the pin's is an error with [pack.CodeChecksumMismatch], and is not read; one with
// another entity tag, where the pin has no digest, is an error with
// [pack.CodeContentChanged].
func (s *Source) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) (err error) {
	l, err := s.parse(pin.Location)
	if err != nil {
		return err
	}
	if l.subdir != "" || l.digest != "" {
		return pack.Errorf(pack.CodeInvalidRequest, "fetch %q: directory and checksum belong in the fields of the pin", l.shown())
	}
	f, err := s.receive(ctx, l, pin)
	if err != nil {
		return fmt.Errorf("fetch %q: %w", l.shown(), err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := s.read(ctx, l, pin, f, dst); err != nil {
		return fmt.Errorf("fetch %q: %w", l.shown(), err)
	}
	return nil
}

// receive has go-getter write the archive into a file, which is removed as soon
// as it is open.
func (s *Source) receive(ctx context.Context, l *location, pin pack.Pin) (f *os.File, err error) {
	dir, err := os.MkdirTemp(s.scratch, "getter-")
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "create scratch directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "archive")
	b := &bridge{client: s.client, pin: pin, most: s.most}
	if err := b.get(ctx, l, file); err != nil {
		return nil, err
	}
	return os.Open(file)
}

// read verifies a received archive and pushes its entries.
func (s *Source) read(ctx context.Context, l *location, pin pack.Pin, f *os.File, dst source.Sink) error {
	h := sha256.New()
	size, err := io.Copy(h, f)
	if err != nil {
		return pack.Errorf(pack.CodeIO, "read archive: %w", err)
	}
	got := pack.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
	if pin.ArchiveDigest != "" {
		if err := pin.ArchiveDigest.VerifyArchive(got); err != nil {
			return err
		}
	}
	if err := pin.VerifySize(size); err != nil {
		return err
	}
	return s.archives.Unpack(ctx, l.name(), io.NewSectionReader(f, 0, size), dst)
}

// get runs go-getter: the http getter, one file, and no other feature. To
// go-getter, a limit of 0 means no limit, and nil the defaults.
func (b *bridge) get(ctx context.Context, l *location, file string) error {
	g := &getter.HttpGetter{Client: b.httpClient(), XTerraformGetDisabled: true, DoNotCheckHeadFirst: true}
	if b.most >= 0 {
		g.MaxBytes = b.most + 1
	}
	c := &getter.Client{Getters: []getter.Getter{g}, Decompressors: map[string]getter.Decompressor{}, DisableSymlinks: true}
	_, err := c.Get(ctx, &getter.Request{Src: l.url.String(), Dst: file, GetMode: getter.ModeFile})
	switch {
	case b.err != nil:
		return b.err
	case err != nil:
		return pack.Errorf(pack.CodeIO, "receive archive: go-getter failed: %.300q", err.Error())
	case !b.done:
		return pack.Errorf(pack.CodeIO, "receive archive: go-getter stopped in the middle of the archive")
	}
	return nil
}
