package recordlog

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
)

// TestReplaceAfterReplayedRename: a file system that replayed an interrupted renaming can
// have both names on one file.
func TestReplaceAfterReplayedRename(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := New(dir)
	if _, err := l.Append(Position{}, &Frame{Payload: []byte("one")}); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, "log"), filepath.Join(dir, "log.new")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Replace(func(yield func(*Frame, error) bool) { yield(&Frame{Payload: []byte("two")}, nil) }); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "log.new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("log.new is still there: %v", err)
	}
	frames, _, err := l.Read(Position{})
	if err != nil || len(frames) != 1 || string(frames[0].Payload) != "two" {
		t.Errorf("got %v, %v", frames, err)
	}
}

// TestBodies reads bodies apart from their frames, and ignores the last frame until its body
// is whole.
func TestBodies(t *testing.T) {
	t.Parallel()
	l := New(t.TempDir())
	first, second := &Frame{Payload: []byte("one"), Body: bytes.Repeat([]byte("1"), 3*guess)}, &Frame{Payload: []byte("two"), Body: []byte("2")}
	pos, err := l.Append(Position{}, first)
	if err == nil {
		pos, err = l.Append(pos, second)
	}
	if err != nil {
		t.Fatal(err)
	}
	frames, next, err := l.Read(Position{})
	if err != nil || next != pos || len(frames) != 2 {
		t.Fatalf("got %v, %v, %v", frames, next, err)
	}
	for i, want := range []*Frame{first, second} {
		f := &frames[i]
		got, err := l.ReadBody(pos.ID, f.BodyAt, f.BodySize)
		if err != nil || !bytes.Equal(got, want.Body) || f.BodyAt != want.BodyAt || f.Body != nil || !bytes.Equal(f.Payload, want.Payload) {
			t.Errorf("frame %d: got %d bytes at %d, %v", i, len(got), f.BodyAt, err)
		}
	}
	if _, err := l.ReadBody("another", first.BodyAt, 1); !errors.Is(err, ErrReplaced) {
		t.Errorf("got error %v", err)
	}
	if _, err := l.ReadBody(pos.ID, second.BodyAt, 2); pack.CodeOf(err) != pack.CodeStoreCorrupt {
		t.Errorf("beyond the end: got error %v", err)
	}
	file, err := os.OpenFile(l.path(), os.O_RDWR, 0)
	if err == nil {
		_, err = file.WriteAt([]byte{0}, second.BodyAt)
	}
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	if frames, _, err := l.Read(Position{}); err != nil || len(frames) != 1 {
		t.Errorf("with a hole in the last body: got %v, %v", frames, err)
	}
}
