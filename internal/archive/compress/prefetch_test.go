package compress_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/compress"
)

// long is content of which a part is read ahead.
func long(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // which never fails
	return b
}

func gzipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func openGzip(t *testing.T, r io.Reader) io.ReadCloser {
	t.Helper()
	s, err := compress.Open(r)
	if err != nil {
		t.Fatal(err)
	}
	content, err := s.Uncompressed(compress.Gzip, compress.Limits{Unpacked: 1 << 30, Ratio: 200}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestReadAheadKeepsTheContent(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1<<20 - 1, 1 << 20, 1<<20 + 1, 1<<20 + 256<<10, 5<<20 + 17} {
		want := long(size)
		content := openGzip(t, bytes.NewReader(gzipped(t, want)))
		got, err := io.ReadAll(iotest.HalfReader(content))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: got %d and %v", size, len(got), err)
		}
		if n, err := content.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("%d bytes: after the end: %d, %v", size, n, err)
		}
		if err := content.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestReadAheadKeepsTheOrder: data read before a failure is returned before it.
func TestReadAheadKeepsTheOrder(t *testing.T) {
	t.Parallel()
	want, lost := long(4<<20), errors.New("connection lost")
	archive := gzipped(t, want)
	content := openGzip(t, io.MultiReader(bytes.NewReader(archive[:3<<20]), iotest.ErrReader(lost)))
	got, err := io.ReadAll(content)
	if !errors.Is(err, lost) || len(got) < 2<<20 || !bytes.HasPrefix(want, got) {
		t.Errorf("got %d bytes and %v", len(got), err)
	}
	if err := content.Close(); err != nil {
		t.Error(err)
	}
}

// TestReadAheadEnds: neither goroutine goes on with a reader that gives nothing.
func TestReadAheadEnds(t *testing.T) {
	t.Parallel()
	idle := readerFunc(func([]byte) (int, error) { return 0, nil })
	content := openGzip(t, io.MultiReader(bytes.NewReader(gzipped(t, long(4<<20))[:3<<20]), idle))
	if _, err := io.Copy(io.Discard, content); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v, want that there was no progress", err)
	}
	if err := content.Close(); err != nil {
		t.Error(err)
	}
}

// TestNothingIsReadAfterClose: the rest of the archive belongs to others.
func TestNothingIsReadAfterClose(t *testing.T) {
	t.Parallel()
	for _, used := range []int64{1, 1 << 20, 2 << 20} {
		var reads atomic.Int64
		archive := bytes.NewReader(gzipped(t, long(8<<20)))
		content := openGzip(t, readerFunc(func(p []byte) (int, error) {
			reads.Add(1)
			return archive.Read(p)
		}))
		if _, err := io.CopyN(io.Discard, content, used); err != nil {
			t.Fatal(err)
		}
		if err := content.Close(); err != nil {
			t.Fatal(err)
		}
		before, left := reads.Load(), archive.Len()
		if _, err := archive.Seek(0, io.SeekEnd); err != nil { // a race, if the stream still read
			t.Fatal(err)
		}
		if reads.Load() != before || left == 0 {
			t.Errorf("%d bytes used: %d reads and then %d, %d bytes left", used, before, reads.Load(), left)
		}
	}
}

// TestDecoderThatPanics fails the archive, not the program.
func TestDecoderThatPanics(t *testing.T) {
	t.Parallel()
	s, err := compress.Open(strings.NewReader("\xfd7zXZ\x00"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	content, err := s.Uncompressed(compress.XZ, compress.Limits{Unpacked: 1 << 30, Ratio: 1 << 30}, func(io.Reader) (io.Reader, error) {
		return readerFunc(func(p []byte) (int, error) {
			if n += len(p); n > 3<<20 {
				panic("what now")
			}
			return len(p), nil
		}), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, content)
	if !errors.Is(err, pack.ErrMalformed) || !strings.Contains(err.Error(), "what now") {
		t.Errorf("got %v", err)
	}
	if err := content.Close(); err != nil {
		t.Error(err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
