package gitsource

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
)

// memoryBytes is how much content a store holds in memory before it turns to
// its scratch directory.
const memoryBytes = 32 << 20

// growFrom is what an object gets in memory before any of it was seen: its
// declared size may be a lie.
const growFrom = 1 << 20

// A store holds the objects of one pack: in memory while they are few, beyond
// that in a file of the scratch directory that has no name any more.
type store struct {
	scratch string // "" keeps everything in memory
	objects map[plumbing.Hash]object
	memory  int64 // bytes that may still be held in memory
	file    *os.File
	end     int64 // of what the file holds

	// missing, unless nil, is called for an object that is not here, and puts
	// it here.
	missing func(plumbing.Hash) error
}

// An object is a commit, tree, blob or tag.
type object struct {
	typ  plumbing.ObjectType
	size int64
	data []byte // of an object in memory
	at   int64  // of one in the file, where data is nil
}

func newStore(scratch string) *store {
	return &store{scratch: scratch, objects: map[plumbing.Hash]object{}, memory: memoryBytes}
}

// clear forgets all objects.
func (s *store) clear() {
	s.objects, s.memory, s.end = map[plumbing.Hash]object{}, memoryBytes, 0
}

// close gives up the file.
func (s *store) close() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()           // nobody reads it any more
	_ = os.Remove(s.file.Name()) // where an open file could not be removed
}

// A draft is an object that is being written to w.
type draft struct {
	object

	w      io.Writer
	buffer *bytes.Buffer // where w writes to, of an object in memory
}

// create starts an object of the given size.
func (s *store) create(typ plumbing.ObjectType, size int64) (*draft, error) {
	if s.scratch == "" || size <= s.memory {
		s.memory -= size
		buffer := bytes.NewBuffer(make([]byte, 0, min(size, growFrom)))
		return &draft{object: object{typ: typ, size: size}, w: buffer, buffer: buffer}, nil
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	d := &draft{object: object{typ: typ, size: size, at: s.end}, w: &fileWriter{io.NewOffsetWriter(s.file, s.end)}}
	s.end += size
	return d, nil
}

// keep ends an object, which is found by its name from now on.
func (s *store) keep(id plumbing.Hash, d *draft) {
	if d.buffer != nil {
		d.data = d.buffer.Bytes()
	}
	s.objects[id] = d.object
}

// put stores an object whose content is known.
func (s *store) put(id plumbing.Hash, typ plumbing.ObjectType, content []byte) error {
	d, err := s.create(typ, int64(len(content)))
	if err != nil {
		return err
	}
	if _, err := d.w.Write(content); err != nil {
		return err
	}
	s.keep(id, d)
	return nil
}

func (s *store) open() error {
	if s.file != nil {
		return nil
	}
	f, err := os.CreateTemp(s.scratch, "git-*")
	if err != nil {
		return pack.Errorf(pack.CodeIO, "create scratch file: %w", err)
	}
	_ = os.Remove(f.Name()) // so that no crash leaves it behind
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

// reader returns the content of an object.
func (s *store) reader(o object) io.Reader {
	if o.data != nil || o.size == 0 {
		return bytes.NewReader(o.data)
	}
	return io.NewSectionReader(s.file, o.at, o.size)
}

// bytes returns the content of an object at once; it is not to be changed.
func (s *store) bytes(o object) ([]byte, error) {
	if o.data != nil || o.size == 0 {
		return o.data, nil
	}
	data := make([]byte, o.size)
	if _, err := s.file.ReadAt(data, o.at); err != nil && !errors.Is(err, io.EOF) {
		return nil, pack.Errorf(pack.CodeIO, "read scratch file: %w", err)
	}
	return data, nil
}

// find returns the object of the given name and type.
func (s *store) find(id plumbing.Hash, typ plumbing.ObjectType) (object, error) {
	o, ok := s.objects[id]
	if !ok && s.missing != nil {
		if err := s.missing(id); err != nil {
			return object{}, err
		}
		o, ok = s.objects[id]
	}
	if !ok {
		return object{}, broken("the server left out %s %s", typ, id)
	}
	if o.typ != typ {
		return object{}, broken("object %s is a %s, not a %s", id, o.typ, typ)
	}
	return o, nil
}
