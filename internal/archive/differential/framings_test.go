package differential_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/testkit/archivetest"
)

// framings are archives as producers frame them that do not run here: byte by byte,
// but for times and content.
func framings() map[string][]byte {
	set16, set32, both := archivetest.Put16, archivetest.Put32, archivetest.Both
	fields := func(needed, flags, method uint16) (local, central archivetest.Edit) {
		return both(set16(4, needed), set16(6, flags), set16(8, method)), both(set16(6, needed), set16(8, flags), set16(10, method))
	}
	made := func(by uint16, attributes uint32) archivetest.Edit {
		return both(set16(4, by), set32(38, attributes))
	}
	// with is a file that is framed so; a streamed one has its sizes after it.
	with := func(name, content string, by, needed, flags uint16, attributes uint32, local, central string) archivetest.ZipFile {
		f := archivetest.ZipFile{Name: name, Content: content, LocalExtra: local, CentralExtra: central}
		method := uint16(8)
		switch packed := archivetest.Deflate(content); {
		case flags&descriptorFlag != 0:
			f.Packed, f.Descriptor = packed, archivetest.Descriptor("PK\x07\x08", content, packed)
		case strings.HasSuffix(name, "/"):
			method = 0
		default:
			f.Packed = packed
		}
		f.Local, f.Central = fields(needed, flags, method)
		f.Central = both(f.Central, made(by, attributes))
		return f
	}
	zip := func(files ...archivetest.ZipFile) []byte { return archivetest.Zip{Files: files}.Bytes() }
	const manifest = archivetest.Manifest
	jar := archivetest.Extra(0xcafe, "")
	ntfs := archivetest.Extra(0x000a, "\x00\x00\x00\x00\x01\x00\x18\x00"+strings.Repeat("12345678", 3))
	mac, macShort := archivetest.Extra(0x5855, "aaaammmmuugg"), archivetest.Extra(0x5855, "aaaammmm")
	rust := func(name, content string) archivetest.Entry {
		return archivetest.Entry{Name: name, Mode: 0o644, Content: content, Header: func(b []byte) {
			clear(b[108:124]) // no owner
			copy(b[257:], "ustar  \x00")
			copy(b[136:], "10461020230\x00")
		}}
	}
	return map[string][]byte{
		"jar.zip": zip(
			with("META-INF/", "", 20, 20, 0x0808, 0, jar, jar),
			with("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n", 20, 20, 0x0808, 0, "", ""),
			with("pack.yaml", manifest, 20, 20, 0x0808, 0, "", "")),
		"jar without a manifest.zip": zip(
			with("demo/", "", 10, 10, 0x0800, 0, jar, jar),
			with("demo/pack.yaml", manifest, 20, 20, 0x0808, 0, "", "")),
		"Windows Explorer.zip": zip(with("demo/pack.yaml", manifest, 20, 20, 0, 0x20, "", ""), with("demo/docs/", "", 20, 20, 0, 0x10, "", "")),
		"7-Zip on Windows.zip": zip(
			with("demo/", "", 63, 20, 0, 0x10, "", ntfs),
			with("demo/pack.yaml", manifest, 63, 20, 0, 0x20, "", ntfs),
			with("demo/ünïcode.md", "text", 63, 20, 0x0800, 0x20, "", ntfs)),
		"macOS ditto.zip": zip(
			with("demo/", "", 0x0315, 10, 0, 0x41ed4000, mac, macShort),
			with("demo/pack.yaml", manifest, 0x0315, 20, descriptorFlag, 0x81a44000, mac, macShort),
			with("demo/run.sh", "#!/bin/sh\n", 0x0315, 20, descriptorFlag, 0x81ed4000, mac, macShort)),
		".NET on Windows.zip": zip(with("pack.yaml", manifest, 20, 20, 0, 0, "", "")),
		".NET on Linux.zip":   zip(with("pack.yaml", manifest, 0x0314, 20, 0, 0o100644<<16, "", ""), with("ünïcode.md", "text", 0x0314, 20, 0x0800, 0o100644<<16, "", "")),
		".NET to a pipe.zip":  zip(with("pack.yaml", manifest, 20, 20, descriptorFlag, 0, "", "")),
		"Go's Create.zip":     zip(with("pack.yaml", manifest, 20, 20, descriptorFlag, 0, "", "")),
		"cargo.tar.gz": archivetest.Gzip(archivetest.Tar(
			rust("demo-1.0.0/pack.yaml", manifest),
			rust("demo-1.0.0/"+strings.Repeat("long-directory-name/", 6)+"f", "deep"))),
	}
}

// TestFramings: every other program unpacks the accepted ones in the same way.
func TestFramings(t *testing.T) {
	t.Parallel()
	needPrograms(t, "bash", "unzip", "7z", "bsdtar", "tar", "busybox")
	for name, data := range framings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x"+name[strings.IndexByte(name[1:], '.')+1:])
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			want, err := unpack(t, path, false)
			if err != nil || len(want) == 0 {
				t.Fatalf("%d files, %v", len(want), err)
			}
			for _, e := range extractors() {
				if !e.reads(path, data) {
					continue
				}
				if got, err := e.extract(t, path); !cmp.Equal(want, got) && (err == nil || !e.lenient) { // some warn
					t.Errorf("%s: %v\n%s", e.name, err, cmp.Diff(want, got))
				}
			}
		})
	}
}
