package untar_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/untar"
)

// hostile are archives by the id of the hostile corpus; want "" means that the
// archive is fine.
var hostile = []struct {
	id, name string
	tar      string
	want     pack.Code
}{
	{"A06", "NUL in a pax path", meta('x', record("path", "a\x00b")) + file("a", ""), pack.CodeUnsafePath},
	{"A06", "NUL in a long name", meta('L', "a\x00b\x00") + file("a", ""), pack.CodeUnsafePath},
	{"A17", "hard link", file("a", "x") + header('1', "l", 0, set(157, "a")) + end, pack.CodeForbiddenEntry},
	{"A14", "symbolic link", header('2', "l", 0, set(157, "/etc/passwd")) + end, pack.CodeForbiddenEntry},
	{"A18", "character device", header('3', "d", 0) + end, pack.CodeForbiddenEntry},
	{"A18", "block device", header('4', "d", 0) + end, pack.CodeForbiddenEntry},
	{"A18", "pipe", header('6', "d", 0) + end, pack.CodeForbiddenEntry},
	{"A18", "contiguous file", header('7', "d", 0) + end, pack.CodeForbiddenEntry},
	{"A18", "unknown type", header('Z', "d", 0) + end, pack.CodeForbiddenEntry},
	{"A18", "volume label", header('V', "d", 0) + end, pack.CodeForbiddenEntry},
	{"A18", "multi-volume", header('M', "d", 0) + end, pack.CodeForbiddenEntry},
	{"A18", "no type at all", header(0xff, "d", 0) + end, pack.CodeForbiddenEntry},
	{"C01", "first checksum", broken(file("a", "x"), 0) + end, pack.CodeMalformedContent},
	{"C01", "middle checksum", good + broken(file("z", "x"), 3) + end, pack.CodeMalformedContent},
	{"C01", "type changed", good + broken(file("z", "x"), 156) + end, pack.CodeMalformedContent},
	{"C01", "no checksum", good + file("z", "x")[:148] + "        " + file("z", "x")[156:] + end, pack.CodeMalformedContent},
	{"C02", "no end", good, pack.CodeMalformedContent},
	{"C02", "one zero block", good + zeros, pack.CodeMalformedContent},
	{"C02", "one zero block, then an entry", good + zeros + file("z", "x") + end, pack.CodeMalformedContent},
	{"C02", "content not padded", header('0', "a", 3) + "abc", pack.CodeMalformedContent},
	{"C02", "content not padded, then the end", header('0', "a", 3) + "abc" + end, pack.CodeMalformedContent},
	{"C02", "end of the wrong length", good + end + "\x00", pack.CodeMalformedContent},
	{"C03", "text behind the end", good + end + pad("x"), pack.CodeMalformedContent},
	{"C03", "another tar", good + end + file("z", "x") + end, pack.CodeMalformedContent},
	{"C03", "text far behind the end", good + end + strings.Repeat(zeros, 1000) + pad("x"), pack.CodeMalformedContent},
	{"C08", "long pax name", meta('x', record("path", strings.Repeat("d/", 150)+"f")) + file("short", "x") + end, ""},
	{"C08", "long GNU name", meta('L', strings.Repeat("d/", 150)+"f\x00") + file("short", "x") + end, ""},
	{"C08", "two long names", meta('L', "x\x00") + meta('x', record("path", "y")) + file("a", "") + end, pack.CodeMalformedContent},
	{"C08", "link target for a file", meta('x', record("linkpath", "y")) + file("a", "") + end, pack.CodeMalformedContent},
	{"C08", "empty pax name", meta('x', record("path", "")) + file("a", "") + end, pack.CodeMalformedContent},
	{"C09", "pax size bigger", meta('x', record("size", "1024")) + file("a", "x") + zeros + end, pack.CodeMalformedContent},
	{"C09", "pax size zero", meta('x', record("size", "0")) + file("a", file("hidden", "x")) + end, pack.CodeMalformedContent},
	{"C09", "pax size for header size 0", meta('x', record("size", "512")) + header('0', "a", 0) + zeros + end, pack.CodeMalformedContent},
	{"C09", "pax size equal", meta('x', record("size", "1")) + file("a", "x") + end, ""},
	{"C09", "directory with content", header('5', "d/", 512) + file("hidden", "") + end, pack.CodeMalformedContent},
	{"C09", "old directory with content", header(0, "d/", 512) + file("hidden", "") + end, pack.CodeMalformedContent},
	{"C10", "comment", meta('g', record("comment", "0123456789abcdef")) + good + end, ""},
	{"C10", "comment between entries", good + meta('g', record("comment", "x")) + file("z", "") + end, ""},
	{"C10", "path", meta('g', record("path", "evil")) + good + end, pack.CodeMalformedContent},
	{"C10", "size", meta('g', record("size", "0")) + good + end, pack.CodeMalformedContent},
	{"C10", "mode", meta('g', record("mode", "0777")) + good + end, pack.CodeMalformedContent},
	{"C10", "between extension and entry", meta('x', record("path", "evil")) + meta('g', record("comment", "x")) + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "length too small", meta('x', "5 path=evil\n") + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "length too big", meta('x', "99 path=evil\n") + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "length negative", meta('x', "-13 path=evil\n") + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "length overflows", meta('x', "99999999999999999999 path=evil\n") + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "length with a leading zero", meta('x', "014 path=evil\n") + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "length missing", meta('x', " path=evil\n") + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "no newline", meta('x', "12 path=evil ") + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "no equals sign", meta('x', "9 comment\n") + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "no key", meta('x', record("", "x")) + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "duplicate keys", meta('x', record("path", "x")+record("path", "y")) + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "2 MB comment", meta('x', record("comment", strings.Repeat("x", 2<<20))) + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "NUL in a value", meta('x', record("uname", "a\x00b")) + file("a", "") + end, pack.CodeMalformedContent},
	{"C11", "two headers", meta('x', record("path", "x")) + meta('x', record("path", "y")) + file("a", "") + end, pack.CodeMalformedContent},
	{"C12", "long name and no entry", meta('L', "x\x00") + end, pack.CodeMalformedContent},
	{"C12", "pax and no entry", meta('x', record("path", "x")) + end, pack.CodeMalformedContent},
	{"C12", "long name twice", meta('L', "x\x00") + meta('L', "y\x00") + file("a", "") + end, pack.CodeMalformedContent},
	{"C12", "long link for a file", meta('K', "x\x00") + file("a", "") + end, pack.CodeMalformedContent},
	{"C12", "empty long name", meta('L', "\x00") + file("a", "") + end, pack.CodeMalformedContent},
	{"C13", "old GNU sparse", header('S', "a", 0, set(257, "ustar  \x00")) + end, pack.CodeForbiddenEntry},
	{"C13", "sparse 0.0", meta('x', record("GNU.sparse.size", "1000000")) + file("a", "") + end, pack.CodeForbiddenEntry},
	{"C13", "sparse 0.1", meta('x', record("GNU.sparse.map", "0,1")) + file("a", "x") + end, pack.CodeForbiddenEntry},
	{"C13", "sparse 1.0, 8 EiB", meta('x', record("GNU.sparse.major", "1")+record("GNU.sparse.realsize", "9223372036854775807")) + file("a", "") + end, pack.CodeForbiddenEntry},
	{"C14", "negative", header('0', "a", 0, set(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")) + end, pack.CodeMalformedContent},
	{"C14", "binary", header('0', "a", 0, set(124, "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01")) + pad("x") + end, pack.CodeMalformedContent},
	{"C14", "spaces inside", header('0', "a", 0, set(124, "0000 000001\x00")) + pad("x") + end, pack.CodeMalformedContent},
	{"C14", "NUL inside", header('0', "a", 0, set(124, "0000000001\x001")) + pad("x") + end, pack.CodeMalformedContent},
	{"C14", "NUL in front", header('0', "a", 0, set(124, "\x0000000000001")) + pad("x") + end, pack.CodeMalformedContent},
	{"C14", "minus sign", header('0', "a", 0, set(124, "-0000000001\x00")) + pad("x") + end, pack.CodeMalformedContent},
	{"C14", "not octal", header('0', "a", 0, set(124, "00000000008\x00")) + pad("x") + end, pack.CodeMalformedContent},
	{"C14", "mode not octal", header('0', "a", 0, set(100, "xyz")) + end, pack.CodeMalformedContent},
	{"C15", "text where GNU keeps times", file("a", "x", set(257, "ustar  \x00"), set(345, "evil/prefix")) + end, pack.CodeMalformedContent},
	{"C18", "only zeros", strings.Repeat(zeros, 20), ""},
	{"C18", "no bytes at all", "", ""},
	{"C18", "only directories", header('5', "a/", 0) + header('5', "b", 0) + end, ""},
}

func broken(archive string, at int) string {
	return archive[:at] + string(archive[at]^1) + archive[at+1:]
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for _, tc := range hostile {
		t.Run(tc.id+"/"+tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := list(compress(t, tc.tar), untar.Limits{})
			wantCode(t, err, tc.want)
		})
	}
	t.Run("C04", cutAnywhere)
	t.Run("C05", brokenChecksums)
	t.Run("C06", pigz)
	t.Run("C07", moreMembers)
	t.Run("C15", oldFormats)
	t.Run("C17", tooManyEntries)
	t.Run("B06", bombs)
}

func cutAnywhere(t *testing.T) {
	t.Parallel()
	archive := compress(t, good, file("z", strings.Repeat("incompressible? ", 10))+end)
	for n := range archive {
		if _, err := list(archive[:n], untar.Limits{}); pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("cut at %d of %d: error %v", n, len(archive), err)
		}
	}
	if _, err := list(archive, untar.Limits{}); err != nil {
		t.Error(err)
	}
}

func brokenChecksums(t *testing.T) {
	t.Parallel()
	for back := 1; back <= 8; back++ { // CRC and length are the last 8 bytes
		archive := compress(t, good+end)
		archive[len(archive)-back] ^= 1
		if _, err := list(archive, untar.Limits{}); pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("byte %d from the end: error %v", back, err)
		}
	}
}

