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
)

// mode returns type and permissions of a file. A name that ends in "/" is a
// directory, and the attributes must agree: programs differ in which one they
// believe.
func (c *central) mode() (fs.FileMode, error) {
	unix := c.attributes >> 16
	dir := strings.HasSuffix(c.name, "/")
	switch kind := unix & unixType; {
	case kind == unixLink:
		return 0, c.forbidden("a symbolic link")
	case kind != 0 && kind != unixRegular && kind != unixDir:
		return 0, c.forbidden("neither a file nor a directory")
	case c.attributes&dosLabel != 0:
		return 0, c.forbidden("the label of a volume")
	case dir && kind == unixRegular, !dir && (kind == unixDir || c.attributes&dosDir != 0):
		return 0, malformed("entry %.80q is a directory by its name or its attributes only", c.name)
	case dir:
		return fs.ModeDir | 0o755, nil
	case c.madeBy == madeByUnix || c.madeBy == madeByMacOS:
		return fs.FileMode(unix) & fs.ModePerm, nil
	}
	return 0o644, nil
}

func (c *central) forbidden(what string) error {
	return pack.Errorf(pack.CodeForbiddenEntry, "read zip archive: entry %.80q is %s: only plain files and directories are allowed", c.name, what)
}
