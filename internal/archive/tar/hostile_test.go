package tar_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/tar"
	"github.com/packtrain/pack/internal/testkit/archivetest"
)

func TestHostile(t *testing.T) {
	t.Parallel()
	for _, tc := range archivetest.Tars() {
		t.Run(tc.ID+"/"+tc.Name, func(t *testing.T) {
			t.Parallel()
			_, err := list(tc.Archive)
			wantCode(t, err, tc.Want)
		})
	}
	t.Run("C02/cut anywhere", cutAnywhere)
	t.Run("C15/old formats", oldFormats)
	t.Run("C17/too many entries", tooManyEntries)
}

func cutAnywhere(t *testing.T) {
	t.Parallel()
	archive := good + file("z", "x") + end
	for n := 1; n < len(archive); n++ {
		if _, err := list(archive[:n]); pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("cut at %d of %d: error %v", n, len(archive), err)
		}
	}
	if _, err := list(archive); err != nil {
		t.Error(err)
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
		"GNU":             file("dir/a", "hello", set(257, "ustar  \x00")),
		"signed checksum": signed(file("dir/a", "hello", set(265, "Jos\xe9"))),
	} {
		got, err := list(archive + end)
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
	const most = 500
	for name, entry := range map[string]string{
		"files":          header('0', "a", 0),
		"directories":    header('5', "a/", 0),
		"global headers": meta('g', record("comment", "x")),
	} {
		err := tar.Walk(&loop{text: entry, n: 1 << 30}, most, func(tar.Entry, io.Reader) error { return nil })
		limit, ok := errors.AsType[*pack.LimitError](err)
		if !ok || limit.Max != most || limit.Value != most+1 {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
