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
// was removed before, and of the names that are known otherwise. lock holds the lock of
// ref. If it can be lost, the name ends with its fence, so that an earlier holder that
// still runs has no part in it.
func (d *Disk) NextName(lock Lock, ref pack.Ref, tree pack.Digest, known ...string) (string, error) {
	last, err := d.lastNumber(ref)
	if err != nil {
		return "", err
	}
	for _, name := range known {
		last = max(last, number(name))
	}
	name := newName(last+1, tree)
	if fence := lock.Fence(); fence != 0 {
		name += "-" + formatFence(fence)
	}
	return name, nil
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

// formatFence returns a fence as a part of names, digits and small letters.
func formatFence(fence int64) string { return strconv.FormatInt(fence, 36) }

// parseFence returns the fence in the text, 0 for any other text.
func parseFence(text string) int64 {
	fence, _ := strconv.ParseInt(text, 36, 64)
	return fence
}

// fenceOf returns the fence under which a generation was made, 0 for none.
func fenceOf(name string) int64 {
	parts := strings.SplitN(name, "-", 3)
	if len(parts) < 3 {
		return 0
	}
	return parseFence(parts[2])
}

// SameStart reports whether the names of two generations have the same start of a tree
// digest.
func SameStart(a, b string) bool {
	start := func(name string) string { return strings.SplitN(name+"-", "-", 3)[1] }
	return start(a) == start(b)
}

// Number returns the number in the name of a generation, 0 for any other name. Later
// generations of a pack have higher numbers.
func Number(name string) int { return number(name) }

// isName reports whether name is the name of a generation. Such a name can
// become part of a path.
func isName(name string) bool {
	return number(name) > 0 && !strings.ContainsAny(name, `/\`)
}
