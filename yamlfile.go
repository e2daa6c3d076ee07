package pack

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/packtrain/pack/internal/text/yaml"
)

// readYAML returns the mapping in a file, or nil after findings that say why
// there is none. An error is one of the file system.
func (l *loader) readYAML(file string, lim yaml.Limits) (*yaml.Node, error) {
	data, err := readFile(l.fsys, file, lim.Bytes)
	if limit, ok := errors.AsType[*LimitError](err); ok {
		l.pack.Findings.report(yamlLimit, file, 0, limit)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l.size += len(data)
	node, problems := yaml.Parse(data, lim)
	for i := range problems {
		code, err := problemCode(&problems[i])
		l.pack.Findings.report(code, file, problems[i].Line, err)
	}
	if node != nil && node.Kind != yaml.Mapping {
		l.pack.Findings.report(yamlNotMapping, file, node.Line, fmt.Errorf("the document is %v; want a mapping with keys", node.Kind))
		return nil, nil
	}
	return node, nil
}

// readRegular reads a file as [readFile] does. What is not a regular file does
// not exist for it: a link might lead anywhere.
func readRegular(fsys fs.FS, file string, limit int) ([]byte, error) {
	info, err := fs.Lstat(fsys, file)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: file, Err: fs.ErrNotExist}
	}
	return readFile(fsys, file, limit)
}

// readFile reads a file of at most limit bytes; a longer one is a
// [*LimitError].
func readFile(fsys fs.FS, file string, limit int) ([]byte, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = &LimitError{Limit: "file size in bytes", Max: int64(limit), Value: int64(len(data))}
	}
	return data, err
}

func problemCode(p *yaml.Problem) (findingCode, error) {
	if p.Reason == yaml.Limit {
		return yamlLimit, &LimitError{Limit: p.Name, Max: int64(p.Max), Value: int64(p.Value)}
	}
	return findingCode("yaml." + string(p.Reason)), errors.New(p.Message)
}

// yaml returns the limits of a file with at most size bytes.
func (l Limits) yaml(size, aliases int) yaml.Limits {
	return yaml.Limits{Bytes: size, Depth: l.Depth, Keys: l.Keys, Nodes: l.Values, Aliases: aliases}
}
