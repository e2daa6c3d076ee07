package gittest

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// The types of objects in a pack.
const (
	CommitType      = 1
	TreeType        = 2
	BlobType        = 3
	TagType         = 4
	OffsetDeltaType = 6
	NameDeltaType   = 7
)

// A Packed object is written as it says, true or not.
type Packed struct {
	Type   int
	Data   []byte
	Size   int64  // declared; 0 means the true one
	Base   []byte // what a delta says of its base, between header and content
	Stream []byte // instead of the compressed data
}

// BuildPack returns a pack of the given objects, and their offsets.
func BuildPack(objects ...Packed) (content []byte, offsets []int) {
	var b bytes.Buffer
	b.WriteString("PACK\x00\x00\x00\x02")
	_ = binary.Write(&b, binary.BigEndian, uint32(len(objects)))
	for _, o := range objects {
		offsets = append(offsets, b.Len())
		o.write(&b)
	}
	sum := sha1.Sum(b.Bytes())
	return append(b.Bytes(), sum[:]...), offsets
}

func (o Packed) write(b *bytes.Buffer) {
	size := o.Size
	if size == 0 {
		size = int64(len(o.Data))
	}
	first := byte(o.Type<<4) | byte(size&0x0f)
	for size >>= 4; size > 0; size >>= 7 {
		b.WriteByte(first | 0x80)
		first = byte(size & 0x7f)
	}
	b.WriteByte(first)
	b.Write(o.Base)
	if o.Stream != nil {
		b.Write(o.Stream)
		return
	}
	z := zlib.NewWriter(b)
	_, _ = z.Write(o.Data)
	_ = z.Close()
}

// Zeros returns the start of a compressed stream of n MiB of zeros, in about n KiB.
func Zeros(n int) []byte {
	var b bytes.Buffer
	b.WriteString("\x78\x9c")
	z, _ := flate.NewWriter(&b, flate.BestCompression)
	chunk := make([]byte, 1<<20)
	_, _ = z.Write(chunk)
	_ = z.Flush()
	start := b.Len()
	_, _ = z.Write(chunk) // from here on each chunk refers to the one before alike
	_ = z.Flush()
	return append(b.Bytes()[:start:start], bytes.Repeat(b.Bytes()[start:], n-1)...)
}

// SmallPack returns a pack with one commit of one file, and the commit.
func SmallPack() (content []byte, commit string) {
	blob := []byte("ref: sample\n")
	tree := append([]byte("100644 pack.yaml\x00"), ObjectName("blob", blob)...)
	head := []byte("tree " + hex.EncodeToString(ObjectName("tree", tree)) + "\n\nmessage\n")
	content, _ = BuildPack(Packed{Type: CommitType, Data: head}, Packed{Type: TreeType, Data: tree}, Packed{Type: BlobType, Data: blob})
	return content, hex.EncodeToString(ObjectName("commit", head))
}

// ObjectName returns the name of an object as trees and deltas hold it.
func ObjectName(typ string, content []byte) []byte {
	sum := sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", typ, len(content)), content...))
	return sum[:]
}

// Delta returns a delta from a base of one size to a target of another.
func Delta(base, target uint64, code ...byte) []byte {
	return append(binary.AppendUvarint(binary.AppendUvarint(nil, base), target), code...)
}

// TreeObject returns a tree of entries "<mode> <name>", all of one object.
func TreeObject(id []byte, entries ...string) []byte {
	var content []byte
	for _, e := range entries {
		content = append(append(append(content, e...), 0), id...)
	}
	return content
}
