package tar

import (
	"bytes"
	"fmt"
	"io"

	"github.com/packtrain/pack"
)

// drainBuffer is the read size after the end marker.
const drainBuffer = 8 << 10

// A framer passes a tar archive on, block by block, to a reader and checks each
// header before that reader sees it. At the end marker it reports the end.
type framer struct {
	r          io.Reader
	maxEntries int64

	block   block
	out     []byte // checked and not yet passed on
	body    int64  // bytes of content and padding to pass on after out
	ext     extension
	name    string // of the entry whose header was checked last
	size    int64
	fault   error // of that entry
	entries int64
	begun   bool
	ended   bool
	err     error // the first error, but for the end
}

// Read implements [io.Reader].
func (f *framer) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // read returns it bare
		f.err = err
	}
	return n, err
}

func (f *framer) read(p []byte) (int, error) {
	for len(f.out) == 0 && f.body == 0 {
		if err := f.advance(); err != nil {
			return 0, err
		}
	}
	if len(f.out) > 0 {
		n := copy(p, f.out)
		f.out = f.out[n:]
		return n, nil
	}
	n, err := f.r.Read(p[:min(int64(len(p)), f.body)])
	f.body -= int64(n)
	if err == io.EOF { //nolint:errorlint // readers return it bare
		err = nil
		if f.body > 0 {
			err = malformed("it ends in the content of %.80q", f.name)
		}
	}
	return n, err
}

// advance reads the next header, or the end marker.
func (f *framer) advance() error {
	if f.ended {
		return io.EOF
	}
	_, err := io.ReadFull(f.r, f.block[:])
	if err == io.EOF && !f.begun {
		f.ended = true // a file of no bytes is an archive of no entries
		return err
	}
	if err != nil {
		return cut(err)
	}
	f.begun = true
	if f.block == (block{}) {
		return f.end()
	}
	return f.header()
}

// cut explains an error of io.ReadFull; an end that the source itself reports as
// unexpected comes wrapped and is left alone.
func cut(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // see above
		return malformed("it ends without an end marker, or in the middle of a block: it is truncated")
	}
	return err
}

// end reads the second block of the end marker.
func (f *framer) end() error {
	if f.ext.pending() {
		return malformed("an extension header without an entry")
	}
	if _, err := io.ReadFull(f.r, f.block[:]); err != nil {
		return cut(err)
	}
	if f.block != (block{}) {
		return malformed("a single zero block between entries")
	}
	f.ended = true
	return io.EOF
}

// drain reads from the end marker to the end of the stream.
func (f *framer) drain() error {
	buf := make([]byte, drainBuffer)
	var total int64
	for {
		n, err := f.r.Read(buf)
		total += int64(n)
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return malformed("unexpected data after its end marker")
		}
		if err == io.EOF && total%blockSize == 0 {
			return nil
		}
		if err != nil {
			return cut(err)
		}
	}
}

func (f *framer) header() error {
	if !f.block.intact() {
		return malformed("the checksum of a header is wrong, after entry %.80q", f.name)
	}
	if !f.block.marked() || !f.block.numeric() {
		return malformed("a header has a malformed number or an unknown mark, after entry %.80q", f.name)
	}
	kind := f.block.kind()
	switch kind {
	case 'x', 'L', 'K', 'g', '0', 0, '5', '1', '2', '3', '4', '6':
	case 'S':
		return sparse(f.ext.name(&f.block))
	default:
		return forbidden(f.ext.name(&f.block), kind)
	}
	if !f.block.oneTail() {
		return malformed("a header can be read with and without a prefix of its name or a map of its content, after entry %.80q: re-create the archive with tar --format=posix", f.name)
	}
	f.out = f.block[:]
	switch kind {
	case '0', 0, '5':
		return f.entry()
	case '1', '2', '3', '4', '6':
		return f.special(kind)
	}
	return f.extend(kind)
}

// extend reads an extension header with its body.
func (f *framer) extend(kind byte) error {
	size, err := f.block.size()
	if err != nil {
		return malformed("an extension header: %w", err)
	}
	if size > maxExtension {
		return malformed("an extension header has %d bytes, at most %d are allowed", size, maxExtension)
	}
	all := make([]byte, blockSize+padded(size))
	copy(all, f.block[:])
	if _, err := io.ReadFull(f.r, all[blockSize:]); err != nil {
		return cut(err)
	}
	f.out = all
	body := all[blockSize : blockSize+size]
	if kind != 'g' {
		return f.ext.add(kind, body, all[blockSize+size:])
	}
	if err := checkGlobal(body); err != nil {
		return err
	}
	return f.count()
}

func (f *framer) entry() error {
	name := f.ext.name(&f.block)
	size, err := f.block.size()
	if err != nil {
		return malformed("entry %.80q: %w", name, err)
	}
	if err := f.ext.check(&f.block, size); err != nil {
		return err
	}
	f.name, f.size, f.body, f.ext, f.fault = name, size, padded(size), extension{}, nil
	return f.count()
}

// special takes a link, a device or a pipe. Programs differ on whether content
// follows one that states a size.
func (f *framer) special(kind byte) error {
	name := f.ext.name(&f.block)
	size, err := f.block.size()
	isLink := kind == '1' || kind == '2'
	switch {
	case err != nil:
		return malformed("entry %.80q: %w", name, err)
	case size != 0 || f.ext.pax["size"] != "":
		return malformed("entry %.80q is %s and has content", name, describe(kind))
	case isLink && f.ext.link(&f.block) == "":
		return malformed("entry %.80q is %s without a target", name, describe(kind))
	case !isLink && f.ext.hasLink():
		return malformed("entry %.80q has a link target but is not a link", name)
	}
	f.name, f.size, f.body, f.ext = name, 0, 0, extension{}
	f.fault = forbidden(name, kind)
	return f.count()
}

func (f *framer) count() error {
	f.entries++
	if f.entries > f.maxEntries {
		return &pack.LimitError{Limit: "number of entries", Max: f.maxEntries, Value: f.entries}
	}
	return nil
}

func padded(size int64) int64 { return (size + blockSize - 1) &^ (blockSize - 1) }

func describe(kind byte) string {
	switch kind {
	case '1':
		return "a hard link"
	case '2':
		return "a symbolic link"
	case '3', '4':
		return "a device"
	case '6':
		return "a pipe"
	case '7':
		return "a contiguous file"
	}
	return fmt.Sprintf("of the unknown type %q", kind)
}

func forbidden(name string, kind byte) error {
	return pack.Errorf(pack.CodeForbiddenEntry, "read archive: entry %.80q is %s: only plain files and directories are allowed%s",
		name, describe(kind), advice(kind))
}

// advice returns how an entry of a type is avoided, after a colon.
func advice(kind byte) string {
	switch kind {
	case '1':
		return ": re-create the archive with --hard-dereference"
	case '2':
		return ": re-create the archive with --dereference (-h), or remove the link"
	}
	return ""
}
