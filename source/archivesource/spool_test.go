package archivesource_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
)

// storedZip is a zip archive with that much content.
func storedZip(size int) []byte {
	return archivetest.Zip{Files: []archivetest.ZipFile{{Name: "pack.yaml", Content: string(make([]byte, size)), Stored: true}}}.Bytes()
}

func TestLargeZipsGoToTheScratchDirectory(t *testing.T) {
	t.Parallel()
	const none, present, missing = "", "present", "missing"
	for name, tc := range map[string]struct {
		size    int
		scratch string
		want    pack.Code
	}{
		"small":                         {1 << 10, present, ""},
		"small, without a directory":    {1 << 10, none, ""},
		"small, directory is missing":   {1 << 10, missing, ""},
		"medium":                        {5 << 20, present, ""},
		"medium, without a directory":   {5 << 20, none, ""},
		"medium, directory is missing":  {5 << 20, missing, pack.CodeIO},
		"large":                         {33 << 20, present, ""},
		"large, without a directory":    {33 << 20, none, pack.CodeLimitExceeded},
		"at the border, with directory": {4<<20 - 200, present, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scratch := filepath.Join(t.TempDir(), present) // of its own: a file has a name for a moment
			if err := os.Mkdir(scratch, 0o700); err != nil {
				t.Fatal(err)
			}
			var opts archivesource.Options
			if tc.scratch != none {
				opts.Scratch = filepath.Join(filepath.Dir(scratch), tc.scratch)
			}
			s := newSourceWith(t, opts)
			pin := pinOf(serveBytes(t, storedZip(tc.size)).URL + "/x.zip")
			got := int64(0)
			err := s.Fetch(t.Context(), pin, sinkFunc(func(_ source.Entry, content io.Reader) error {
				if names, err := os.ReadDir(scratch); err != nil || len(names) > 0 {
					t.Errorf("the scratch directory has %v, %v", names, err)
				}
				var err error
				got, err = io.Copy(io.Discard, content)
				return err
			}))
			wantCode(t, err, tc.want)
			if err == nil && got != int64(tc.size) {
				t.Errorf("got %d bytes, want %d", got, tc.size)
			}
		})
	}
}

func TestUnpackerKeepsToItsLimits(t *testing.T) {
	t.Parallel()
	zip := storedZip(1 << 10)
	for want, limits := range map[string]archivesource.Limits{
		"archive size":  {ArchiveBytes: 100},
		"unpacked size": {Bytes: 1000},
		"":              {Entries: -1, Bytes: -1, Ratio: -1, ArchiveBytes: -1},
	} {
		u := archivesource.NewUnpacker(&archivesource.UnpackerOptions{Limits: limits})
		taken := sinkFunc(func(source.Entry, io.Reader) error { return nil })
		err := u.Unpack(t.Context(), "x.zip", io.NewSectionReader(bytes.NewReader(zip), 0, int64(len(zip))), taken)
		limit, ok := errors.AsType[*pack.LimitError](err)
		if ok != (want != "") || ok && limit.Limit != want || !ok && err != nil {
			t.Errorf("error %v, want one about %q", err, want)
		}
	}
}
