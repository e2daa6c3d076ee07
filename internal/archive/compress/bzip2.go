package compress

import (
	"bufio"
	"io"
	"math/bits"
)

const (
	blockMark   = 0x314159265359
	endMark     = 0x177245385090
	groupLength = 50 // symbols that follow one selector

	// maxPart is more than the largest block takes: 900,000 symbols of 20 bits. Codes
	// can be stated in any number of bits.
	maxPart = 4 << 20
)

// A blocks passes bzip2 streams on to a decoder, and checks the Huffman
// codes of each block before that decoder sees it: where a code leaves bits without
// a meaning, decoders read the remaining bits differently. Compressors do not
// write such codes.
type blocks struct {
	bits bitReader
	out  []byte // checked and not yet passed on
	open bool   // within a stream
	err  error
}

func newBlocks(r *bufio.Reader) *blocks { return &blocks{bits: bitReader{r: r}} }

// Read implements [io.Reader].
func (b *blocks) Read(p []byte) (int, error) {
	for len(b.out) == 0 && b.err == nil {
		b.err = b.advance()
		b.out = b.bits.take()
	}
	if b.err != nil {
		return 0, b.err
	}
	n := copy(p, b.out)
	b.out = b.out[n:]
	return n, nil
}

// advance reads the header of a stream, a block, or the end of a stream.
func (b *blocks) advance() error {
	if !b.open {
		if _, err := b.bits.r.Peek(1); err != nil {
			return err
		}
		b.open = true
		b.bits.read(32) // which the decoder checks
		return b.bits.err
	}
	switch b.bits.read(48) {
	case blockMark:
		b.block()
	case endMark:
		b.bits.read(32) // checksum
		b.bits.align()
		b.open = false
	default:
		b.bits.fail()
	}
	return b.bits.err
}

// block reads the rest of a block after its mark.
func (b *blocks) block() {
	b.bits.read(32 + 1 + 24) // checksum, whether it is randomised, and where it begins
	symbols := b.symbols()
	codes := make([]code, b.bits.read(3))
	selectors := b.selectors(len(codes))
	for i := range codes {
		codes[i] = newCode(b.lengths(symbols))
		if !codes[i].complete() {
			b.bits.fail()
		}
	}
	for _, s := range selectors {
		for range groupLength {
			if b.bits.err != nil || codes[s].decode(&b.bits) == symbols-1 {
				return
			}
		}
	}
	b.bits.fail() // it has no end
}

// symbols reads which bytes occur, and returns the size of the alphabet.
func (b *blocks) symbols() int {
	n := 2 // two for runs and one for the end, less the byte that comes first
	for range bits.OnesCount64(b.bits.read(16)) {
		n += bits.OnesCount64(b.bits.read(16))
	}
	return n
}

// selectors reads which code each group of symbols has: how far back in the order
// of use it is.
func (b *blocks) selectors(codes int) []byte {
	recent := []byte{0, 1, 2, 3, 4, 5, 6}[:codes]
	chosen := make([]byte, b.bits.read(15))
	for i := range chosen {
		n := 0
		for b.bits.read(1) == 1 {
			n++
		}
		if n >= codes {
			b.bits.fail()
			return nil
		}
		s := recent[n]
		copy(recent[1:], recent[:n])
		recent[0], chosen[i] = s, s
	}
	return chosen
}

// lengths reads how many bits each symbol has in a code.
func (b *blocks) lengths(symbols int) []int {
	lengths := make([]int, symbols)
	n := int(b.bits.read(5))
	for i := range lengths {
		for b.bits.read(1) == 1 {
			n += 1 - 2*int(b.bits.read(1))
		}
		if n < 1 || n > maxCode {
			b.bits.fail()
			return nil
		}
		lengths[i] = n
	}
	return lengths
}

// A bitReader remembers the last bits it read. After an error it reads zeros.
type bitReader struct {
	r     *bufio.Reader
	taken []byte
	last  byte
	left  int // bits of last that were not read
	err   error
}

func (b *bitReader) read(n int) uint64 {
	var v uint64
	for range n {
		v = v<<1 | b.bit()
	}
	return v
}

func (b *bitReader) bit() uint64 {
	if b.left == 0 {
		b.next()
	}
	b.left--
	return uint64(b.last>>b.left) & 1
}

func (b *bitReader) next() {
	b.last, b.left = 0, 8
	if b.err != nil {
		return
	}
	c, err := b.r.ReadByte()
	switch {
	case err == io.EOF:
		b.err = malformed("the bzip2 stream is truncated")
	case err != nil:
		b.err = err
	case len(b.taken) == maxPart:
		b.fail()
	default:
		b.last, b.taken = c, append(b.taken, c)
	}
}

// align passes over the rest of a byte.
func (b *bitReader) align() { b.left = 0 }

// take returns the bits read so far.
func (b *bitReader) take() []byte {
	taken := b.taken
	b.taken = nil
	return taken
}

// fail makes the bits read last an error.
func (b *bitReader) fail() {
	if b.err == nil {
		b.err = malformed("a block of the bzip2 stream is malformed, or decoders can read it differently")
	}
	b.last = 0
}
