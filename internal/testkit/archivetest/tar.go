package archivetest

import (
	"fmt"
	"io/fs"
	"strings"
)

// An Edit changes a header before its checksum is computed.
type Edit func(header []byte)

// Set writes text at an offset of a header.
func Set(at int, text string) Edit { return func(b []byte) { copy(b[at:], text) } }

const block = 512

// Zeros is one block of zeros, End the end marker of a tar archive.
func Zeros() string { return string(make([]byte, block)) }

// End is the end marker of a tar archive.
func End() string { return Zeros() + Zeros() }

// Header makes a ustar header.
func Header(kind byte, name string, size int64, edits ...Edit) string {
	b := make([]byte, block)
	copy(b[:100], name)
	copy(b[100:], "0000644\x000000000\x000000000\x00")
	copy(b[124:], fmt.Sprintf("%011o\x0000000000000\x00", size))
	b[156] = kind
	copy(b[257:], "ustar\x0000")
	for _, e := range edits {
		e(b)
	}
	sum := 8 * int(' ')
	for i, c := range b {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(b)
}

// Pad fills content up to whole blocks.
func Pad(content string) string { return content + string(make([]byte, -len(content)&(block-1))) }

// File makes a regular file.
func File(name, content string, edits ...Edit) string {
	return Header('0', name, int64(len(content)), edits...) + Pad(content)
}

// Meta makes an extension header.
func Meta(kind byte, body string) string {
	return Header(kind, "meta", int64(len(body))) + Pad(body)
}

// Record makes a pax record.
func Record(key, value string) string {
	n := len(key) + len(value) + 3
	for len(fmt.Sprint(n))+len(key)+len(value)+3 != n {
		n = len(fmt.Sprint(n)) + len(key) + len(value) + 3
	}
	return fmt.Sprintf("%d %s=%s\n", n, key, value)
}

// An Entry is one member of an archive, in any format.
type Entry struct {
	Name    string
	Mode    fs.FileMode // type and permissions
	Content string
	Link    string // target of a symbolic link; of a hard one when Mode is regular
	Kind    byte   // type of the tar header, when Mode cannot say it
	Extra   string // an extension header in front of it, tar only
	Header  Edit   // of the tar header
}

// Tar makes a tar archive.
func Tar(entries ...Entry) string {
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(e.Tar())
	}
	return b.String() + End()
}

// Tar makes the headers and the content of the entry.
func (e Entry) Tar() string {
	set := []Edit{Set(100, fmt.Sprintf("%07o\x00", unixPerm(e.Mode))), Set(157, e.Link)}
	if e.Header != nil {
		set = append(set, e.Header)
	}
	long := e.Extra
	name := e.Name
	switch {
	case strings.Contains(name, "\x00"):
		long += Meta('x', Record("path", name))
	case len(name) > 100:
		long += Meta('L', name+"\x00")
	}
	return long + Header(e.kind(), name, int64(len(e.Content)), set...) + Pad(e.Content)
}

func (e Entry) kind() byte {
	switch {
	case e.Kind != 0:
		return e.Kind
	case e.Mode&fs.ModeSymlink != 0:
		return '2'
	case e.Link != "":
		return '1'
	case e.Mode.IsDir():
		return '5'
	case e.Mode&fs.ModeCharDevice != 0:
		return '3'
	case e.Mode&fs.ModeDevice != 0:
		return '4'
	case e.Mode&fs.ModeNamedPipe != 0:
		return '6'
	case e.Mode&fs.ModeSocket != 0:
		return 's' // no tar has sockets
	}
	return '0'
}

// unixPerm returns permissions as Unix numbers them.
func unixPerm(mode fs.FileMode) uint32 {
	n := uint32(mode.Perm())
	for bit, unix := range map[fs.FileMode]uint32{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if mode&bit != 0 {
			n |= unix
		}
	}
	return n
}
