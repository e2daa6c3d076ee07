package zip_test

import (
	stdzip "archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/zip"
	"github.com/packtrain/pack/internal/testkit/archivetest"
)

var limits = zip.Limits{Entries: 50_000, Unpacked: 1 << 30, Ratio: 200}

// list returns the entries, each as "mode name content".
func list(archive []byte) ([]string, error) {
	var got []string
	err := zip.Walk(bytes.NewReader(archive), int64(len(archive)), limits, nil, func(e zip.Entry, content io.Reader) error {
		if e.Fault != nil {
			return e.Fault
		}
		var data []byte
		if content != nil {
			var err error
			if data, err = io.ReadAll(content); err != nil {
				return err
			}
		}
		if int64(len(data)) != e.Size {
			return fmt.Errorf("%s has %d bytes, want %d", e.Name, len(data), e.Size)
		}
		got = append(got, fmt.Sprintf("%v %s %s", e.Mode, e.Name, data))
		return nil
	})
	return got, err
}

func wantCode(t *testing.T, err error, want pack.Code) {
	t.Helper()
	if got := pack.CodeOf(err); got != want {
		t.Errorf("code %q of error %v, want %q", got, err, want)
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for _, c := range archivetest.Zips() {
		t.Run(c.ID+"/"+c.Name, func(t *testing.T) {
			t.Parallel()
			_, err := list(c.Archive)
			wantCode(t, err, c.Want)
		})
	}
	t.Run("B19/cut anywhere", cutAnywhere)
}

func cutAnywhere(t *testing.T) {
	t.Parallel()
	var files []archivetest.ZipFile
	for i := range 17 {
		files = append(files, archivetest.ZipFile{Name: fmt.Sprintf("dir/file%d", i), Content: fmt.Sprint(i) + archivetest.Text()})
	}
	archive := archivetest.Zip{Files: files}.Bytes()
	if _, err := list(archive); err != nil {
		t.Fatal(err)
	}
	for n := range archive {
		if _, err := list(archive[:n]); pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("cut at %d of %d: error %v", n, len(archive), err)
		}
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	archive := archivetest.Zip{Files: []archivetest.ZipFile{
		{Name: "d/"},
		{Name: "d/a", Content: "hello", Stored: true},
		{Name: "run.sh", Content: archivetest.Text(), Attributes: 0o100755 << 16},
		{Name: "empty"},
		{Name: "ünïcode", Flags: 1 << 11, Content: "x"},
		{Name: "from DOS", Content: "x", Attributes: 0o100755<<16 | 0x20, Central: archivetest.Put16(4, 20)},
	}}.Bytes()
	got, err := list(archive)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"drwxr-xr-x d/ ", "-rw-r--r-- d/a hello", "-rwxr-xr-x run.sh " + archivetest.Text(), "-rw-r--r-- empty ",
		"-rw-r--r-- ünïcode x", "-rw-r--r-- from DOS x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestNothingIsVisitedBeforeAllWasChecked(t *testing.T) {
	t.Parallel()
	for _, c := range archivetest.Zips() {
		if c.ID == "B07" || c.ID == "B08" || c.Want == "" {
			continue // these show in the content
		}
		var visited []string
		var fault error
		_ = zip.Walk(bytes.NewReader(c.Archive), int64(len(c.Archive)), limits, nil, func(e zip.Entry, _ io.Reader) error {
			visited = append(visited, e.Name)
			if fault == nil {
				fault = e.Fault
			}
			return nil
		})
		// A fault of one entry concerns those who want it.
		if len(visited) > 0 && pack.CodeOf(fault) != c.Want {
			t.Errorf("%s %s: visited %q, fault %v", c.ID, c.Name, visited, fault)
		}
	}
}

func TestAllIsCheckedBeforeAnythingIsVisited(t *testing.T) {
	t.Parallel()
	archive := archivetest.Zip{Files: []archivetest.ZipFile{{Name: "a"}, {Name: "d/"}, {Name: "d/b", Content: "x"}}}.Bytes()
	var got []string
	last := errors.New("too many")
	check := func(e zip.Entry) error {
		got = append(got, fmt.Sprint("check ", e.Name, e.Mode.IsDir()))
		if e.Name == "d/b" {
			return last
		}
		return nil
	}
	visit := func(e zip.Entry, _ io.Reader) error { got = append(got, "visit "+e.Name); return nil }
	err := zip.Walk(bytes.NewReader(archive), int64(len(archive)), limits, check, visit)
	if want := []string{"check afalse", "check d/true", "check d/bfalse"}; !errors.Is(err, last) || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestContentThatIsNotReadIsCheckedAllTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range archivetest.Zips() {
		err := zip.Walk(bytes.NewReader(c.Archive), int64(len(c.Archive)), limits, nil, func(e zip.Entry, _ io.Reader) error { return e.Fault })
		if pack.CodeOf(err) != c.Want {
			t.Errorf("%s %s: %v", c.ID, c.Name, err)
		}
	}
}

func TestErrorsOfOthersComeBackAsTheyAre(t *testing.T) {
	t.Parallel()
	archive := archivetest.Zip{Files: []archivetest.ZipFile{{Name: "a", Content: archivetest.Text()}}}.Bytes()
	lost := pack.Errorf(pack.CodeIO, "disk lost")
	for n := 1; n < 20; n++ {
		left := n
		r := readerAt(func(p []byte, at int64) (int, error) {
			if left--; left == 0 {
				return 0, lost
			}
			return bytes.NewReader(archive).ReadAt(p, at)
		})
		err := zip.Walk(r, int64(len(archive)), limits, nil, func(_ zip.Entry, content io.Reader) error {
			if _, err := io.Copy(io.Discard, content); err != nil {
				return pack.Errorf(pack.CodeUnsafePath, "write: %w", err)
			}
			return nil
		})
		if left <= 0 && !errors.Is(err, lost) || left > 0 && err != nil {
			t.Errorf("lost at read %d: error %v", n, err)
		}
	}
	full := errors.New("disk full")
	err := zip.Walk(bytes.NewReader(archive), int64(len(archive)), limits, nil, func(zip.Entry, io.Reader) error { return full })
	if !errors.Is(err, full) || err.Error() != full.Error() {
		t.Errorf("got %v", err)
	}
}

type readerAt func(p []byte, at int64) (int, error)

func (f readerAt) ReadAt(p []byte, at int64) (int, error) { return f(p, at) }

func TestLimits(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("\x00", 11<<20)
	for name, tc := range map[string]struct {
		limits zip.Limits
		want   string
	}{
		"none":     {zip.Limits{Entries: 2, Unpacked: 22 << 20, Ratio: 2000}, ""},
		"entries":  {zip.Limits{Entries: 1, Unpacked: 22 << 20, Ratio: 2000}, "number of entries"},
		"unpacked": {zip.Limits{Entries: 2, Unpacked: 22<<20 - 1, Ratio: 2000}, "unpacked size"},
		"ratio":    {zip.Limits{Entries: 2, Unpacked: 22 << 20, Ratio: 200}, "compression ratio"},
	} {
		archive := archivetest.Zip{Files: []archivetest.ZipFile{{Name: "a", Content: zeros}, {Name: "b", Content: zeros}}}.Bytes()
		err := zip.Walk(bytes.NewReader(archive), int64(len(archive)), tc.limits, nil, func(zip.Entry, io.Reader) error { return nil })
		limit, ok := errors.AsType[*pack.LimitError](err)
		if tc.want == "" && err != nil || tc.want != "" && (!ok || limit.Limit != tc.want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// FuzzZip: archive/zip reads accepted archives in the same way.
func FuzzZip(f *testing.F) {
	for _, c := range archivetest.Zips() {
		if len(c.Archive) < 8<<10 {
			f.Add(c.Archive)
		}
	}
	f.Fuzz(func(t *testing.T, archive []byte) {
		got, err := list(archive)
		if err != nil {
			if pack.CodeOf(err) == "" {
				t.Errorf("error without a code: %v", err)
			}
			return
		}
		if want := byStandard(t, archive); !slices.Equal(got, want) {
			t.Errorf("got %q, archive/zip has %q", got, want)
		}
	})
}

func byStandard(t *testing.T, archive []byte) []string {
	t.Helper()
	r, err := stdzip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil && !errors.Is(err, stdzip.ErrInsecurePath) {
		t.Fatalf("archive/zip: %v", err)
	}
	var all []string
	for _, f := range r.File {
		content, err := f.Open()
		if err != nil {
			t.Fatalf("archive/zip: %v", err)
		}
		data, err := io.ReadAll(content)
		if err != nil {
			t.Fatalf("archive/zip: %q: %v", f.Name, err)
		}
		mode := f.Mode() & (1<<31 | 0o777) // the type, if it is a directory, and permissions
		if f.CreatorVersion>>8 != 3 {
			mode = mode&(1<<31) | 0o644
		}
		if mode.IsDir() {
			mode = 1<<31 | 0o755
		}
		all = append(all, fmt.Sprintf("%v %s %s", mode, f.Name, data))
	}
	return all
}
