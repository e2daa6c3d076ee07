package archivesource

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/packtrain/pack"
)

// The formats that are recognised; only one is read.
const (
	formatGzip  = "gzip"
	formatZip   = "zip"
	formatZstd  = "zstd"
	formatXz    = "xz"
	formatBzip2 = "bzip2"
	format7z    = "7z"
	formatTar   = "uncompressed tar"
)

// A mark is the text by which a format is recognised, at an offset.
type mark struct {
	format, text string
	offset       int
}

func marks() []mark {
	return []mark{
		{formatGzip, "\x1f\x8b", 0},
		{formatZip, "PK\x03\x04", 0},
		{formatZip, "PK\x05\x06", 0}, // an empty one
		{formatZstd, "\x28\xb5\x2f\xfd", 0},
		{formatXz, "\xfd7zXZ\x00", 0},
		{formatBzip2, "BZh", 0},
		{format7z, "7z\xbc\xaf\x27\x1c", 0},
		{formatTar, "ustar", 257},
	}
}

func formatOfContent(head []byte) string {
	for _, m := range marks() {
		if len(head) > m.offset && bytes.HasPrefix(head[m.offset:], []byte(m.text)) {
			return m.format
		}
	}
	return ""
}

// formatOfName returns the format that the extension in a URL's path stands
// for, "" when it has none that is known.
func formatOfName(path string) string {
	name := strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])
	for _, s := range []struct{ suffix, format string }{
		{".gz", formatGzip},
		{".tgz", formatGzip},
		{".zip", formatZip},
		{".zst", formatZstd},
		{".tzst", formatZstd},
		{".xz", formatXz},
		{".txz", formatXz},
		{".bz2", formatBzip2},
		{".tbz", formatBzip2},
		{".tbz2", formatBzip2},
		{".7z", format7z},
		{".tar", formatTar},
	} {
		if strings.HasSuffix(name, s.suffix) {
			return s.format
		}
	}
	return ""
}

// checkFormat looks at the first bytes of an archive without consuming them.
func checkFormat(r *bufio.Reader, path string) error {
	head, err := r.Peek(formatHeadBytes)
	if err != nil && err != io.EOF {
		return err
	}
	named, found := formatOfName(path), formatOfContent(head)
	switch {
	case found == formatGzip:
		return nil
	case len(head) == 0:
		return malformed("the server sent nothing")
	case strings.HasPrefix(http.DetectContentType(head), "text/html"):
		return malformed("the server sent a web page instead of an archive, perhaps one to log in")
	case found == "":
		return malformed("what the server sent is no archive")
	case named != "":
		return malformed("the archive is %s, although its name says %s", found, named)
	}
	return unsupported(found)
}

func malformed(format string, args ...any) error {
	return pack.Errorf(pack.CodeMalformedContent, format, args...)
}

func unsupported(format string) error {
	return malformed("archives in the format %s are not supported yet: use .tar.gz", format)
}
