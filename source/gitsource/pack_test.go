package gitsource_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The types of objects in a pack.
const (
	commitType   = 1
	treeType     = 2
	blobType     = 3
	tagType      = 4
	offDeltaType = 6
	refDeltaType = 7
)

// A packed object is written as it says, true or not.
type packed struct {
	typ    int
	data   []byte
	size   int64  // declared; 0 means the true one
	base   []byte // what a delta says of its base, between header and content
	stream []byte // instead of the compressed data
}

// buildPack returns a pack of the given objects, and their offsets.
func buildPack(objects ...packed) (content []byte, offsets []int) {
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

func (o packed) write(b *bytes.Buffer) {
	size := o.size
	if size == 0 {
		size = int64(len(o.data))
	}
	first := byte(o.typ<<4) | byte(size&0x0f)
	for size >>= 4; size > 0; size >>= 7 {
		b.WriteByte(first | 0x80)
		first = byte(size & 0x7f)
	}
	b.WriteByte(first)
	b.Write(o.base)
	if o.stream != nil {
		b.Write(o.stream)
		return
	}
	z := zlib.NewWriter(b)
	_, _ = z.Write(o.data)
	_ = z.Close()
}

// zeros is the start of a compressed stream of n MiB of zeros, in about n KiB.
func zeros(n int) []byte {
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

// A pack with one commit of one file, and the commit.
func smallPack() (content []byte, commit string) {
	blob := []byte("ref: sample\n")
	tree := append([]byte("100644 pack.yaml\x00"), objectName("blob", blob)...)
	head := []byte("tree " + hex.EncodeToString(objectName("tree", tree)) + "\n\nmessage\n")
	content, _ = buildPack(packed{typ: commitType, data: head}, packed{typ: treeType, data: tree}, packed{typ: blobType, data: blob})
	return content, hex.EncodeToString(objectName("commit", head))
}

func objectName(typ string, content []byte) []byte {
	sum := sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", typ, len(content)), content...))
	return sum[:]
}

// deltaOf returns a delta from a base of one size to a target of another.
func deltaOf(base, target uint64, code ...byte) []byte {
	return append(binary.AppendUvarint(binary.AppendUvarint(nil, base), target), code...)
}

// A wire is a server that answers with fixed bytes.
type wire struct {
	refs   string // answer to a request for the list of branches and tags
	upload string // answer to a request for a pack
}

func (s wire) serve(t testing.TB) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service, body := "result", s.upload
		if strings.HasSuffix(r.URL.Path, "/info/refs") {
			service, body = "advertisement", s.refs
		}
		w.Header().Set("Content-Type", "application/x-git-upload-pack-"+service)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/x.git"
}

func line(text string) string { return fmt.Sprintf("%04x%s", len(text)+4, text) }

// band returns text as lines of one channel of the side band.
func band(channel byte, text string) string {
	const most = 65000
	var b strings.Builder
	for len(text) > 0 {
		n := min(most, len(text))
		b.WriteString(line(string(channel) + text[:n]))
		text = text[n:]
	}
	return b.String()
}

// uploadOf is the answer that carries a pack.
func uploadOf(pack []byte) string {
	return "0000" + line("NAK\n") + band(1, string(pack)) + "0000"
}

// refsOf is a list of branches and tags, two words per line.
func refsOf(lines ...string) string {
	b := line("# service=git-upload-pack\n") + "0000"
	for i, l := range lines {
		if i == 0 {
			l += "\x00side-band-64k ofs-delta shallow"
		}
		b += line(l + "\n")
	}
	return b + "0000"
}
