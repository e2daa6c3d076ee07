package recordlog

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// Replace atomically replaces the file with one of frames, which it takes one at a time,
// and sets the places of their bodies. An error in frames ends it. The caller holds the
// lock.
func (l *Log) Replace(frames iter.Seq2[*Frame, error]) (Position, error) {
	var id [idLength / 2]byte
	_, _ = rand.Read(id[:]) // never fails
	pos := Position{ID: hex.EncodeToString(id[:])}
	if err := l.replace(&pos, frames); err != nil {
		return Position{}, pack.Errorf(pack.CodeIO, "write records: %w", err)
	}
	return pos, nil
}

func (l *Log) replace(pos *Position, frames iter.Seq2[*Frame, error]) error {
	mode := fs.FileMode(0o600) // configurations may contain secrets
	if info, err := os.Stat(l.path()); err == nil {
		mode = info.Mode().Perm()
	}
	l.mu.Lock()
	group := l.group
	l.mu.Unlock()
	if group != "" {
		mode |= groupReads
	}
	name := filepath.Join(l.dir, newName)
	err := removeIfThere(name) // after a loss of power it may be a link to the file itself
	if err == nil {
		err = l.do("write new records", func() error { return writeDurably(name, pos, frames, mode) })
	}
	if err != nil {
		return errors.Join(err, removeIfThere(name))
	}
	if group != "" {
		fsx.ShareGroup(name, group)
	}
	if err := l.do("replace records", func() error { return os.Rename(name, l.path()) }); err != nil {
		return err
	}
	return l.do("sync directory of records", func() error {
		return errors.Join(fsx.SyncDir(l.dir), fsx.SyncDir(filepath.Dir(l.dir))) // the directory may be new
	})
}

func removeIfThere(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeDurably writes a file of frames whose ID is that of pos, and moves pos to its end.
func writeDurably(name string, pos *Position, frames iter.Seq2[*Frame, error], mode fs.FileMode) (err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Chmod(mode); err != nil {
		return fmt.Errorf("preserve the mode of records: %w", err)
	}
	w := bufio.NewWriterSize(f, chunk)
	n, err := w.WriteString(headerBegin + pos.ID + "\n")
	pos.Offset = int64(n)
	if err != nil {
		return err
	}
	for frame, err := range frames {
		if err == nil {
			err = writeFrame(w, pos, frame)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(w.Flush(), f.Sync())
}

const chunk = 64 << 10

func writeFrame(w *bufio.Writer, pos *Position, f *Frame) error {
	f.placed(pos.Offset)
	for _, part := range [][]byte{appendHeader(nil, f), f.Payload, f.Body} {
		n, err := w.Write(part)
		pos.Offset += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// placed notes that the frame begins at the offset.
func (f *Frame) placed(offset int64) {
	f.BodyAt, f.BodySize = offset+frameHeader+int64(len(f.Payload)), int64(len(f.Body))
}
