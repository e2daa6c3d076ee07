package tar_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/tar"
	"github.com/packtrain/pack/internal/testkit/archivetest"
)

// Shorthands for what archivetest makes.
var (
	header = archivetest.Header
	file   = archivetest.File
	meta   = archivetest.Meta
	record = archivetest.Record
	set    = archivetest.Set
	end    = archivetest.End()
	good   = file("a", "hello") + header('5', "d/", 0) + file("d/b", "")
)

// maxEntries is more than any archive here has.
const maxEntries = 10_000

// list returns the entries, each as "mode name content".
func list(archive string) ([]string, error) {
	var got []string
	err := tar.Walk(strings.NewReader(archive), maxEntries, func(e tar.Entry, content io.Reader) error {
		isSpecial := !e.Mode.IsRegular() && !e.Mode.IsDir() || e.Link != ""
		if isSpecial != (e.Fault != nil) {
			return fmt.Errorf("%s is %v, a link to %q, with the fault %w", e.Name, e.Mode, e.Link, e.Fault)
		}
		if isSpecial {
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
