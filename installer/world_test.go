package installer_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/internal/digest"
	"github.com/packtrain/pack/source"
)

func newDownloader(t testing.TB, src source.Source) *installer.Downloader {
	t.Helper()
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: src, Provided: []pack.Provided{{Ref: "core"}}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// download downloads into dest and checks what holds whatever happens: nothing
// but packs is left in dest.
func download(t testing.TB, src source.Source, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	t.Helper()
	rep, err := newDownloader(t, src).Download(t.Context(), req)
	worldtest.CheckClean(t, req.Dest)
	return rep, err
}

// slowSource waits before each entry.
type slowSource struct {
	*worldtest.World
	pause time.Duration
}

func (s *slowSource) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	return s.World.Fetch(ctx, pin, slowSink{dst, s.pause})
}

type slowSink struct {
	source.Sink
	pause time.Duration
}

func (s slowSink) Put(ctx context.Context, e source.Entry, content io.Reader) error {
	time.Sleep(s.pause)
	return s.Sink.Put(ctx, e, content)
}

// checksumByString is the directory checksum as publishers compute it that sort
// the paths as whole strings.
func checksumByString(t testing.TB, fsys fstest.MapFS) pack.Digest {
	t.Helper()
	sum := digest.NewDirectory(strings.Compare)
	for _, name := range slices.Sorted(maps.Keys(fsys)) {
		data := fsys[name].Data
		if err := sum.Add(name, int64(len(data)), bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	return pack.Digest(sum.Sum())
}
