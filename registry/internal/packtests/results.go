package packtests

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
)

// maxResults bounds the results of a suite, in bytes.
const maxResults = 16 << 20

// errTooLarge says that results exceed maxResults.
var errTooLarge = fmt.Errorf("they are larger than %d MiB", maxResults>>20)

// A capture keeps the beginning of an output.
type capture struct {
	bytes.Buffer
	over bool
}

// Write implements [io.Writer]. It never fails.
func (c *capture) Write(p []byte) (int, error) {
	kept := p[:min(len(p), maxResults-c.Len())]
	c.over = c.over || len(kept) < len(p)
	_, _ = c.Buffer.Write(kept) // never fails
	return len(p), nil
}

// A source is where the results of one suite come from.
type source struct {
	runner
	spec *pack.Suite
	file string  // written by the runner, "" if it prints results
	out  capture // of standard output, if results may be printed in it
}

// optional reports whether the suite may end without results: a script whose exit
// status says it all.
func (s *source) optional() bool {
	return s.format == "" && (s.spec.Format == "" || s.spec.Format == "simple")
}

// prints reports whether the results are the standard output as a whole, in contrast
// to some lines of it.
func (s *source) prints() bool {
	if s.own(s.spec.Format) {
		return s.format != unittestFormat && s.runner.file == ""
	}
	return !s.optional() && s.spec.ResultPath == ""
}

// report returns the results of a suite that ran.
func (c *Config) report(s *source, result *pack.Result) (Report, error) {
	if !s.own(s.spec.Format) {
		if s.optional() {
			return Simple(slices.Concat(result.Stderr, []byte("\n"), result.Stdout))
		}
		return c.declared(s)
	}
	if s.format == unittestFormat {
		return Unittest(result.Stderr)
	}
	data, err := s.printed()
	if s.file != "" {
		data, err = readResults(os.DirFS(filepath.Dir(s.file)), filepath.Base(s.file))
	}
	if err != nil {
		return Report{}, err
	}
	return parse(s.format, data)
}

func (s *source) printed() ([]byte, error) {
	if s.out.over {
		return nil, errTooLarge
	}
	return s.out.Bytes(), nil
}

// declared returns the results that the pack promises to write in some format: to its
// standard output, to a file, or to files in a directory.
func (c *Config) declared(s *source) (Report, error) {
	if s.spec.ResultPath == "" {
		data, err := s.printed()
		if err != nil {
			return Report{}, err
		}
		return parse(s.spec.Format, data)
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = root.Close() }() // opened for reading only
	files, err := resultFiles(root.FS(), path.Clean(s.spec.ResultPath), s.spec.Format)
	if err != nil {
		return Report{}, err
	}
	var all Report
	for _, name := range files {
		data, err := readResults(root.FS(), name)
		if err != nil {
			return Report{}, err
		}
		r, err := parse(s.spec.Format, data)
		if err != nil {
			return Report{}, fmt.Errorf("%s: %w", name, err)
		}
		all.merge(r)
	}
	return all, nil
}

// resultFiles returns the file of that name, or the files in the directory of that name
// whose extension is that of the format.
func resultFiles(fsys fs.FS, name, format string) ([]string, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read", name)
	case info.Mode().IsRegular():
		return []string{name}, nil
	}
	extension := map[string]string{"junit-xml": "xml", "tap": "tap", "json": "json"}[format]
	files, err := fs.Glob(fsys, path.Join(name, "*."+extension))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s has no file *.%s", name, extension)
	}
	return files, err
}

func readResults(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errNoResults
	case err != nil || !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s cannot be read", name)
	case info.Size() > maxResults:
		return nil, errTooLarge
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read", name)
	}
	defer func() { _ = file.Close() }() // opened for reading only
	return io.ReadAll(io.LimitReader(file, maxResults))
}
