package git

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
)

// memoryBytes is the content that a store holds in memory before it uses its
// scratch directory.
const memoryBytes = 32 << 20

// growFrom is the memory allocated for an object before any of it is read: its
// declared size may be wrong.
const growFrom = 1 << 20

// A Store holds objects by their name: in memory at first, beyond that in a file
// of the scratch directory that has been unlinked.
type Store struct {
	scratch string // "" keeps everything in memory
	objects map[plumbing.Hash]Object
	memory  int64 // bytes that may still be held in memory
	file    *os.File
	end     int64 // of the content in the file
	hasher  plumbing.Hasher

	// Missing, unless nil, is called to add an object that the store does not
	// hold.
	Missing func(plumbing.Hash) error
}

// An Object is a commit, tree, blob or tag of a [Store].
type Object struct {
	Type plumbing.ObjectType
	Size int64

	data []byte // of an object in memory
	at   int64  // of one in the file, where data is nil
}

// NewStore returns an empty store, which the caller closes. scratch is a
// directory for content beyond the memory limit, or "".
func NewStore(scratch string) *Store {
	s := &Store{scratch: scratch, hasher: plumbing.NewHasher(plumbing.BlobObject, 0)}
	s.Clear()
	return s
}

// Clear forgets all objects.
func (s *Store) Clear() {
	s.objects, s.memory, s.end = map[plumbing.Hash]Object{}, memoryBytes, 0
}

// Close gives up the file.
func (s *Store) Close() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()           // no longer in use
	_ = os.Remove(s.file.Name()) // where an open file could not be removed
}

// Has reports whether the store holds an object.
func (s *Store) Has(id plumbing.Hash) bool {
	_, ok := s.objects[id]
	return ok
}

// Find returns the object of the given name and type.
func (s *Store) Find(id plumbing.Hash, typ plumbing.ObjectType) (Object, error) {
	if !s.Has(id) && s.Missing != nil {
		if err := s.Missing(id); err != nil {
			return Object{}, err
		}
	}
	o, ok := s.objects[id]
	switch {
	case !ok:
		return Object{}, Broken("the server omitted %s %s", typ, id)
	case o.Type != typ:
		return Object{}, Broken("object %s is a %s, not a %s", id, o.Type, typ)
	}
	return o, nil
}

// Reader returns the content of an object.
func (s *Store) Reader(o Object) io.Reader {
	if o.inMemory() {
		return bytes.NewReader(o.data)
	}
	return io.NewSectionReader(s.file, o.at, o.Size)
}

// Bytes returns the whole content of an object, which must not be changed.
func (s *Store) Bytes(o Object) ([]byte, error) {
	if o.inMemory() {
		return o.data, nil
	}
	data := make([]byte, o.Size)
	if _, err := s.file.ReadAt(data, o.at); err != nil && !errors.Is(err, io.EOF) {
		return nil, pack.Errorf(pack.CodeIO, "read scratch file: %w", err)
	}
	return data, nil
}

func (o Object) inMemory() bool { return o.data != nil || o.Size == 0 }

// receive reads an object of the given size from r, and returns the name that
// its content gives it.
func (s *Store) receive(typ plumbing.ObjectType, size int64, r io.Reader) (id plumbing.Hash, err error) {
	o := Object{Type: typ, Size: size}
	s.startName(typ, size)
	if s.fits(size) {
		o.data, err = readAll(r, size)
		_, _ = s.hasher.Write(o.data) // which never fails
	} else {
		err = s.spool(&o, io.TeeReader(r, s.hasher))
	}
	if err != nil {
		return id, err
	}
	return s.keep(o), nil
}

// add takes an object whose content is known, and which does not change any
// more.
func (s *Store) add(typ plumbing.ObjectType, content []byte) (id plumbing.Hash, err error) {
	o := Object{Type: typ, Size: int64(len(content)), data: content}
	s.startName(typ, o.Size)
	_, _ = s.hasher.Write(content) // which never fails
	if !s.fits(o.Size) {
		o.data, err = nil, s.spool(&o, bytes.NewReader(content))
	}
	if err != nil {
		return id, err
	}
	return s.keep(o), nil
}

// startName begins to hash an object: names are made of type, size and content.
func (s *Store) startName(typ plumbing.ObjectType, size int64) {
	s.hasher.Reset()
	_, _ = s.hasher.Write(append(strconv.AppendInt(append(typ.Bytes(), ' '), size, 10), 0))
}

// keep makes an object known by the name that was hashed.
func (s *Store) keep(o Object) plumbing.Hash {
	id := s.hasher.Sum()
	s.objects[id] = o
	return id
}

// fits reports whether there is room in memory for an object, and takes it.
func (s *Store) fits(size int64) bool {
	if s.scratch != "" && size > s.memory {
		return false
	}
	s.memory -= size
	return true
}

// spool writes the content of an object to the file.
func (s *Store) spool(o *Object, content io.Reader) error {
	if err := s.open(); err != nil {
		return err
	}
	o.at = s.end
	s.end += o.Size
	_, err := io.CopyN(&fileWriter{io.NewOffsetWriter(s.file, o.at)}, content, o.Size)
	return err
}

func (s *Store) open() error {
	if s.file != nil {
		return nil
	}
	f, err := os.CreateTemp(s.scratch, "git-*")
	if err != nil {
		return pack.Errorf(pack.CodeIO, "create scratch file: %w", err)
	}
	_ = os.Remove(f.Name()) // so that a crash leaves no file
	s.file = f
	return nil
}

type fileWriter struct {
	w io.Writer
}

// Write implements [io.Writer].
func (f *fileWriter) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err != nil {
		err = pack.Errorf(pack.CodeIO, "write scratch file: %w", err)
	}
	return n, err
}

// readAll reads size bytes, and allocates memory as they arrive.
func readAll(r io.Reader, size int64) ([]byte, error) {
	data := make([]byte, min(size, growFrom))
	for n := 0; ; {
		m, err := io.ReadFull(r, data[n:])
		if n += m; err != nil || int64(n) == size {
			return data, err
		}
		more := make([]byte, min(size, 2*int64(n)))
		copy(more, data)
		data = more
	}
}
