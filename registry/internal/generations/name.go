package generations

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
)

// NextName returns a name for the next generation of ref, with content of the
// given tree digest. Its number is higher than those on disk, of the pack that
// was removed before, and of the names that are known otherwise. The caller
// holds the lock of ref.
func (d *Disk) NextName(ref pack.Ref, tree pack.Digest, known ...string) (string, error) {
	last, err := d.lastNumber(ref)
	if err != nil {
		return "", err
	}
	for _, name := range known {
		last = max(last, number(name))
	}
	return newName(last+1, tree), nil
}

// lastNumber returns the highest number of a generation of ref on disk, or of one
// that was removed with its pack; 0 for none.
func (d *Disk) lastNumber(ref pack.Ref) (last int, err error) {
	entries, err := os.ReadDir(d.pack(ref))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, pack.Errorf(pack.CodeIO, "list generations: %w", err)
	}
	for _, e := range entries {
		last = max(last, number(e.Name()))
	}
	data, err := os.ReadFile(d.lastFile(ref))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return last, nil
	case err != nil:
		return 0, pack.Errorf(pack.CodeIO, "read last generation: %w", err)
	}
	removed, _ := strconv.Atoi(string(data)) // a damaged file counts as none
	return max(last, removed), nil
}

// newName consists of the number and the beginning of the tree digest.
func newName(number int, tree pack.Digest) string {
	_, hex, _ := strings.Cut(tree.String(), ":")
	return fmt.Sprintf("%06d-%s", number, hex[:12])
}

// number returns the number in the name of a generation, 0 for any other name.
func number(name string) int {
	var number int
	var digest string
	if n, err := fmt.Sscanf(name, "%d-%s", &number, &digest); n != 2 || err != nil {
		return 0
	}
	return number
}

// isName reports whether name is the name of a generation. Such a name can
// become part of a path.
func isName(name string) bool {
	return number(name) > 0 && !strings.ContainsAny(name, `/\`)
}
