package gitsource

import (
	"bufio"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/roots"
)

// looseHeader is more than the longest header of an object in a file of its
// own: "commit 123...\x00".
const looseHeader = 32

// A loader copies objects of a repository of this machine into a store, one by
// one, within the limits that hold for a pack that is received.
type loader struct {
	local   *local
	unpack  *unpacker // has the limits and the store
	in      byteCounter
	zlib    io.ReadCloser           // is reset for each object
	ids     map[place]plumbing.Hash // of objects of packs that were loaded
	renewed bool                    // the packs were listed again
}

// A place is the offset of an object in a pack.
type place struct {
	pack *packIndex
	at   int64
}

func newLoader(l *local, s *store) *loader {
	buffer := bufio.NewReaderSize(nil, 32<<10)
	in := byteCounter{counter: &counter{r: buffer}, buffer: buffer}
	return &loader{local: l, in: in, ids: map[place]plumbing.Hash{}, unpack: &unpacker{limits: l.limits, store: s, in: in.counter}}
}

// load returns a function that loads an object unless it is there.
func (l *loader) load(ctx context.Context) func(plumbing.Hash) error {
	return func(id plumbing.Hash) error {
		if _, ok := l.unpack.store.objects[id]; ok {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		found, err := l.find(ctx, id)
		if err == nil && found != id {
			err = broken("object %s is corrupt: its content makes it %s", id, found)
		}
		if err != nil {
			return corrupt(err)
		}
		return nil
	}
}

// find loads an object and returns the name that its content gives it.
func (l *loader) find(ctx context.Context, id plumbing.Hash) (plumbing.Hash, error) {
	if found, ok, err := l.fromPacks(ctx, id); ok || err != nil {
		return found, err
	}
	found, err := l.loose(id)
	if !errors.Is(err, pack.ErrNotFound) {
		return found, err
	}
	if !l.renewed { // git may have packed what was loose
		l.renewed = true
		if err := l.local.renewPacks(); err != nil {
			return id, err
		}
		return l.find(ctx, id)
	}
	return id, l.local.absent(id)
}

func (l *local) renewPacks() error {
	packs, err := openPacks(l.objects)
	for _, p := range l.packs {
		err = errors.Join(err, p.close())
	}
	l.packs = packs
	return err
}

func (l *local) absent(id plumbing.Hash) error {
	if _, err := l.objects.Lstat("info/alternates"); err == nil {
		return broken("the repository does not hold object %s; it borrows from other repositories (objects/info/alternates), which are not read", id)
	}
	return broken("the repository does not hold object %s", id)
}

// check bounds what was read so far.
func (l *loader) check() error {
	return errors.Join(
		check("number of objects", l.local.limits.Objects, int64(len(l.unpack.store.objects))),
		check("size of what is read of a repository", l.local.limits.PackBytes, l.in.n),
	)
}

// loose loads an object that lies in a file of its own.
func (l *loader) loose(id plumbing.Hash) (plumbing.Hash, error) {
	name := id.String()
	f, _, err := roots.OpenFile(l.local.objects, name[:2]+"/"+name[2:])
	if err != nil {
		return id, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	if err := l.inflate(f); err != nil {
		return id, err
	}
	typ, size, err := l.looseHeader()
	if err != nil {
		return id, err
	}
	return l.object(typ, size)
}

// looseHeader reads the start of the content: "<type> <size>" and NUL.
func (l *loader) looseHeader() (plumbing.ObjectType, int64, error) {
	var header [looseHeader]byte
	for i := range header {
		if _, err := io.ReadFull(l.zlib, header[i:i+1]); err != nil {
			return 0, 0, err
		}
		if header[i] != 0 {
			continue
		}
		word, digits, _ := strings.Cut(string(header[:i]), " ")
		typ, err := plumbing.ParseObjectType(word)
		size, sizeErr := strconv.ParseInt(digits, 10, 64)
		if err != nil || sizeErr != nil || size < 0 {
			break
		}
		return typ, size, nil
	}
	return 0, 0, broken("an object has no header")
}

// inflate makes l.zlib read the compressed stream that r is at.
func (l *loader) inflate(r io.Reader) error {
	l.in.buffer.Reset(r)
	return l.inflateRest()
}

// inflateRest is inflate for what is left of the reader before.
func (l *loader) inflateRest() (err error) {
	if l.zlib == nil {
		l.zlib, err = zlib.NewReader(l.in)
		return err
	}
	return l.zlib.(zlib.Resetter).Reset(l.in, nil)
}

// object takes the content that l.zlib is at.
func (l *loader) object(typ plumbing.ObjectType, size int64) (plumbing.Hash, error) {
	if err := l.unpack.charge(size); err != nil {
		return plumbing.ZeroHash, err
	}
	d, err := l.unpack.store.create(typ, size)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	hasher := plumbing.NewHasher(typ, size)
	if err := l.copy(io.MultiWriter(hasher, d.w), size); err != nil {
		return plumbing.ZeroHash, err
	}
	id := hasher.Sum()
	l.unpack.store.keep(id, d)
	return id, l.check()
}

// copy writes the content that l.zlib is at, which has the given size.
func (l *loader) copy(w io.Writer, size int64) error {
	_, err := io.CopyN(io.MultiWriter(l.unpack, w), l.zlib, size)
	if err != nil {
		return err
	}
	n, err := io.ReadFull(l.zlib, make([]byte, 1)) // reads the checksum, too
	switch {
	case n > 0:
		return broken("an object has more than the %d bytes it says", size)
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}

// A byteCounter counts what is read through it, to the byte: the end of a
// compressed stream is found without reading beyond.
type byteCounter struct {
	*counter

	buffer *bufio.Reader
}

// ReadByte implements [io.ByteReader].
func (c byteCounter) ReadByte() (byte, error) {
	c.n++
	return c.buffer.ReadByte()
}
