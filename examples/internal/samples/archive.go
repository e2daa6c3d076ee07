package samples

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io/fs"
	"path"
	"strings"
)

// tarGz packs the embedded directory dir into a .tar.gz with all entries below the
// directory top. The same content yields the same bytes.
func tarGz(dir, top string) ([]byte, error) {
	var out bytes.Buffer
	gz := gzip.NewWriter(&out)
	tw := tar.NewWriter(gz)
	err := fs.WalkDir(content, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := content.ReadFile(name)
		if err != nil {
			return err
		}
		inside := path.Join(top, strings.TrimPrefix(name, dir))
		header := &tar.Header{Name: inside, Mode: int64(mode(name)), Size: int64(len(data)), Typeflag: tar.TypeReg}
		if err := tw.WriteHeader(header); err != nil {
			return err
		}
		_, err = tw.Write(data)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := tw.Close(); err != nil {
		return nil, err
	}
	if err := gz.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
