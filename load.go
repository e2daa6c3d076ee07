package pack

// A Shape is a dialect of pack files.
type Shape string

// The shapes.
const (
	// ShapeNative is our own: components carry a ref.
	ShapeNative Shape = "native"
	// ShapeStackStorm is read for compatibility: components carry a name, rules
	// and sensors their triggers inline.
	ShapeStackStorm Shape = "stackstorm"
)

// A Pack is the content of a pack's own files, as [Load] read them.
type Pack struct {
	Manifest Manifest `json:"manifest"`
	// Components of every kind, ordered by kind and file.
	Components []Component `json:"components"`
	// Findings of loading, errors included: see [Findings.Err].
	Findings Findings `json:"findings"`
}

// Count returns how many components of each kind the pack has; kinds without
// any are absent.
func (p *Pack) Count() map[Kind]int {
	n := map[Kind]int{}
	for _, c := range p.Components {
		n[c.Kind]++
	}
	return n
}

// Component returns the component of kind k with the given full ref, or nil.
func (p *Pack) Component(k Kind, ref string) *Component {
	for i := range p.Components {
		if c := &p.Components[i]; c.Kind == k && c.Ref == ref {
			return c
		}
	}
	return nil
}
