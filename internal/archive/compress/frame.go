package compress

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"

	"github.com/packtrain/pack"
)

const (
	// maxWindow is what every zstd decoder is advised to support, and what
	// compressors use up to level 19.
	maxWindow   = 8 << 20
	frameMagic  = "\x28\xb5\x2f\xfd"
	maxBlock    = 128 << 10
	blockHeader = 3
)

// A frame passes one zstd frame on to a decoder, and checks its
// framing before that decoder sees it: the decoder would skip frames that are
// marked so, and go on with further ones.
type frame struct {
	r        *bufio.Reader
	unpacked int64

	left     int64 // bytes to pass on as they are
	begun    bool
	last     bool // no block follows
	checksum bool
	err      error
}

// Read implements [io.Reader].
func (f *frame) Read(p []byte) (int, error) {
	for f.left == 0 && f.err == nil {
		f.err = f.advance()
	}
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.r.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, cut(err)
}

// advance looks at the next part of the frame, and lets it pass.
func (f *frame) advance() error {
	switch {
	case !f.begun:
		f.begun = true
		return f.header()
	case !f.last:
		return f.block()
	case f.checksum:
		f.checksum, f.left = false, 4
		return nil
	}
	if _, err := f.r.Peek(1); err != nil {
		return err
	}
	return malformed("unexpected data after the first zstd frame")
}

// header checks the header of the frame, as RFC 8878 3.1.1.1 has it.
func (f *frame) header() error {
	head, err := f.r.Peek(len(frameMagic) + 2)
	if err != nil {
		return cut(err)
	}
	flags, window := head[4], head[5]
	single, dictionary := flags&0x20 != 0, flags&3
	f.checksum = flags&4 != 0
	if dictionary != 0 {
		return malformed("the zstd stream needs a dictionary")
	}
	sizeBytes := int64(1) << (flags >> 6)
	if sizeBytes == 1 && !single {
		sizeBytes = 0
	}
	f.left = int64(len(frameMagic)) + 1 + sizeBytes
	if !single {
		f.left++ // the window
	}
	return f.checkHeader(single, window, sizeBytes)
}

// checkHeader checks the sizes in the header: that of the window, which is that
// of the content when it is a single segment.
func (f *frame) checkHeader(single bool, window byte, sizeBytes int64) error {
	head, err := f.r.Peek(int(f.left))
	if err != nil {
		return cut(err)
	}
	size := contentSize(head[f.left-sizeBytes:])
	if size > uint64(f.unpacked) {
		return &pack.LimitError{Limit: "unpacked size", Max: f.unpacked, Value: clamp(size)}
	}
	if single {
		return checkWindow(size)
	}
	return checkWindow(windowSize(window))
}

func windowSize(descriptor byte) uint64 {
	base := uint64(1) << (10 + descriptor>>3)
	return base + base/8*uint64(descriptor&7)
}

func checkWindow(size uint64) error {
	if size <= maxWindow {
		return nil
	}
	return &pack.LimitError{Limit: "window of the zstd stream", Max: maxWindow, Value: clamp(size)}
}

// contentSize reads the size that the header states, 0 for none.
func contentSize(field []byte) uint64 {
	switch len(field) {
	case 1:
		return uint64(field[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(field)) + 256
	case 4:
		return uint64(binary.LittleEndian.Uint32(field))
	case 8:
		return binary.LittleEndian.Uint64(field)
	}
	return 0
}

func clamp(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// block checks the header of a block.
func (f *frame) block() error {
	head, err := f.r.Peek(blockHeader)
	if err != nil {
		return cut(err)
	}
	word := int64(head[0]) | int64(head[1])<<8 | int64(head[2])<<16
	kind, size := word>>1&3, word>>3
	f.last = word&1 != 0
	switch {
	case size > maxBlock || kind == 3:
		return malformed("a block of the zstd stream is malformed")
	case kind == 1:
		size = 1 // one byte that is repeated
	}
	f.left = blockHeader + size
	return nil
}

// cut explains an end in the middle; the decoder would take some for the end.
func cut(err error) error {
	if err == io.EOF { //nolint:errorlint // bufio returns it bare
		return malformed("the zstd stream is truncated")
	}
	return err
}
