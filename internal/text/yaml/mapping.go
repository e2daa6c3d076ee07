package yaml

// mergeTag is what yaml.v3 calls the key "<<".
const mergeTag = "!!merge"

func (c *converter) mapping(n *Node, raw *rawNode, depth int) {
	n.Kind = Mapping
	if keys := len(raw.Content) / 2; keys > c.lim.Keys {
		c.stop(exceeded(raw.Line, "number of keys in one mapping", c.lim.Keys, keys))
		return
	}
	n.Fields = make([]Field, 0, len(raw.Content)/2)
	lines := make(map[string]int, len(raw.Content)/2)
	var merged []*Node
	for i := 0; i+1 < len(raw.Content); i += 2 {
		key, value := c.convert(raw.Content[i], depth+1), c.convert(raw.Content[i+1], depth+1)
		n.grow(value)
		switch {
		case raw.Content[i].Tag == mergeTag:
			merged = append(merged, c.mergeSources(key, value)...)
		case c.acceptKey(key, lines):
			n.Fields = append(n.Fields, Field{Key: key, Value: value})
		}
	}
	c.merge(n, merged, lines)
}

// acceptKey reports whether key is a scalar that is not in lines yet, and adds
// it to them.
func (c *converter) acceptKey(key *Node, lines map[string]int) bool {
	if key.Kind == Mapping || key.Kind == Sequence {
		c.report(BadKey, key.Line, "%s cannot be a key; quote it if it is text", key.Kind)
		return false
	}
	if first, ok := lines[key.Text]; ok {
		c.report(DuplicateKey, key.Line, "key %.64q is already at line %d; remove one of the two", key.Text, first)
		return false
	}
	lines[key.Text] = key.Line
	return true
}

// mergeSources returns the mappings that a merge key names.
func (c *converter) mergeSources(key, value *Node) []*Node {
	if c.lim.Aliases == 0 {
		c.report(BadAlias, key.Line, "merge key \"<<\" is not allowed in this file; write the entries out")
		return nil
	}
	sources := []*Node{value}
	if value.Kind == Sequence {
		sources = value.Items
	}
	for _, s := range sources {
		if s.Kind != Mapping {
			c.report(BadAlias, key.Line, "merge key \"<<\" requires a mapping, not %s", s.Kind)
			return nil
		}
	}
	return sources
}

// merge adds the entries of sources that n does not have: its own come first,
// then those of earlier sources.
func (c *converter) merge(n *Node, sources []*Node, have map[string]int) {
	for _, s := range sources {
		for _, f := range s.Fields {
			if _, ok := have[f.Key.Text]; !ok {
				have[f.Key.Text] = f.Key.Line
				n.Fields = append(n.Fields, f)
			}
		}
	}
}
