package hostflags

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer/settings"
)

// WantsName and LockName are the names of the files with wants and with the lock, which
// are in one directory.
const (
	WantsName = "packs.yaml"
	LockName  = "packs.lock"
)

// Wants is a packs.yaml with the packs.lock beside it.
type Wants struct {
	// Path is the absolute path of packs.yaml.
	Path string
	File *lock.File
	// Lock is nil if there is none.
	Lock *lock.Lock
	// Found says that the file was found in the working directory, and not named. It may
	// come with a repository whose author the user does not know, so its policy then allows
	// no more than the other settings.
	Found bool

	wantsRead, lockRead []byte // nil for a file that was missing
}

// OpenWants reads packs.yaml at path, and the lock beside it. Missing says that there may
// be none: then the wants are empty.
func OpenWants(path string, missing bool) (*Wants, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	data, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && missing:
	case errors.Is(err, fs.ErrNotExist):
		return nil, pack.Errorf(pack.CodeNotFound, "there is no file %q that says which packs are wanted", path)
	case err != nil:
		return nil, err
	}
	w := &Wants{Path: path, wantsRead: data}
	if w.File, err = lock.ParseFile(data); err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	data, err = readFile(w.lockPath())
	w.lockRead = data
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return w, nil
	case err != nil:
		return nil, err
	}
	if w.Lock, err = lock.Parse(data); err != nil {
		return nil, fmt.Errorf("read %q: %w", w.lockPath(), err)
	}
	return w, nil
}

// Dir is the directory of the files.
func (w *Wants) Dir() string { return filepath.Dir(w.Path) }

func (w *Wants) lockPath() string { return lockPath(w.Path) }

func lockPath(wants string) string { return filepath.Join(filepath.Dir(wants), LockName) }

// settings returns the settings that the file states.
func (w *Wants) settings() (*settings.Layer, error) {
	l := settings.NewLayer(settings.FromWants)
	for _, i := range w.File.Indices {
		url := i.Location
		if !strings.Contains(url, "://") && !filepath.IsAbs(url) {
			url = filepath.Join(w.Dir(), url)
		}
		l.AddIndex(settings.Index{Name: i.Name, Location: url}, w.Path)
	}
	var errs []error
	state := func(name, text string) { errs = append(errs, l.Add(name, text, w.Path)) }
	for _, p := range w.File.Provided {
		state("provided", strings.TrimSuffix(string(p.Ref)+"@"+p.Version.String(), "@"))
	}
	if !w.File.Platform.IsZero() {
		state("platform", w.File.Platform.String())
	}
	policy := &w.File.Policy
	for name, list := range map[string][]string{"source": policy.AllowSource, "direct": policy.AllowDirect, "scripts": policy.AllowScripts} {
		if list != nil {
			state("policy.allow_"+name, strings.Join(list, ","))
		}
	}
	if policy.MinimumAge != nil {
		state("policy.minimum_age", policy.MinimumAge.String())
	}
	return l, errors.Join(errs...)
}

// Save replaces the files by those given, each in one step, if they changed. Files that
// others have changed since they were read stay as they are: the error is
// [pack.ErrConflict].
func (w *Wants) Save(file *lock.File, l *lock.Lock) error {
	if err := unchanged(w.Path, w.wantsRead); err != nil {
		return err
	}
	data := l.Bytes()
	old, err := readFile(w.lockPath())
	same := err == nil && bytes.Equal(old, data)
	if !same {
		if err := unchanged(w.lockPath(), w.lockRead); err != nil {
			return err
		}
	}
	if !bytes.Equal(file.Bytes(), w.File.Bytes()) {
		if err := replaceFile(w.Path, file.Bytes()); err != nil {
			return err
		}
	}
	if same {
		return nil
	}
	return replaceFile(w.lockPath(), data)
}

// unchanged returns an error if a file has other content than was read, of which nil stands
// for no file.
func unchanged(path string, read []byte) error {
	now, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		now = nil
	case err != nil:
		return err
	}
	if !bytes.Equal(now, read) {
		return pack.Errorf(pack.CodeConflict, "%q was changed by another process since it was read, and is left as it is: run the command again", path)
	}
	return nil
}

// replaceFile replaces a file in one step. A link is followed, and its mode is kept.
func replaceFile(path string, data []byte) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
