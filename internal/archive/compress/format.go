package compress

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
)

// A Format is the format of an archive, or of its compression. Its text is for
// messages.
type Format string

// The known formats.
const (
	Zip      Format = "zip"
	Tar      Format = "uncompressed tar"
	Gzip     Format = "gzip"
	Zstd     Format = "zstd"
	Bzip2    Format = "bzip2"
	XZ       Format = "xz"
	SevenZip Format = "7z" // recognised, never read
)

// A mark is the text by which a format is recognised, at an offset.
type mark struct {
	format Format
	text   string
	offset int
}

func marks() []mark {
	return []mark{
		{Gzip, "\x1f\x8b", 0},
		{Zip, "PK\x03\x04", 0},
		{Zip, "PK\x05\x06", 0}, // an empty one
		{Zstd, "\x28\xb5\x2f\xfd", 0},
		{XZ, "\xfd7zXZ\x00", 0},
		{Bzip2, "BZh", 0},
		{SevenZip, "7z\xbc\xaf\x27\x1c", 0},
		{Tar, "ustar", 257},
	}
}

// OfContent returns the format that the first bytes indicate, or "" when they
// match no known format. Content with the marks of two formats is an error.
func OfContent(head []byte) (Format, error) {
	var found Format
	for _, m := range marks() {
		if len(head) <= m.offset || !bytes.HasPrefix(head[m.offset:], []byte(m.text)) {
			continue
		}
		if found != "" {
			return "", malformed("the archive can be read as %s and as %s", found, m.format)
		}
		found = m.format
	}
	switch old := isOldTar(head); {
	case old && found == "":
		return Tar, nil
	case old && found != Tar:
		return "", malformed("the archive can be read as %s and as %s", found, Tar)
	}
	return found, nil
}

// isOldTar reports whether the first bytes are a header of tar before POSIX gave it a mark:
// the sum of its bytes is the number in it.
func isOldTar(head []byte) bool {
	const at, width = 148, 8
	if len(head) < headBytes || head[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[at:at+width]), " \x00"), 8, 32)
	sum := int64(width * ' ')
	for i, c := range head[:headBytes] {
		if i < at || i >= at+width {
			sum += int64(c)
		}
	}
	return err == nil && sum == want
}

// OfName returns the format that the extension of a path stands for, or "" when
// the extension is missing or unknown.
func OfName(path string) Format {
	name := strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])
	for _, s := range []struct {
		suffix string
		format Format
	}{
		{".gz", Gzip},
		{".tgz", Gzip},
		{".zip", Zip},
		{".zst", Zstd},
		{".tzst", Zstd},
		{".xz", XZ},
		{".txz", XZ},
		{".bz2", Bzip2},
		{".tbz", Bzip2},
		{".tbz2", Bzip2},
		{".7z", SevenZip},
		{".tar", Tar},
	} {
		if strings.HasSuffix(name, s.suffix) {
			return s.format
		}
	}
	return ""
}

// Check returns the format of an archive that begins with head and is called
// name. An extension in the name must agree with it.
func Check(head []byte, name string) (Format, error) {
	found, err := OfContent(head)
	named := OfName(name)
	switch {
	case err != nil:
		return "", err
	case len(head) == 0:
		return "", malformed("the archive is empty")
	case strings.HasPrefix(http.DetectContentType(head), "text/html"):
		return "", malformed("this is a web page, perhaps a login page, and not an archive")
	case found == "":
		return "", malformed("this is not an archive")
	case named != "" && named != found:
		return "", malformed("the archive is %s, although its name says %s", found, named)
	case found == SevenZip:
		return "", Unsupported(found)
	}
	return found, nil
}

// Unsupported returns the error for an archive of an unsupported format.
func Unsupported(f Format) error {
	return malformed("archives in the format %s are not supported: use .tar.gz, .tar.zst or .zip", f)
}

func malformed(format string, args ...any) error {
	return pack.Errorf(pack.CodeMalformedContent, "read archive: "+format, args...)
}
