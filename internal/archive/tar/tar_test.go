package tar_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/tar"
	"github.com/packtrain/pack/internal/testkit/archivetest"
)

func TestWalk(t *testing.T) {
	t.Parallel()
	got, err := list(good + file("x", "#!", set(100, "0004755\x00")) + end)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"-rw-r--r-- a hello", "drw-r--r-- d/ ", "-rw-r--r-- d/b ", "-rwxr-xr-x x #!"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWalkReadsInSmallPieces(t *testing.T) {
	t.Parallel()
	got := ""
	r := iotest.OneByteReader(strings.NewReader(good + end))
	err := tar.Walk(r, maxEntries, func(e tar.Entry, content io.Reader) error {
		got += e.Name + " "
		if content == nil {
			return nil
		}
		data, err := io.ReadAll(iotest.OneByteReader(content))
		got += string(data) + " "
		return err
	})
	if want := "a hello d/ d/b  "; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestContentThatIsNotReadIsSkipped(t *testing.T) {
	t.Parallel()
	var names []string
	err := tar.Walk(strings.NewReader(good+end), maxEntries, func(e tar.Entry, _ io.Reader) error {
		names = append(names, e.Name)
		return nil
	})
	if want := []string{"a", "d/", "d/b"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestErrorsOfOthersComeBackAsTheyAre(t *testing.T) {
	t.Parallel()
	archive := good + end
	lost := pack.Errorf(pack.CodeUnavailable, "connection lost: %w", io.ErrUnexpectedEOF)
	for n := range archive {
		r := io.MultiReader(strings.NewReader(archive[:n]), iotest.ErrReader(lost))
		err := tar.Walk(r, maxEntries, func(_ tar.Entry, content io.Reader) error {
			if content != nil {
				if _, err := io.Copy(io.Discard, content); err != nil {
					return pack.Errorf(pack.CodeIO, "write: %w", err)
				}
			}
			return nil
		})
		if !errors.Is(err, lost) || pack.CodeOf(err) != pack.CodeUnavailable {
			t.Fatalf("lost at %d: error %v", n, err)
		}
	}
	full := errors.New("disk full")
	err := tar.Walk(strings.NewReader(archive), maxEntries, func(tar.Entry, io.Reader) error { return full })
	if !errors.Is(err, full) || err.Error() != full.Error() {
		t.Errorf("got %v", err)
	}
}

// TestArchivesOfTar reads what a real program writes.
func TestArchivesOfTar(t *testing.T) {
	t.Parallel()
	program := lookPath(t, "tar")
	dir := t.TempDir()
	long := strings.Repeat("long-directory-name/", 4) + strings.Repeat("f", 90)
	files := map[string]string{"pack.yaml": "ref: demo\n", long: "deep", "actions/run.sh": "#!/bin/sh\n"}
	for name, content := range files {
		path := filepath.Join(dir, "demo", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, format := range []string{"gnu", "oldgnu", "pax", "ustar"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), program, "-C", dir, "-c", "--format="+format, "demo").Output()
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			err = tar.Walk(bytes.NewReader(out), maxEntries, func(e tar.Entry, content io.Reader) error {
				if content == nil {
					return nil
				}
				data, err := io.ReadAll(content)
				got[strings.TrimPrefix(e.Name, "demo/")] = string(data)
				return err
			})
			if diff := cmp.Diff(files, got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("%s is not installed", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func FuzzTar(f *testing.F) {
	f.Add([]byte(good + end))
	for _, tc := range archivetest.Tars() {
		if len(tc.Archive) < 8<<10 {
			f.Add([]byte(tc.Archive))
		}
	}
	f.Fuzz(checkWalk)
}

func checkWalk(t *testing.T, archive []byte) {
	const most = 100
	entries := 0
	err := tar.Walk(bytes.NewReader(archive), most, func(e tar.Entry, content io.Reader) error {
		entries++
		if e.Mode.Type() != 0 && !e.Mode.IsDir() {
			return fmt.Errorf("entry %q of mode %v", e.Name, e.Mode)
		}
		if content == nil {
			return nil
		}
		n, err := io.Copy(io.Discard, content)
		if err == nil && n != e.Size {
			t.Errorf("entry %q has %d bytes, want %d", e.Name, n, e.Size)
		}
		return err
	})
	if entries > most {
		t.Errorf("%d entries", entries)
	}
	if err != nil && pack.CodeOf(err) == "" {
		t.Errorf("error without a code: %v", err)
	}
}

func BenchmarkWalk(b *testing.B) {
	var archive strings.Builder
	text := strings.Repeat("some text that compresses like source code does; ", 40)
	for i := range 2000 {
		archive.WriteString(file(fmt.Sprintf("top/dir%d/file%d", i/50, i), text[i%50:]+fmt.Sprint(i*7919)))
	}
	archive.WriteString(end)
	b.SetBytes(int64(archive.Len()))
	for b.Loop() {
		err := tar.Walk(strings.NewReader(archive.String()), maxEntries, func(_ tar.Entry, content io.Reader) error {
			_, err := io.Copy(io.Discard, content)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