func pigz(t *testing.T) {
	t.Parallel()
	whole := good + end
	want, err := list(compress(t, whole), untar.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{1, 511, 512, 513, 700, len(good), len(good) + 512} {
		got, err := list(compress(t, whole[:at], "", whole[at:]), untar.Limits{})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("split at %d: %v\n%s", at, err, diff)
		}
	}
}

func moreMembers(t *testing.T) {
	t.Parallel()
	first := compress(t, good+end)
	for name, rest := range map[string][]byte{
		"another tar": compress(t, file("z", "x")+end),
		"text":        compress(t, "text"),
		"garbage":     []byte("garbage"),
		"one byte":    {0x1f},
		"zeros":       make([]byte, 20),
		"half a head": {0x1f, 0x8b, 8, 0},
	} {
		if _, err := list(append(bytes.Clone(first), rest...), untar.Limits{}); pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestLongestPrefixOfStar(t *testing.T) {
	t.Parallel()
	prefix := strings.Repeat("d/", 65) + "d"
	got, err := list(compress(t, file("a", "", set(345, prefix+"00000000000 00000000000 "), set(508, "tar\x00"))+end), untar.Limits{})
	if want := []string{"-rw-r--r-- " + prefix + "/a "}; !slices.Equal(got, want) || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func oldFormats(t *testing.T) {
	t.Parallel()
	noMagic := set(257, "\x00\x00\x00\x00\x00\x00\x00\x00")
	want := []string{"-rw-r--r-- dir/a hello"}
	for name, archive := range map[string]string{
		"V7":              file("dir/a", "hello", noMagic, set(156, "\x00")),
		"V7, spaces":      file("dir/a", "hello", noMagic, set(156, "\x00"), set(124, "          5 ")),
		"Solaris":         file("dir/a", "hello", set(263, "\x00\x00")),
		"ustar prefix":    file("a", "hello", set(345, "dir")),
		"star":            file("a", "hello", set(345, "dir"), set(476, "00000000000 00000000000 "), set(508, "tar\x00")),
		"GNU":             file("dir/a", "hello", set(257, "ustar  \x00"), set(345, "14721370413\x0014721370413\x00")),
		"signed checksum": signed(file("dir/a", "hello", set(265, "Jos\xe9"))),
	} {
		got, err := list(compress(t, archive+end), untar.Limits{})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

// signed replaces the checksum of a header with a byte beyond ASCII by the sum
// that old programs computed.
func signed(archive string) string {
	sum := 8 * int(' ')
	for i := range 512 {
		if i < 148 || i >= 156 {
			sum += int(int8(archive[i]))
		}
	}
	return archive[:148] + fmt.Sprintf("%06o\x00 ", sum) + archive[156:]
}

// A loop repeats a text n times without holding it.
type loop struct {
	text string
	n    int
	off  int
}

func (l *loop) Read(p []byte) (int, error) {
	if l.n == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.text[l.off:])
	if l.off += n; l.off == len(l.text) {
		l.off, l.n = 0, l.n-1
	}
	return n, nil
}

func tooManyEntries(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{
		"files":          header('0', "a", 0),
		"directories":    header('5', "a/", 0),
		"global headers": meta('g', record("comment", "x")),
	} {
		wantLimit(t, name, entry, untar.Limits{Ratio: -1, Entries: 500}, 500)
	}
	wantLimit(t, "by default", header('0', "a", 0), untar.Limits{Ratio: -1}, 50_000)
}

// wantLimit expects that an archive with one entry too many is refused.
func wantLimit(t *testing.T, name, entry string, limits untar.Limits, most int64) {
	t.Helper()
	const chunk = 100
	var buf bytes.Buffer
	compressTo(t, &buf, &loop{text: strings.Repeat(entry, chunk), n: int(most)/chunk + 1})
	_, err := list(buf.Bytes(), limits)
	limit, ok := errors.AsType[*pack.LimitError](err)
	if !ok || limit.Max != most || limit.Value != most+1 {
		t.Errorf("%s: error %v", name, err)
	}
}

func bombs(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]untar.Limits{"ratio": {}, "size": {Ratio: -1, Unpacked: 20 << 20}} {
		for where, archive := range map[string]io.Reader{
			"content":        io.MultiReader(strings.NewReader(header('0', "a", 24<<20)), &loop{text: strings.Repeat(zeros, 1<<10), n: 48}),
			"behind the end": io.MultiReader(strings.NewReader(good+end), &loop{text: strings.Repeat(zeros, 1<<10), n: 48}),
		} {
			var buf bytes.Buffer
			compressTo(t, &buf, archive)
			_, err := list(buf.Bytes(), limits)
			wantCode(t, err, pack.CodeLimitExceeded)
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s in %s: error %v", name, where, err)
			}
		}
	}
}
