// Package wheel writes pure Python wheels
// (https://packaging.python.org/specifications/binary-distribution-format/).
package wheel

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
)

// A File of a wheel; Name is relative to site-packages.
type File struct {
	Name string
	Data []byte
}

// Write builds a wheel with the given files and puts it into dir, which is
// created.
func Write(dir, name, version string, files []File) error {
	data, err := build(name, version, files)
	if err != nil {
		return fmt.Errorf("build wheel %s: %w", name, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-py3-none-any.whl", name, version)), data, 0o644)
}

func build(name, version string, files []File) ([]byte, error) {
	info := fmt.Sprintf("%s-%s.dist-info", name, version)
	files = append(files[:len(files):len(files)],
		File{info + "/METADATA", fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)},
		File{info + "/WHEEL", []byte("Wheel-Version: 1.0\nGenerator: packtrain\nRoot-Is-Purelib: true\nTag: py3-none-any\n")},
	)
	var out, record bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, f := range files {
		if err := add(zw, f); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(f.Data)
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", f.Name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.Data))
	}
	fmt.Fprintf(&record, "%s/RECORD,,\n", info)
	if err := add(zw, File{info + "/RECORD", record.Bytes()}); err != nil {
		return nil, err
	}
	err := zw.Close()
	return out.Bytes(), err
}

func add(zw *zip.Writer, f File) error {
	w, err := zw.Create(f.Name)
	if err != nil {
		return err
	}
	_, err = w.Write(f.Data)
	return err
}
