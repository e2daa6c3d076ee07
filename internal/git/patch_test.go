package git_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/go-git/go-git/v5/plumbing/format/packfile"

	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/testkit/gittest"
)

// The longest copy of one step has a length of its own.
func TestPatchCopiesLongParts(t *testing.T) {
	t.Parallel()
	base := append([]byte("x"), bytes.Repeat([]byte("0123456789abcdef"), 1<<13)...)
	code := gittest.Delta(uint64(len(base)), 1<<17, 0x81, 1, 0x87, 1, 0, 1) // from 1 on, and from 0x10001
	got, err := git.Patch(base, code)
	if err != nil || !bytes.Equal(got, base[1:]) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

// FuzzPatch compares what deltas make with what go-git makes of them.
func FuzzPatch(f *testing.F) {
	base := bytes.Repeat([]byte("a line of text\n"), 20)
	target := append(bytes.Repeat([]byte("another line\n"), 10), base...)
	f.Add(base, packfile.DiffDelta(base, target))
	f.Add(target, packfile.DiffDelta(target, base))
	for _, code := range [][]byte{
		gittest.Delta(4, 5, 0x90, 4, 1, 'e'), gittest.Delta(4, 4, 0x90, 5), gittest.Delta(4, 4, 0x91, 1, 4), gittest.Delta(4, 4, 0x00),
		gittest.Delta(4, 4, 5, 'a'), gittest.Delta(4, 1<<16, 0x80), gittest.Delta(4, 4, 0xff, 0, 0, 0, 0, 4, 0, 0), gittest.Delta(4, 3, 0x90, 4),
		gittest.Delta(4, 5, 0x90, 4), gittest.Delta(4, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), gittest.Delta(4, 4, 0x9f),
		{0x80},
		{},
	} {
		f.Add([]byte("abcd"), code)
	}
	f.Add([]byte("0000"), []byte("\x04\x80\x80\x80")) // a size without an end, which go-git takes for 0
	f.Fuzz(func(t *testing.T, base, code []byte) {
		from, n := binary.Uvarint(code)
		to, m := binary.Uvarint(code[max(n, 0):])
		got, err := git.Patch(base, code)
		switch {
		case n <= 0 || m <= 0:
			if err == nil {
				t.Errorf("%x: no error without sizes", code)
			}
			return
		case len(base) == 0 || len(code) < 4 || uint64(len(base)) != from || to > 1<<20:
			return // go-git refuses small ones in any case, and other bases are not patched
		}
		want, wantErr := packfile.PatchDelta(base, code)
		if (err == nil) != (wantErr == nil) || !bytes.Equal(got, want) {
			t.Errorf("%x: got %d bytes, %v; go-git %d, %v", code, len(got), err, len(want), wantErr)
		}
	})
}
