package git

// patch applies a delta to a base: the result consists of parts of the base and
// of data in the delta.
func (d delta) patch(base []byte) ([]byte, error) {
	made := make([]byte, 0, d.to)
	for steps := d.steps; len(steps) > 0; {
		part, rest, ok := step(base, steps)
		if !ok || len(part) > cap(made)-len(made) {
			return nil, Broken("a delta has an invalid instruction")
		}
		made, steps = append(made, part...), rest
	}
	if len(made) != cap(made) {
		return nil, Broken("a delta makes %d bytes instead of %d", len(made), cap(made))
	}
	return made, nil
}

// step takes the first of the steps of a delta: its first byte says how many
// bytes follow for the result, or which bytes of the place and the length of a
// part of the base follow.
func step(base, steps []byte) (part, rest []byte, ok bool) {
	op, steps := steps[0], steps[1:]
	if op&0x80 == 0 {
		n := int(op)
		if n == 0 || n > len(steps) {
			return nil, nil, false
		}
		return steps[:n], steps[n:], true
	}
	var number [7]byte
	for i := range number {
		if op>>i&1 == 0 {
			continue
		}
		if len(steps) == 0 {
			return nil, nil, false
		}
		number[i], steps = steps[0], steps[1:]
	}
	at, n := little(number[:4]), little(number[4:])
	if n == 0 {
		n = 1 << 16
	}
	if at+n > int64(len(base)) {
		return nil, nil, false
	}
	return base[at : at+n], steps, true
}

// little reads a number whose lowest byte comes first.
func little(b []byte) (n int64) {
	for i, x := range b {
		n |= int64(x) << (8 * i)
	}
	return n
}
