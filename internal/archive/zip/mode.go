package zip

import (
	"io/fs"
	"strings"

	"github.com/packtrain/pack"
)

const (
	unixType    = 0o170000
	unixDir     = 0o040000
	unixRegular = 0o100000
	unixLink    = 0o120000
	dosLabel    = 0x08
	dosDir      = 0x10
	unixMark    = 0x8000 // "the upper half is a mode", of 7-Zip

	internalText = 1
)

// mode returns type and permissions of a file. A name that ends in "/" is a
// directory, and the attributes must agree: programs differ in which one they
// believe.
func (c *central) mode() (fs.FileMode, error) {
	unix := c.attributes >> 16
	dir := strings.HasSuffix(c.name, "/")
	switch kind := unix & unixType; {
	case kind == unixLink && !dir:
		return fs.ModeSymlink, nil
	case dir && kind == unixType: // no type at all: Maven writes -1 for the mode of a directory
	case kind != 0 && kind != unixRegular && kind != unixDir:
		return fs.ModeIrregular, nil
	case dir && kind == unixRegular, !dir && (kind == unixDir || c.attributes&dosDir != 0):
		return 0, malformed("entry %.80q is a directory by its name or its attributes only", c.name)
	}
	switch {
	case c.internal&^internalText != 0:
		return 0, malformed("entry %.80q has unknown internal attributes %#x", c.name, c.internal)
	case dir:
		return fs.ModeDir | 0o755, nil
	}
	return c.permissions()
}

// permissions returns the permissions of a file: those that Unix gave it. An
// executable bit that only some programs see is refused.
func (c *central) permissions() (fs.FileMode, error) {
	unix := fs.FileMode(c.attributes>>16) & fs.ModePerm
	executable := unix&0o111 != 0
	switch typed := c.attributes>>16&unixType != 0; {
	case c.madeBy == madeByUnix && executable && !typed:
		return 0, c.unclear("its mode %#o lacks the type of a file: write %#o instead", unix, unixRegular|unix)
	case c.madeBy == madeByUnix:
		return unix, nil
	case executable && (c.madeBy == madeByMacOS || c.attributes&unixMark != 0 || unix&0o100 == 0): // 7z and unzip believe some of these
		return 0, c.unclear("it has a mode of Unix, %#o, and is marked as made by system %d: pack it with another program, or take away its executable bits", unix, c.madeBy)
	}
	return 0o644, nil
}

func (c *central) unclear(why string, args ...any) error {
	return malformed("entry %.80q is executable for some programs only: "+why, append([]any{c.name}, args...)...)
}

// fault returns why the entry is refused when it is wanted, nil for nothing.
func (c *central) fault(mode fs.FileMode) error {
	switch {
	case c.attributes&dosLabel != 0:
		return c.forbidden("the label of a volume")
	case mode&fs.ModeSymlink != 0:
		return c.forbidden("a symbolic link")
	case !mode.IsRegular() && !mode.IsDir():
		return c.forbidden("neither a file nor a directory")
	}
	return c.checkName()
}

func (c *central) forbidden(what string) error {
	return pack.Errorf(pack.CodeForbiddenEntry, "read zip archive: entry %.80q is %s: only plain files and directories are allowed", c.name, what)
}
