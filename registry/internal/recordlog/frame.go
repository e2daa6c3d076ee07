package recordlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// Format is the version of the format of frames.
const Format = 1

const (
	frameHeader = 16
	maxPayload  = 1 << 30
	sector      = 512
)

var (
	errTorn    = errors.New("torn frame")
	errDamaged = errors.New("damaged frame")
	errNewer   = errors.New("frame of a newer format")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(data []byte) uint32 { return crc32.Checksum(data, castagnoli) }

// appendFrame appends the frame of payload to dst.
func appendFrame(dst, payload []byte) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.LittleEndian.AppendUint32(dst, checksum(payload))
	dst = binary.LittleEndian.AppendUint32(dst, Format)
	dst = binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
	return append(dst, payload...)
}

// nextFrame returns the payload of the first frame of data, which extends to the
// end of the file, and the length of the frame.
func nextFrame(data []byte) (payload []byte, n int, err error) {
	if len(data) < frameHeader {
		return nil, 0, errTorn
	}
	length, sum, format, sound := readHeader(data)
	switch {
	case !sound:
		return nil, 0, badFrame(data)
	case format > Format:
		return nil, 0, errNewer
	case length > maxPayload:
		return nil, 0, errDamaged
	case length > len(data)-frameHeader:
		return nil, 0, errTorn
	}
	n = frameHeader + length
	payload = data[frameHeader:n:n]
	if checksum(payload) != sum {
		return nil, 0, badFrame(data)
	}
	return payload, n, nil
}

// readHeader reads the header of a frame; sound reports whether its
// checksum is correct.
func readHeader(data []byte) (length int, sum, format uint32, sound bool) {
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(data[at:]) }
	return int(u32(0)), u32(4), u32(8), u32(12) == checksum(data[:12])
}

// badFrame distinguishes a torn tail from damage. After a crash of the machine, a file
// may have its new length while some blocks were never written: these read as zeros.
// Any other content is damage, and so are zeros that precede a sound frame.
func badFrame(data []byte) error {
	hole := data[len(data)-1] == 0 || bytes.Contains(data, make([]byte, sector))
	if hole && !soundFrameIn(data[1:]) {
		return errTorn
	}
	return errDamaged
}

// soundFrameIn reports whether a complete frame begins anywhere in data.
func soundFrameIn(data []byte) bool {
	for ; len(data) >= frameHeader; data = data[1:] {
		length, sum, _, sound := readHeader(data)
		if sound && length <= len(data)-frameHeader && checksum(data[frameHeader:frameHeader+length]) == sum {
			return true
		}
	}
	return false
}
