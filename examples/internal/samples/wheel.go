package samples

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path"
	"path/filepath"
)

// writeWheel builds a pure Python wheel of the embedded package name
// (https://packaging.python.org/specifications/binary-distribution-format/).
func writeWheel(dir, name, version string) error {
	info := fmt.Sprintf("%s-%s.dist-info", name, version)
	source, err := content.ReadFile(path.Join("wheels", name, "__init__.py"))
	if err != nil {
		return err
	}
	files := []struct {
		name string
		data []byte
	}{
		{name + "/__init__.py", source},
		{info + "/METADATA", fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)},
		{info + "/WHEEL", []byte("Wheel-Version: 1.0\nGenerator: packtrain-samples\nRoot-Is-Purelib: true\nTag: py3-none-any\n")},
	}
	var out, record bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, f := range files {
		if err := addFile(zw, f.name, f.data); err != nil {
			return err
		}
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", f.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	fmt.Fprintf(&record, "%s/RECORD,,\n", info)
	if err := addFile(zw, info+"/RECORD", record.Bytes()); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-py3-none-any.whl", name, version)), out.Bytes(), 0o644)
}

func addFile(zw *zip.Writer, name string, data []byte) error {
	w, err := zw.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}
