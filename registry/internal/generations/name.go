package generations

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/packtrain/pack"
)

// NextName returns a name for the next generation of ref, with content of the
// given tree digest: higher than those on disk and those that are known
// otherwise. The caller holds the lock of ref.
func (d *Disk) NextName(ref pack.Ref, tree pack.Digest, known ...string) (string, error) {
	entries, err := os.ReadDir(d.pack(ref))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", pack.Errorf(pack.CodeIO, "list generations: %w", err)
	}
	for _, e := range entries {
		known = append(known, e.Name())
	}
	last := 0
	for _, name := range known {
		last = max(last, number(name))
	}
	return newName(last+1, tree), nil
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
