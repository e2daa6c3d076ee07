package write

import (
	"context"
	"fmt"
	"hash"
	"io"
	"math"

	"github.com/packtrain/pack"
)

// PartSize is the size of the parts in which content is copied. It exceeds that
// of all but a few files of real packs, which are thus read, hashed and written
// at once.
const PartSize = 64 << 10

// A copier copies the content of one file after another through one buffer.
type copier struct {
	limits Limits
	total  int64 // content of all files that are complete
	hash   hash.Hash
	buf    []byte
}

// start checks what the entry says of its size, and reads the first part of the
// content. Less than a full buffer is all there is.
func (c *copier) start(ctx context.Context, e Entry, content io.Reader) (n int, err error) {
	if e.Size < -1 {
		return 0, malformed(e, "has a negative size")
	}
	if err := c.checkSize(e, e.Size); err != nil {
		return 0, err
	}
	c.makeRoom(e.Size)
	return c.fill(ctx, e, 0, content)
}

// makeRoom gets a buffer that a file of the given size does not fill, or one for
// a part: most packs have small files only.
func (c *copier) makeRoom(size int64) {
	room := int64(PartSize)
	if size >= 0 {
		room = min(room, size+1)
	}
	if int64(len(c.buf)) < room {
		c.buf = make([]byte, min(PartSize, 2*room))
	}
}

// copy writes the n bytes that start read, and what follows them, to dst, and
// returns the size of the whole.
func (c *copier) copy(ctx context.Context, e Entry, dst io.Writer, n int, content io.Reader) (size int64, err error) {
	c.hash.Reset()
	for {
		size += int64(n)
		c.hash.Write(c.buf[:n])
		if _, err := dst.Write(c.buf[:n]); err != nil {
			return size, ioError("write", e.Name, err)
		}
		if n < len(c.buf) {
			break
		}
		if n, err = c.fill(ctx, e, size, content); err != nil {
			return size, err
		}
	}
	if e.Size >= 0 && size < e.Size {
		return size, malformed(e, fmt.Sprintf("has %d bytes instead of %d", size, e.Size))
	}
	c.total += size
	return size, nil
}

// fill reads until the buffer is full or content ends. So many bytes of the
// file were read before. It is not io.ReadFull, which would take a reader's own
// io.ErrUnexpectedEOF for the end.
func (c *copier) fill(ctx context.Context, e Entry, before int64, content io.Reader) (n int, err error) {
	for empty := 0; n < len(c.buf) && err == nil; {
		if err := ctx.Err(); err != nil {
			return n, fmt.Errorf("write %q: %w", shown(e.Name), err)
		}
		var m int
		m, err = content.Read(c.buf[n:])
		n += m
		if empty++; m > 0 {
			empty = 0
		} else if empty == 100 && err == nil {
			err = io.ErrNoProgress
		}
	}
	if err != nil && err != io.EOF {
		return n, fmt.Errorf("read %q: %w", shown(e.Name), err)
	}
	return n, c.checkSize(e, before+int64(n))
}

// checkSize checks the size of one file, as declared or as read so far.
func (c *copier) checkSize(e Entry, size int64) error {
	if e.Size >= 0 && size > e.Size {
		return malformed(e, fmt.Sprintf("has more than %d bytes", e.Size))
	}
	if err := check("file size", c.limits.FileBytes, size, e.Name); err != nil {
		return err
	}
	return check("unpacked size", c.limits.Bytes, saturatingAdd(c.total, size), "")
}

func saturatingAdd(a, b int64) int64 {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}

func malformed(e Entry, what string) error {
	return pack.Errorf(pack.CodeMalformedContent, "entry %q %s", shown(e.Name), what)
}
