package gitsource

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/roots"
)

// readPacked reads the file packed-refs, if there is one: lines "<object>
// <name>", and after a tag "^<object it finally points to>".
func (r *refReader) readPacked() error {
	f, info, err := roots.OpenFile(r.local.dir, "packed-refs")
	if errors.Is(err, pack.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	if err := r.charge(info.Size()); err != nil {
		return err
	}
	last, lines := "", bufio.NewScanner(io.LimitReader(f, info.Size()))
	for lines.Scan() {
		if last, err = r.addPacked(lines.Text(), last); err != nil {
			return err
		}
	}
	if lines.Err() != nil {
		return broken("packed-refs: %s", shown(lines.Err().Error()))
	}
	return nil
}

// addPacked takes one line, unless there is a file of that name. last is the name
// that the line before gave a meaning to.
func (r *refReader) addPacked(line, last string) (name string, err error) {
	if strings.HasPrefix(line, "#") {
		return last, nil
	}
	object, name, _ := strings.Cut(line, " ")
	peeled, isPeeled := strings.CutPrefix(object, "^")
	hash, err := objectOf(peeled, "packed-refs")
	if err != nil {
		return "", err
	}
	if isPeeled {
		if last != "" {
			r.list.peeled[last] = hash
		}
		return "", nil
	}
	if !r.isNew(name) {
		return "", nil
	}
	r.list.names[name] = hash
	return name, nil
}

func (r *refReader) isNew(name string) bool {
	_, isLoose := r.list.names[name]
	return !isLoose && r.symbolic[name] == "" && isRev(name)
}
