package zip

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/packtrain/pack"
)

// Systems that archivers say they run on.
const (
	madeByDOS   = 0
	madeByUnix  = 3
	madeByNTFS  = 10 // Windows, of PKWARE and .NET
	madeByWin32 = 11 // Windows, of Info-ZIP
	madeByMacOS = 19

	win32At50 = 50 // a version of the format
)

// checkOrigin admits the systems whose attributes all programs read in the same
// way. Others, as Amiga and VMS, make a directory or an executable of a file for
// some programs only.
func (c *central) checkOrigin() error {
	switch c.madeBy {
	case madeByDOS, madeByUnix, madeByNTFS, madeByWin32, madeByMacOS:
		return nil
	}
	return malformed("entry %.80q was made by the unsupported system %d: pack it on Linux, macOS or Windows", c.name, c.madeBy)
}

// checkName refuses names that do not say how they are spelled, and those that
// Info-ZIP's unzip reads in its own way.
func (c *central) checkName() error {
	switch {
	case isASCII(c.name):
	case !norm.NFC.IsNormalString(c.name):
		return c.unsafe("its name is not in the composed form of Unicode, and bsdtar changes such names: rename the file (to NFC)")
	case c.flags&flagUTF8 == 0:
		return c.unsafe("the encoding of its name is not known")
	case c.codePage() && !c.extra:
		return c.unsafe("unzip decodes its name with a DOS code page: let the archiver store extra fields, such as times, or use names in ASCII")
	}
	if isVersioned(c.name) {
		return c.unsafe("unzip treats the end of its name as a version number and drops it")
	}
	return nil
}

// codePage reports whether the file comes from a system whose names unzip converts.
// It takes that back, in favour of UTF-8, where it reads extra fields.
func (c *central) codePage() bool {
	return c.madeBy == madeByDOS || c.madeBy == madeByWin32 && c.madeWith == win32At50
}

// isVersioned reports whether a name ends as those of files on VMS do: "a.txt;2".
func isVersioned(name string) bool {
	name = name[strings.LastIndexByte(name, '/')+1:]
	i := strings.LastIndexByte(name, ';')
	return i >= 0 && strings.Trim(name[i+1:], "0123456789") == ""
}

func isASCII(name string) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (c *central) unsafe(why string) error {
	return pack.Errorf(pack.CodeUnsafePath, "read zip archive: entry %.80q: %s", c.name, why)
}
