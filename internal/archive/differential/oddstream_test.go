package differential_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os/exec"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/packtrain/pack/internal/testkit/archivetest"
)

// oddGzip makes a gzip stream of one to three members.
func oddGzip(random *rand.Rand, content string) []byte {
	var out []byte
	for _, part := range cut(random, content, 3) {
		out = append(out, oddMember(random, part)...)
	}
	if oneIn(random, 8) {
		out = append(out, make([]byte, 1+random.IntN(1000))...)
	}
	if oneIn(random, 8) {
		out = changeOnce(out, random)
	}
	return out
}

// oddMember is a member with some of the optional parts of a header.
func oddMember(random *rand.Rand, content string) []byte {
	const text, sum, extra, name, comment = 1, 2, 4, 8, 16
	flags := byte(0)
	for bit := range 5 {
		flags |= byte(random.IntN(3)/2) << bit
	}
	if oneIn(random, 20) {
		flags |= 1 << (5 + random.IntN(3))
	}
	head := append([]byte{0x1f, 0x8b, 8, flags}, "tttt\x00\x03"...)
	head[8], head[9] = byte(pick(random, 0, 2, 4)), byte(pick(random, 3, 0, 255))
	if flags&extra != 0 {
		field := pick(random, "", "AB\x02\x00xy", "BC\x02\x00\xff\xff", "RA\x00\x00", "ABxy", some(random, 9))
		head = append(binary.LittleEndian.AppendUint16(head, uint16(len(field))), field...)
	}
	if flags&name != 0 {
		head = append(head, pick(random, "x.tar\x00", "\x00", "../x\x00", "ü\x00")...)
	}
	if flags&comment != 0 {
		head = append(head, "comment\x00"...)
	}
	if flags&sum != 0 {
		head = binary.LittleEndian.AppendUint16(head, uint16(crc32.ChecksumIEEE(head))^uint16(random.IntN(8)/7))
	}
	var body bytes.Buffer
	w, _ := flate.NewWriter(&body, pick(random, -2, 0, 1, 6, 9)) // fails for unknown levels only
	for _, part := range cut(random, content, 3) {
		_, _ = w.Write([]byte(part)) // a buffer takes everything
		_ = w.Flush()
	}
	_ = w.Close()
	out := append(head, body.Bytes()...)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(content)))
	return binary.LittleEndian.AppendUint32(out, uint32(len(content)))
}

// oddZstd makes a zstd frame, and sometimes something around it.
func oddZstd(random *rand.Rand, content string) []byte {
	out := rawZstd(random, content)
	if random.IntN(3) > 0 {
		out = encodedZstd(random, content)
	}
	skippable := pick(random, "\x50", "\x5f") + "\x2a\x4d\x18" + pick(random, "\x00\x00\x00\x00", "\x03\x00\x00\x00abc")
	switch random.IntN(12) {
	case 0:
		out = append([]byte(skippable), out...)
	case 1:
		out = append(out, skippable...)
	case 2:
		out = append(out, rawZstd(random, "")...)
	case 3:
		out = changeOnce(out, random)
	}
	return out
}

func encodedZstd(random *rand.Rand, content string) []byte {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(oneIn(random, 2)), zstd.WithSingleSegment(oneIn(random, 2)),
		zstd.WithWindowSize(1<<(10+random.IntN(14))), zstd.WithEncoderLevel(zstd.EncoderLevel(1+random.IntN(4))))
	if err != nil {
		panic(err) // all options are in their range
	}
	if oneIn(random, 2) {
		return w.EncodeAll([]byte(content), nil)
	}
	for _, part := range cut(random, content, 4) {
		_, _ = w.Write([]byte(part)) // a buffer takes everything
		_ = w.Flush()
	}
	_ = w.Close()
	return out.Bytes()
}

// rawZstd is a frame of blocks that are not compressed, or one byte repeated.
func rawZstd(random *rand.Rand, content string) []byte {
	out := []byte("\x28\xb5\x2f\xfd")
	size, single := pick(random, 0, 2, 3), byte(0)
	if size > 0 || len(content) < 256 {
		single = byte(random.IntN(2))
	}
	out = append(out, byte(size)<<6|single<<5|byte(random.IntN(20)/19)<<random.IntN(5))
	if single == 0 {
		out = append(out, byte(pick(random, 0x38, 0x39, 0x40, 0x68, 0x00, 0x69)))
	}
	n := uint64(len(content)) + uint64(random.IntN(12)/11)
	switch {
	case size == 0 && single == 1:
		out = append(out, byte(n))
	case size == 2:
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	case size == 3:
		out = binary.LittleEndian.AppendUint64(out, n)
	}
	block := func(kind, size, last int, text string) {
		word := size<<3 | kind<<1 | last
		out = append(append(out, byte(word), byte(word>>8), byte(word>>16)), text...)
	}
	for part := range strings.SplitAfterSeq(content, archivetest.Zeros()) {
		if zeros := len(part) - len(archivetest.Zeros()); zeros >= 0 {
			block(0, zeros, 0, part[:zeros])
			part = "\x00"
			block(1, len(archivetest.Zeros()), 0, part)
			continue
		}
		block(0, len(part), 0, part)
	}
	block(0, 0, 1, "")
	return out
}

// oddBzip2 makes one to three streams.
func oddBzip2(random *rand.Rand, content string) []byte {
	var out []byte
	for _, part := range cut(random, content, 3) {
		out = append(out, run(part, "bzip2", fmt.Sprintf("-%d", 1+random.IntN(9)))...)
	}
	if oneIn(random, 8) {
		out = changeOnce(out, random)
	}
	return out
}

// oddXz makes one or two streams of several blocks.
func oddXz(random *rand.Rand, content string) []byte {
	var out []byte
	for _, part := range cut(random, content, 2) {
		check := "--check=" + pick(random, "none", "crc32", "crc64", "sha256")
		out = append(out, run(part, "xz", check, fmt.Sprintf("-%d", random.IntN(3)), "--block-size="+pick(random, "512", "4096", "1MiB"))...)
		out = append(out, make([]byte, 4*(random.IntN(12)/11))...) // padding
	}
	if oneIn(random, 8) {
		out = changeOnce(out, random)
	}
	return out
}

// run returns what a program makes of its standard input, which it must accept.
func run(in, program string, args ...string) []byte {
	cmd := exec.Command(program, args...)
	cmd.Stdin = strings.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		panic(fmt.Sprintf("%s: %v", program, err))
	}
	return out
}
