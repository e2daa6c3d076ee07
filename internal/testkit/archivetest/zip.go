package archivetest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"strings"
)

// A ZipFile is one member of a zip archive. Fields that are not set are written
// as by an archiver.
type ZipFile struct {
	Name, Content            string
	Attributes               uint32 // external ones; 0: those of a plain file or directory
	Flags                    uint16
	Stored                   bool
	Packed                   string // the compressed content, when it is not that of Content
	LocalName                string // when it differs
	LocalExtra, CentralExtra string
	Comment                  string
	Descriptor               string // after the content
	Local, Central           Edit   // of the fixed part of a header
	Hidden                   bool   // not in the central directory
	NotThere                 bool   // in the central directory only
}

// A Zip is a zip archive.
type Zip struct {
	Files                          []ZipFile
	Prefix, Gap, BeforeEnd, Suffix string // data at the start, before directory and end record, and at the end
	Comment                        string
	End                            Edit
	Shift                          int // added to all offsets
}

// Put16 and Put32 write a number at an offset of a header.
func Put16(at int, n uint16) Edit { return func(b []byte) { binary.LittleEndian.PutUint16(b[at:], n) } }

// Put32 writes a number at an offset of a header.
func Put32(at int, n uint32) Edit { return func(b []byte) { binary.LittleEndian.PutUint32(b[at:], n) } }

// Both applies several edits.
func Both(edits ...Edit) Edit {
	return func(b []byte) {
		for _, e := range edits {
			e(b)
		}
	}
}

// Bytes makes the archive.
func (z Zip) Bytes() []byte {
	var out, dir bytes.Buffer
	out.WriteString(z.Prefix)
	n := 0
	for _, f := range z.Files {
		at := out.Len() + z.Shift
		local, central := f.headers(at)
		if !f.NotThere {
			out.WriteString(local)
		}
		if !f.Hidden {
			dir.WriteString(central)
			n++
		}
	}
	out.WriteString(z.Gap)
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	Both(Put16(8, uint16(n)), Put16(10, uint16(n)), Put32(12, uint32(dir.Len())), Put32(16, uint32(out.Len()+z.Shift)), Put16(20, uint16(len(z.Comment))))(end)
	if z.End != nil {
		z.End(end)
	}
	out.Write(dir.Bytes())
	out.WriteString(z.BeforeEnd)
	out.Write(end)
	out.WriteString(z.Comment + z.Suffix)
	return out.Bytes()
}

// headers returns the local header with the content, and the central one.
func (f ZipFile) headers(at int) (local, central string) {
	packed, method := f.packed()
	fixed := make([]byte, 26) // what both headers share, from the version on
	Both(Put16(0, 20), Put16(2, f.Flags), Put16(4, method), Put32(6, 0x5a210000),
		Put32(10, crc32.ChecksumIEEE([]byte(f.Content))), Put32(14, uint32(len(packed))), Put32(18, uint32(len(f.Content))))(fixed)

	l := append([]byte("PK\x03\x04"), fixed...)
	name := f.Name
	if f.LocalName != "" {
		name = f.LocalName
	}
	if f.Descriptor != "" {
		clear(l[14:26])
	}
	Both(Put16(26, uint16(len(name))), Put16(28, uint16(len(f.LocalExtra))))(l)
	if f.Local != nil {
		f.Local(l)
	}
	c := append([]byte("PK\x01\x02\x14\x03"), fixed...)
	c = append(c, make([]byte, 46-len(c))...)
	Both(Put16(28, uint16(len(f.Name))), Put16(30, uint16(len(f.CentralExtra))), Put16(32, uint16(len(f.Comment))),
		Put32(38, f.attributes()), Put32(42, uint32(at)))(c)
	if f.Central != nil {
		f.Central(c)
	}
	return string(l) + name + f.LocalExtra + packed + f.Descriptor, string(c) + f.Name + f.CentralExtra + f.Comment
}

func (f ZipFile) packed() (packed string, method uint16) {
	switch {
	case f.Packed != "":
		return f.Packed, 8
	case f.Stored || f.Content == "":
		return f.Content, 0
	}
	return Deflate(f.Content), 8
}

func (f ZipFile) attributes() uint32 {
	switch {
	case f.Attributes != 0:
		return f.Attributes
	case strings.HasSuffix(f.Name, "/"):
		return 0o040755<<16 | 0x10
	}
	return 0o100644 << 16
}

// Deflate compresses content.
func Deflate(content string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.DefaultCompression) // fails for unknown levels only
	_, _ = w.Write([]byte(content))                       // a buffer takes everything
	_ = w.Close()
	return b.String()
}

// Descriptor is what follows the content of a file whose sizes were not known
// when its header was written.
func Descriptor(magic, content, packed string) string {
	b := make([]byte, 12)
	Both(Put32(0, crc32.ChecksumIEEE([]byte(content))), Put32(4, uint32(len(packed))), Put32(8, uint32(len(content))))(b)
	return magic + string(b)
}

// Descriptor64 is that of a file with zip64 fields.
func Descriptor64(magic, content, packed string) string {
	b := make([]byte, 20)
	Both(Put32(0, crc32.ChecksumIEEE([]byte(content))), Put32(4, uint32(len(packed))), Put32(12, uint32(len(content))))(b)
	return magic + string(b)
}

// Extra makes an extra field.
func Extra(id uint16, data string) string {
	b := make([]byte, 4)
	Both(Put16(0, id), Put16(2, uint16(len(data))))(b)
	return string(b) + data
}

// zip describes an entry as a member of a zip archive.
func (e Entry) zip() ZipFile {
	f := ZipFile{Name: e.Name, Content: e.Content, Attributes: (unixType(e.Mode) | unixPerm(e.Mode)) << 16, Flags: 1 << 11}
	if e.Mode&fs.ModeSymlink != 0 {
		f.Content = e.Link
	}
	if e.Mode.IsDir() && !strings.HasSuffix(f.Name, "/") {
		f.Name += "/"
	}
	return f
}

// unixType returns the type as Unix numbers it.
func unixType(mode fs.FileMode) uint32 {
	switch mode.Type() {
	case fs.ModeDir:
		return 0o040000
	case fs.ModeSymlink:
		return 0o120000
	case fs.ModeNamedPipe:
		return 0o010000
	case fs.ModeSocket:
		return 0o140000
	case fs.ModeDevice:
		return 0o060000
	case fs.ModeDevice | fs.ModeCharDevice:
		return 0o020000
	case fs.ModeIrregular:
		return 0o150000 // a door
	}
	return 0o100000
}

// ZipOf makes a zip archive of the entries that a zip archive can hold.
func ZipOf(entries ...Entry) []byte {
	var z Zip
	for _, e := range entries {
		z.Files = append(z.Files, e.zip())
	}
	return z.Bytes()
}
