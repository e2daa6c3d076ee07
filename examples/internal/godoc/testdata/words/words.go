// Package words has types with documentation of each kind.
package words

// A Color is one of a few.
type Color string

// The colors.
const (
	Red  Color = "red" // as in [words.Door]
	Blue Color = "blue"
)

// A Door leads
// somewhere.
type Door[T any] struct {
	leads
	// Wide is its width, and High its height; nil if it is not known.
	Wide *T `json:"wide,omitempty"`
	High *T `json:"high"`

	// Color is [Red] at first.
	Color Color `json:"color"`
	Plain int   // behind it

	Hidden int `json:"-"` // not written

	Silent int `json:"silent"`
}

type leads struct {
	// Room is where it leads; of an embedded type.
	Room string `json:"room"`
}
