package tar

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/packtrain/pack"
)

// checkRecord admits the pax records that archivers write for files and directories, in
// the form in which all programs read them. Others may tell a program where the content of
// a file is, what its name or its type: bsdtar obeys a record of Solaris that is unknown
// to the rest, and takes content for headers.
func checkRecord(key, value, path string) error {
	ok := true
	switch key {
	case "path":
		if !norm.NFC.IsNormalString(value) {
			return pack.Errorf(pack.CodeUnsafePath, "read archive: entry %.80q: its name is not in the composed form of Unicode, and bsdtar changes such names: rename the file (to NFC), or pack it with tar --format=gnu", value)
		}
	case "linkpath", "size", "comment", "charset", "SCHILY.fflags", "SCHILY.acl.access", "SCHILY.acl.default", "RHT.security.selinux": // the first two are compared with the header
	case "mtime", "atime", "ctime", "LIBARCHIVE.creationtime":
		ok = isTime(value)
	case "uid", "gid", "SCHILY.dev", "SCHILY.ino", "SCHILY.nlink":
		ok = isNumber(key, value)
	case "uname", "gname":
		ok = utf8.ValidString(value)
	case "hdrcharset":
		ok = value == "BINARY" || value == "ISO-IR 10646 2000 UTF-8"
	default:
		return checkFamily(key, path)
	}
	if !ok {
		return malformed("an extension header sets %q to %.40q, which programs read differently", key, value)
	}
	return nil
}

// checkFamily admits extended attributes, and explains what else there may be.
func checkFamily(key, path string) error {
	for _, family := range []string{"SCHILY.xattr.", "LIBARCHIVE.xattr."} {
		if strings.HasPrefix(key, family) {
			return nil
		}
	}
	switch {
	case strings.HasPrefix(key, "GNU.sparse."), strings.HasPrefix(key, "SCHILY.realsize"):
		return sparse(path)
	case key == "SUN.holesdata":
		return malformed("entry %.80q is a sparse file (%s), which only some programs know: re-create the archive without sparse files", path, key)
	case strings.HasPrefix(key, "SCHILY.acl."):
		return malformed("an extension header has an access control list (%.40q) that only some programs read: re-create the archive with --no-acls", key)
	}
	return malformed("an extension header sets %.40q, which programs may read differently: re-create the archive with tar --format=gnu", key)
}

func sparse(name string) error {
	return pack.Errorf(pack.CodeForbiddenEntry, "read archive: entry %.80q is a sparse file: only plain files are allowed: re-create the archive without --sparse (-S)", name)
}

// isTime reports whether all programs read a time: seconds, perhaps with a fraction. The
// length keeps it in the range of each.
func isTime(value string) bool {
	const most = 12
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(value, "-"), ".")
	return whole != "" && len(whole) <= most && strings.Trim(whole+fraction, "0123456789") == ""
}

// isNumber reports whether all programs read a number, as the key has it.
func isNumber(key, value string) bool {
	bits := 64
	if slices.Contains([]string{"uid", "gid"}, key) {
		bits = 32
	}
	_, err := strconv.ParseUint(value, 10, bits)
	if bits == 64 && strings.HasPrefix(value, "-") { // device numbers, as some systems have them
		_, err = strconv.ParseInt(value, 10, bits)
	}
	return err == nil
}

// checkACL refuses an access control list that changes whether a file is executable: some
// programs apply it, and others do not.
func checkACL(name, acl string, executable bool) error {
	granted, err := parseACL(acl)
	switch {
	case err != nil:
		return malformed("entry %.80q has an access control list that cannot be read (%w): re-create the archive with --no-acls", name, err)
	case granted != executable:
		return malformed("entry %.80q is executable by only one of its mode and its access control list: re-create the archive with --no-acls", name)
	}
	return nil
}
