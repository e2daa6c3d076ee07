package yaml

import (
	"math"
	"strconv"
	"strings"
)

// A Kind is the kind of a [Node].
type Kind int

// The kinds. Dates are strings.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	Sequence
	Mapping
)

// String returns the name of the kind for messages.
func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a number", "a string", "a list", "a mapping"}[k]
}

// A Node is a value of the document. Nodes are shared where the document has
// aliases, and never changed.
type Node struct {
	Kind Kind
	Line int // from 1
	// Text is a scalar as it is written, without quotes and escapes.
	Text string
	// Quoted is set for a string that was written with quotes or as a block.
	Quoted bool
	Items  []*Node // of a sequence
	Fields []Field // of a mapping, in order; merge keys are resolved

	nodes, height int // of the expanded tree below and with this node
}

// A Field is one entry of a mapping.
type Field struct {
	Key   *Node // a scalar
	Value *Node
}

// Field returns the entry with the given key, or nil.
func (n *Node) Field(key string) *Field {
	for i := range n.Fields {
		if n.Fields[i].Key.Text == key {
			return &n.Fields[i]
		}
	}
	return nil
}

// Get returns the value of the entry of a mapping with the given key. It is nil if the entry
// is absent or null, and if n is nil or no mapping.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Mapping {
		return nil
	}
	if f := n.Field(key); f != nil && f.Value.Kind != Null {
		return f.Value
	}
	return nil
}

// Value returns the node as nil, bool, int64, uint64, float64, string, []any or
// map[string]any. Keys are as written.
func (n *Node) Value() any {
	switch n.Kind {
	case Bool:
		return strings.EqualFold(n.Text, "true")
	case Int:
		return integer(n.Text)
	case Float:
		return float(n.Text)
	case String:
		return n.Text
	case Sequence:
		return n.list()
	case Mapping:
		return n.Map()
	default:
		return nil
	}
}

// Map returns the mapping as Value does, an empty map for any other node.
func (n *Node) Map() map[string]any {
	m := make(map[string]any, len(n.Fields))
	for _, f := range n.Fields {
		m[f.Key.Text] = f.Value.Value()
	}
	return m
}

func (n *Node) list() []any {
	list := make([]any, len(n.Items))
	for i, item := range n.Items {
		list[i] = item.Value()
	}
	return list
}

func integer(text string) any {
	digits := strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return i
	}
	if u, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return u
	}
	return float(text)
}

func float(text string) float64 {
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil { // text such as ".nan"
		return math.NaN()
	}
	return f
}
