package gitsource_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source/gitsource"
)

// A storedRepo is a repository of this machine, written by hand.
type storedRepo struct{ dir string }

func newStoredRepo(t *testing.T) storedRepo {
	t.Helper()
	r := storedRepo{t.TempDir()}
	writeFile(t, filepath.Join(r.dir, "HEAD"), "ref: refs/heads/main\n")
	writeFile(t, filepath.Join(r.dir, "refs", "heads", "main"), someCommit+"\n")
	writeFile(t, filepath.Join(r.dir, "objects", "info", "packs"), "")
	return r
}

// loose stores an object whose header and content may be lies.
func (r storedRepo) loose(t *testing.T, id, header string, stream []byte) {
	t.Helper()
	var b bytes.Buffer
	if stream == nil {
		z := zlib.NewWriter(&b)
		_, _ = z.Write([]byte(header))
		_ = z.Close()
	} else {
		b.Write(stream)
	}
	writeFile(t, filepath.Join(r.dir, "objects", id[:2], id[2:]), b.String())
}

// pack stores a pack and an index that finds objects where offsets says.
func (r storedRepo) pack(t *testing.T, content []byte, offsets map[string]int64) {
	t.Helper()
	r.packAndIndex(t, content, indexOf(offsets))
}

func (r storedRepo) packAndIndex(t *testing.T, content, index []byte) {
	t.Helper()
	base := filepath.Join(r.dir, "objects", "pack", "pack-1")
	writeFile(t, base+".pack", string(content))
	writeFile(t, base+".idx", string(index))
}

// source returns one that may read it.
func (r storedRepo) source(limits gitsource.Limits) *gitsource.Source {
	return must(gitsource.New(nil, &gitsource.Options{Roots: []string{r.dir}, Limits: limits}))
}

func (r storedRepo) fetch(t *testing.T, limits gitsource.Limits) error {
	t.Helper()
	return r.fetchCommit(t, someCommit, limits)
}

func (r storedRepo) fetchCommit(t *testing.T, commit string, limits gitsource.Limits) error {
	t.Helper()
	_, err := fetch(t, r.source(limits), fileURL(r.dir), commit)
	return err
}

// indexOf writes an index of version 2 for objects by name.
func indexOf(offsets map[string]int64) []byte {
	var b, long bytes.Buffer
	b.WriteString("\xfftOc\x00\x00\x00\x02")
	names := slices.Sorted(maps.Keys(offsets))
	count := uint32(0)
	for first := range 256 {
		for int(count) < len(names) && strings.HasPrefix(names[count], fmt.Sprintf("%02x", first)) {
			count++
		}
		_ = binary.Write(&b, binary.BigEndian, count)
	}
	for _, name := range names {
		id, _ := hex.DecodeString(name)
		b.Write(id)
	}
	b.Write(make([]byte, 4*len(names)))
	for _, name := range names {
		at := offsets[name]
		if at < 1<<31 && at >= 0 {
			_ = binary.Write(&b, binary.BigEndian, uint32(at))
			continue
		}
		_ = binary.Write(&b, binary.BigEndian, uint32(1<<31|long.Len()/8))
		_ = binary.Write(&long, binary.BigEndian, at)
	}
	b.Write(long.Bytes())
	return append(b.Bytes(), make([]byte, 40)...)
}

// otherName is that of an object which deltas build on.
var otherName = strings.Repeat("ab", 20)

