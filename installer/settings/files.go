package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/packtrain/pack"
)

// ProjectFile is the name of the settings file in a working directory.
const ProjectFile = "packtrain.yaml"

// FileVariable is the environment variable that names a settings file.
const FileVariable = "PACKTRAIN_SETTINGS"

// maxFile bounds a settings file, and a file of secrets, in bytes.
const maxFile = 1 << 20

// files reads the settings files, the weakest first.
func (s *Sources) files() ([]*Layer, error) {
	home := s.Getenv("HOME")
	file := s.File
	if file == "" {
		file = s.Getenv(FileVariable)
	}
	if file != "" {
		l, err := readFile(FromFile, file, home)
		if errors.Is(err, fs.ErrNotExist) {
			err = wrong("settings %q: there is no such file", file)
		}
		return []*Layer{l}, err
	}
	var layers []*Layer
	if dir, err := userDir(s.Getenv, "XDG_CONFIG_HOME", ".config"); err == nil {
		l, err := readFile(FromUser, filepath.Join(dir, "packtrain", "settings.yaml"), home)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		layers = append(layers, l)
	}
	if s.Dir != "" {
		l, err := readFile(FromProject, filepath.Join(s.Dir, ProjectFile), home)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// readFile reads a settings file. The layer is nil if there is an error.
func readFile(origin Origin, path, home string) (*Layer, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	data, info, err := readRegular("settings", path)
	if err == nil {
		err = checkMode(origin, path, info)
	}
	if err != nil {
		return nil, err
	}
	l := NewLayer(origin)
	l.dir, l.home = filepath.Dir(path), home
	f := file{path: path, layer: l}
	if err := f.read(data); err != nil {
		return nil, err
	}
	if f.secret && shared(info, 0o077) {
		return nil, wrong("settings %q: the file has secrets and is accessible to other users: run chmod 600", path)
	}
	return l, nil
}

// checkMode refuses a file that other users may write.
func checkMode(origin Origin, path string, info fs.FileInfo) error {
	writable := fs.FileMode(0o022)
	if origin == FromProject { // a checkout may be writable for a group, and states little
		writable = 0o002
	}
	switch {
	case shared(info, writable):
		return wrong("settings %q: other users may write the file: run chmod go-w", path)
	case origin == FromProject && !isOurs(info):
		return wrong("settings %q: the file belongs to another user: if you trust it, name it with --settings", path)
	}
	return nil
}

// shared reports whether other users have one of those permissions, where modes say so.
func shared(info fs.FileInfo, permissions fs.FileMode) bool {
	return info.Mode().Perm()&permissions != 0 && runtime.GOOS != "windows"
}

// ReadSecretFile reads a file of secrets, which what describes: at most 1 MiB. A file that
// users other than its owner may access is refused, where modes say so.
func ReadSecretFile(what, path string) ([]byte, error) {
	data, info, err := readRegular(what, path)
	if err == nil && shared(info, 0o077) {
		return nil, wrong("%s %q: the file is accessible to other users: run chmod 600", what, path)
	}
	return data, err
}

// ReadRuntime reads a file that describes a runtime, see [pack.ReadRuntime]. Its commands run
// on this host, so a file that other users may write is refused, where modes say so.
func ReadRuntime(path string) (pack.Runtime, error) {
	data, info, err := readRegular("runtime", path)
	if err == nil && shared(info, 0o022) {
		err = wrong("runtime %q: other users may write the file: run chmod go-w", path)
	}
	if err != nil {
		return pack.Runtime{}, err
	}
	r, err := pack.ReadRuntime(data)
	if err != nil {
		return r, fmt.Errorf("read %q: %w", path, err)
	}
	return r, nil
}

// readRegular reads a regular file of bounded size.
func readRegular(what, path string) (data []byte, info fs.FileInfo, err error) {
	if info, err = os.Stat(path); err != nil { // opening a named pipe could wait for ever
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, wrong("%s %q: not a regular file", what, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err = f.Stat(); err != nil {
		return nil, nil, err
	}
	if info.Size() > maxFile {
		return nil, nil, &pack.LimitError{Limit: "size of the file with " + what, Max: maxFile, Value: info.Size()}
	}
	data, err = io.ReadAll(io.LimitReader(f, maxFile))
	return data, info, err
}
