package digest

import (
	"cmp"
	"strings"
)

// An Order compares two paths, as cmp.Compare does.
type Order func(a, b string) int

// ByComponent orders paths by their components, as a walk does that visits the
// names of each directory in byte-wise order. It is the order of a directory
// checksum.
func ByComponent(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		switch {
		case a[i] == b[i]:
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return +1
		default:
			return cmp.Compare(a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// ByString orders paths byte-wise as a whole. Some publishers compute directory
// checksums in this order. It differs from [ByComponent] when a name continues
// the name of a directory beside it with a byte below "/".
func ByString(a, b string) int { return strings.Compare(a, b) }
