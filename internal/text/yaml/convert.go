package yaml

import (
	"fmt"
	"math"
)

// maxInt stands for every number of nodes above it.
const maxInt = 1 << 30

// decode parses text and converts what yaml.v3 makes of it into our tree.
func decode(text []byte, lim Limits) (*Node, []Problem) {
	root, problem := syntaxTree(text, lim)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	c := converter{lim: lim, anchored: map[*rawNode]*Node{}}
	node := c.convert(root, 1)
	if !c.stopped && node.nodes > lim.Nodes {
		c.stop(exceeded(node.Line, "number of values", lim.Nodes, node.nodes))
	}
	if c.stopped {
		return nil, c.problems
	}
	return node, c.problems
}

// A converter makes our tree of a raw one.
type converter struct {
	lim      Limits
	problems []Problem
	stopped  bool // a limit is passed: the tree is incomplete
	aliases  int
	anchored map[*rawNode]*Node // nil while the node is being converted
}

func (c *converter) report(reason Reason, line int, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{Reason: reason, Line: line, Message: fmt.Sprintf(format, args...)})
	}
}

func (c *converter) stop(p Problem) {
	if !c.stopped {
		c.stopped = true
		c.problems = append(c.problems, p)
	}
}

// convert returns the node for raw, which is depth levels deep. It never
// returns nil.
func (c *converter) convert(raw *rawNode, depth int) *Node {
	n := &Node{Line: raw.Line, nodes: 1, height: 1}
	if depth > c.lim.Depth {
		c.stop(exceeded(raw.Line, "nesting depth", c.lim.Depth, depth))
	}
	if c.stopped {
		return n
	}
	c.checkTag(raw)
	if raw.Anchor != "" {
		c.openAnchor(raw)
		defer func() { c.anchored[raw] = n }()
	}
	switch raw.Kind {
	case rawAlias:
		return c.alias(raw, depth)
	case rawMapping:
		c.mapping(n, raw, depth)
	case rawSequence:
		c.sequence(n, raw, depth)
	default:
		c.scalar(n, raw)
	}
	return n
}

// checkTag admits only tags that say what the value is anyway.
func (c *converter) checkTag(raw *rawNode) {
	if raw.Style&rawTagged == 0 {
		return
	}
	switch {
	case raw.Tag == "!!str" && raw.Kind != rawMapping && raw.Kind != rawSequence,
		raw.Tag == "!!map" && raw.Kind == rawMapping,
		raw.Tag == "!!seq" && raw.Kind == rawSequence:
	default:
		c.report(BadTag, raw.Line, "tag %.64q is not allowed; remove it", raw.Tag)
	}
}

func (c *converter) openAnchor(raw *rawNode) {
	c.anchored[raw] = nil
	if c.lim.Aliases == 0 {
		c.report(BadAlias, raw.Line, "anchor %.64q is not allowed in this file; write the value out", "&"+raw.Anchor)
	}
}

func (c *converter) alias(raw *rawNode, depth int) *Node {
	none := &Node{Line: raw.Line, nodes: 1, height: 1}
	c.aliases++
	switch {
	case c.lim.Aliases == 0:
		c.report(BadAlias, raw.Line, "alias %.64q is not allowed in this file; write the value out", "*"+raw.Value)
		return none
	case c.aliases > c.lim.Aliases:
		c.stop(exceeded(raw.Line, "number of aliases", c.lim.Aliases, c.aliases))
		return none
	}
	target := c.anchored[raw.Alias]
	switch {
	case target == nil:
		c.report(BadAlias, raw.Line, "alias %.64q is inside its own anchor", "*"+raw.Value)
		return none
	case depth+target.height-1 > c.lim.Depth:
		c.stop(exceeded(raw.Line, "nesting depth", c.lim.Depth, depth+target.height-1))
	}
	return target
}

func (c *converter) sequence(n *Node, raw *rawNode, depth int) {
	n.Kind = Sequence
	n.Items = make([]*Node, 0, len(raw.Content))
	for _, item := range raw.Content {
		child := c.convert(item, depth+1)
		n.Items = append(n.Items, child)
		n.grow(child)
	}
}

func (c *converter) scalar(n *Node, raw *rawNode) {
	n.Text = raw.Value
	n.Quoted = raw.Style&rawQuoted != 0
	switch tag := raw.Tag; {
	case raw.Style&rawTagged != 0:
		n.Kind = String // the only scalar that may have a tag
	case tag == "!!null":
		n.Kind = Null
	case tag == "!!bool":
		n.Kind = Bool
	case tag == "!!int":
		n.Kind = Int
	case tag == "!!float":
		n.Kind = Float
		c.checkNumber(n)
	default:
		n.Kind = String
	}
}

// checkNumber reports NaN and infinity, and makes text of them.
func (c *converter) checkNumber(n *Node) {
	if f := float(n.Text); math.IsNaN(f) || math.IsInf(f, 0) {
		n.Kind = String
		c.report(BadNumber, n.Line, "%.64q is not a finite number; write one, or quote the text", n.Text)
	}
}

// grow counts a child.
func (n *Node) grow(child *Node) {
	n.nodes = min(n.nodes+child.nodes, maxInt)
	n.height = max(n.height, child.height+1)
}
