package sourcetest

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
)

// A file holds the compared facts of a regular file.
type file struct {
	content    []byte
	executable bool
}

// differences describes how got differs from want.
func differences(want, got fs.FS) []string {
	wanted, err := read(want)
	if err != nil {
		return []string{fmt.Sprintf("read what is wanted: %v", err)}
	}
	delivered, err := read(got)
	if err != nil {
		return []string{fmt.Sprintf("read what was delivered: %v", err)}
	}
	var list []string
	for name, w := range wanted {
		switch g, ok := delivered[name]; {
		case !ok:
			list = append(list, fmt.Sprintf("%s is missing", name))
		case !bytes.Equal(w.content, g.content):
			list = append(list, fmt.Sprintf("%s has other content", name))
		case w.executable != g.executable:
			list = append(list, fmt.Sprintf("%s is executable: %v", name, g.executable))
		}
	}
	for name := range delivered {
		if _, ok := wanted[name]; !ok {
			list = append(list, fmt.Sprintf("%s is too much", name))
		}
	}
	slices.Sort(list)
	return list
}

func read(fsys fs.FS) (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content, err := fs.ReadFile(fsys, name)
		files[name] = file{content: content, executable: info.Mode()&0o111 != 0}
		return err
	})
	return files, err
}
