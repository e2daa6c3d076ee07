package recordlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// Format is the version of the format of frames.
const Format = 2

const (
	frameHeader = 24
	maxPayload  = 1 << 30
	sector      = 512
)

// A Frame is one entry of the log.
type Frame struct {
	// Payload is what reading the log returns.
	Payload []byte
	// Body is what only [Log.ReadBody] reads. [Log.Read] leaves it nil.
	Body []byte
	// BodyAt is the place of the body in the file, and BodySize its length. The log sets
	// them.
	BodyAt, BodySize int64

	at      int64 // the place of the frame
	bodySum uint32
}

var (
	errTorn    = errors.New("torn frame")
	errDamaged = errors.New("damaged frame")
	errNewer   = errors.New("frame of a newer format")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(data []byte) uint32 { return crc32.Checksum(data, castagnoli) }

// A header is what a frame begins with: the lengths and checksums of its payload and
// body, the format, and the checksum of all of these.
type header struct {
	payload, payloadSum uint32
	body, bodySum       uint32
	format              uint32
}

func (h *header) size() int64 { return frameHeader + int64(h.payload) + int64(h.body) }

// appendHeader appends the header of f to dst.
func appendHeader(dst []byte, f *Frame) []byte {
	start := len(dst)
	for _, v := range []uint32{uint32(len(f.Payload)), checksum(f.Payload), uint32(len(f.Body)), checksum(f.Body), Format} {
		dst = binary.LittleEndian.AppendUint32(dst, v)
	}
	return binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
}

// appendFrame appends f to dst.
func appendFrame(dst []byte, f *Frame) []byte {
	dst = append(appendHeader(dst, f), f.Payload...)
	return append(dst, f.Body...)
}

// readHeader reads the header of a frame; sound reports whether its checksum is correct.
func readHeader(data []byte) (h header, sound bool) {
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(data[at:]) }
	return header{u32(0), u32(4), u32(8), u32(12), u32(16)}, u32(20) == checksum(data[:20])
}

// complete reports whether data begins with the frame of h, all of it.
func (h *header) complete(data []byte) bool {
	if h.size() > int64(len(data)) {
		return false
	}
	body := data[frameHeader+int(h.payload) : h.size()]
	return checksum(data[frameHeader:frameHeader+int(h.payload)]) == h.payloadSum && checksum(body) == h.bodySum
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
		if h, sound := readHeader(data); sound && h.complete(data) {
			return true
		}
	}
	return false
}