// localBombs is H17 for repositories of this machine: refused by what headers
// say, or as soon as it grows too much.
func localBombs(t *testing.T) {
	t.Parallel()
	other, _ := hex.DecodeString(otherName)
	some, _ := hex.DecodeString(someCommit)
	first := func(objects ...gittest.Packed) func(t *testing.T, r storedRepo) {
		return func(t *testing.T, r storedRepo) {
			t.Helper()
			content, at := gittest.BuildPack(objects...)
			offsets := map[string]int64{someCommit: int64(at[0])}
			if len(at) > 1 {
				offsets[otherName] = int64(at[1])
			}
			r.pack(t, content, offsets)
		}
	}
	loose := func(header string, stream []byte) func(t *testing.T, r storedRepo) {
		return func(t *testing.T, r storedRepo) {
			t.Helper()
			r.loose(t, someCommit, header, stream)
		}
	}
	stored := func(content, index []byte) func(t *testing.T, r storedRepo) {
		return func(t *testing.T, r storedRepo) {
			t.Helper()
			r.packAndIndex(t, content, index)
		}
	}
	small := gittest.Packed{Type: gittest.BlobType, Data: []byte("abcd")}
	onlySmall, _ := gittest.BuildPack(small)
	for _, tt := range []struct {
		name  string
		store func(t *testing.T, r storedRepo)
		want  pack.Code
	}{
		{"loose, honest header", loose("blob 10737418240\x00", nil), pack.CodeLimitExceeded},
		{"loose, more than it says", loose("blob 3\x00"+strings.Repeat("0", 1<<20), nil), pack.CodeGit},
		{"loose, less than it says", loose("blob 30\x00abc", nil), pack.CodeGit},
		{"loose, without a header", loose("", gittest.Zeros(64)), pack.CodeGit},
		{"loose, of no type", loose("thing 3\x00abc", nil), pack.CodeGit},
		{"loose, of negative size", loose("blob -3\x00abc", nil), pack.CodeGit},
		{"loose, not compressed", loose("", []byte("blob 3\x00abc")), pack.CodeGit},
		{"packed, honest header", first(gittest.Packed{Type: gittest.BlobType, Size: 10 << 30, Stream: gittest.Zeros(2)}), pack.CodeLimitExceeded},
		{"packed, ratio", first(gittest.Packed{Type: gittest.BlobType, Size: 200 << 20, Stream: gittest.Zeros(200)}), pack.CodeLimitExceeded},
		{"packed, size beyond numbers", first(gittest.Packed{Type: gittest.BlobType, Size: 1 << 62, Stream: gittest.Zeros(2)}), pack.CodeGit},
		{"delta, large result", first(gittest.Packed{Type: gittest.NameDeltaType, Base: other, Data: gittest.Delta(4, 10<<30)}, small), pack.CodeLimitExceeded},
		{"delta, large code", first(gittest.Packed{Type: gittest.NameDeltaType, Base: other, Size: 100 << 20, Stream: gittest.Zeros(100)}, small), pack.CodeLimitExceeded},
		{"delta, on itself", first(gittest.Packed{Type: gittest.NameDeltaType, Base: some, Data: gittest.Delta(4, 4, 0x90, 4)}), pack.CodeGit},
		{"delta, in a circle", first(
			gittest.Packed{Type: gittest.NameDeltaType, Base: other, Data: gittest.Delta(4, 4, 0x90, 4)}, gittest.Packed{Type: gittest.NameDeltaType, Base: some, Data: gittest.Delta(4, 4, 0x90, 4)},
		), pack.CodeGit},
		{"delta, on nothing", first(gittest.Packed{Type: gittest.NameDeltaType, Base: other, Data: gittest.Delta(4, 4, 0x90, 4)}), pack.CodeGit},
		{"delta, before the pack", first(gittest.Packed{Type: gittest.OffsetDeltaType, Base: []byte{13}, Data: gittest.Delta(4, 4, 0x90, 4)}), pack.CodeGit},
		{"delta, at itself", first(gittest.Packed{Type: gittest.OffsetDeltaType, Base: []byte{0}, Data: gittest.Delta(4, 4, 0x90, 4)}), pack.CodeGit},
		{"delta, endless distance", first(gittest.Packed{Type: gittest.OffsetDeltaType, Base: bytes.Repeat([]byte{0xff}, 30), Data: gittest.Delta(4, 4)}), pack.CodeGit},
		{"delta, of another base", first(gittest.Packed{Type: gittest.NameDeltaType, Base: other, Data: gittest.Delta(9, 4, 0x90, 4)}, small), pack.CodeGit},
		{"unknown type", first(gittest.Packed{Type: 5, Data: []byte("x")}), pack.CodeGit},
		{"chain of deltas", chainOfDeltas, pack.CodeGit},
		{"place outside", stored(onlySmall, indexOf(map[string]int64{someCommit: 1 << 40})), pack.CodeGit},
		{"negative place", stored(onlySmall, indexOf(map[string]int64{someCommit: -5})), pack.CodeGit},
		{"index of many", stored(nil, append([]byte("\xfftOc\x00\x00\x00\x02"), bytes.Repeat([]byte{0xff}, 256*4)...)), pack.CodeGit},
		{"index that shrinks", stored(nil, append([]byte("\xfftOc\x00\x00\x00\x02\x00\x00\x00\x09"), make([]byte, 4096)...)), pack.CodeGit},
		{"index of version 1", stored(nil, make([]byte, 4096)), pack.CodeGit},
		{"many packs", func(t *testing.T, r storedRepo) {
			t.Helper()
			for i := range 201 {
				writeFile(t, filepath.Join(r.dir, "objects", "pack", fmt.Sprintf("pack-%d.idx", i)), "")
			}
		}, pack.CodeLimitExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newStoredRepo(t)
			tt.store(t, r)
			wantCode(t, r.fetch(t, gitsource.Limits{}), tt.want)
		})
	}
}

// chainOfDeltas is longer than git makes them.
func chainOfDeltas(t *testing.T, r storedRepo) {
	t.Helper()
	blob := gittest.Packed{Type: gittest.BlobType, Data: []byte("abcd")}
	one := gittest.Packed{Type: gittest.OffsetDeltaType, Base: []byte{0}, Data: gittest.Delta(4, 4, 0x90, 4)}
	_, at := gittest.BuildPack(blob, one, one)
	objects := []gittest.Packed{blob}
	for i := range 5000 { // each on the one before
		one.Base = []byte{byte(at[min(i, 1)+1] - at[min(i, 1)])}
		objects = append(objects, one)
	}
	content, offsets := gittest.BuildPack(objects...)
	r.pack(t, content, map[string]int64{someCommit: int64(offsets[len(offsets)-1])})
}

// strangeRefFiles: what a branch's file holds is the name of an object.
func strangeRefFiles(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]pack.Code{
		"": pack.CodeGit, "garbage\x1b[2J\n": pack.CodeGit, someCommit[:30]: pack.CodeGit, strings.Repeat("0a", 32): pack.CodeGit,
		"ref: refs/heads/main\n": pack.CodeNotFound, "ref: ../../../etc/passwd\n": pack.CodeNotFound, "ref: refs/heads/other": pack.CodeNotFound,
		strings.Repeat(" ", 1<<20) + someCommit: pack.CodeGit, someCommit + "\n": "",
	} {
		r := newStoredRepo(t)
		writeFile(t, filepath.Join(r.dir, "refs", "heads", "main"), text)
		_, err := resolve(t, newLocal(t, r.dir), fileURL(r.dir), "main")
		wantCode(t, err, code)
	}
}
