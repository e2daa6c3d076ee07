package compress

const maxCode = 20 // bits

// A code is a canonical Huffman code: shorter codes have smaller values, and codes
// of one length are in the order of their symbols.
type code struct {
	counts  [maxCode + 1]int // by length
	symbols []int            // by length, then by value
}

// newCode makes the code in which symbol i has lengths[i] bits.
func newCode(lengths []int) code {
	c := code{symbols: make([]int, len(lengths))}
	for _, n := range lengths {
		c.counts[n]++
	}
	var at [maxCode + 2]int
	for n, count := range c.counts {
		at[n+1] = at[n] + count
	}
	for symbol, n := range lengths {
		c.symbols[at[n]] = symbol
		at[n]++
	}
	return c
}

// complete reports whether all sequences of bits have a meaning, and no two.
func (c *code) complete() bool {
	total := 0
	for n, count := range c.counts {
		total += count << (maxCode - n)
	}
	return total == 1<<maxCode
}

// decode reads a symbol. The code must be complete.
func (c *code) decode(b *bitReader) int {
	value, first, index := 0, 0, 0
	for _, count := range c.counts[1:] {
		value |= int(b.bit())
		if value-first < count {
			return c.symbols[index+value-first]
		}
		index, first, value = index+count, (first+count)<<1, value<<1
	}
	return -1
}
