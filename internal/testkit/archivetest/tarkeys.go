package archivetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// tarKeys have the keys of pax that some program knows, and keys that none does.
func tarKeys() []TarCase {
	with := func(want pack.Code, key, value string, edits ...Edit) TarCase {
		archive := good() + Meta('x', Record(key, value)) + File("a", "x", edits...) + File("b", "") + End()
		return TarCase{"N01", fmt.Sprintf("%s=%.30q", key, value), archive, want}
	}
	executable := Set(100, "0000755\x00")
	const list, masked = "user::%s,group::r--,other::r--", "user::rw-,user:build:rwx:1000,group::r-x,mask::%s,other::r--"
	acl := func(form, bits string) string { return fmt.Sprintf(form, bits) }
	cases := []TarCase{
		{"N01", "SUN.holesdata that hides a file", Meta('x', Record("SUN.holesdata", " 0 512")) + File("a", Zeros()+File("hidden", "x")) + End(), format},
		with(typ, "SCHILY.realsize", "5"),
		with(path, "path", "e\u0301"),
		with(fine, "path", "q\u0308"),
		with(fine, "SCHILY.acl.access", acl(list, "rw-")),
		with(format, "SCHILY.acl.access", acl(list, "rwx")),
		with(fine, "SCHILY.acl.access", acl(list, "rwx"), executable),
		with(format, "SCHILY.acl.access", acl(list, "rw-"), executable),
		with(fine, "SCHILY.acl.access", acl(masked, "rw-")),
		with(format, "SCHILY.acl.access", acl(masked, "r-x")),
		with(fine, "SCHILY.acl.access", strings.ReplaceAll(acl(list, "rw-"), ",", "\n")+"\n"),
		with(fine, "SCHILY.xattr.user.x", "\x00\x01"),
		with(fine, "LIBARCHIVE.xattr.user.x", "MQ=="),
		with(format, "SCHILY.acl.ace", "owner@:rwxp::allow"),
	}
	right := map[string]string{
		"mtime": "1.5", "atime": "-1", "ctime": "253402300799.999", "LIBARCHIVE.creationtime": "0", "uid": "4294967294", "gid": "0",
		"uname": "ü", "gname": "", "comment": "\xff", "hdrcharset": "BINARY", "SCHILY.dev": "-2", "SCHILY.ino": "18446744073709551615",
		"SCHILY.nlink": "2", "SCHILY.fflags": "nodump", "RHT.security.selinux": "u:object_r:t", "SCHILY.acl.default": acl(list, "rwx"), "size": "1",
	}
	for _, key := range slices.Sorted(maps.Keys(right)) { // a seed names the same changes each time
		cases = append(cases, with(fine, key, right[key]))
	}
	for _, key := range []string{
		"SUN.holesdata", "SUN.devmajor", "SCHILY.filetype", "SCHILY.devmajor", "SCHILY.offset", "SCHILY.volhdr.label", "LIBARCHIVE.symlinktype", "LIBARCHIVE.creationtimes",
		"GNU.volume.filename", "GNU.dumpdir", "GNU.nonsense", "MSWINDOWS.rawsd", "MSWINDOWS.fileattr", "NODETAR.type", "TYPE", "mode", "devmajor", "nlink", "realtime.x",
		"security.x", "vendor.key", "Path", "path ", "PATH", "filename", "xattr.x", "schily.acl.access", "AFIO.x", "STAR.x",
	} {
		cases = append(cases, with(format, key, "1"))
	}
	wrong := map[string][]string{
		"mtime": {"", "x", "1e9", ".5", "+1", " 1", "1 ", "0x10", "1_0", "1.x", "9999999999999", "--1"},
		"uid":   {"", "x", "-1", "4294967296", "1.5", "+1"}, "SCHILY.nlink": {"x", "1.0"}, "uname": {"\xff"},
		"hdrcharset": {"", "x", "ISO-IR 8859 1 1998"}, "size": {"01", "+1", " 1", "1.0", "-1", ""},
		"SCHILY.acl.access": {"", "garbage", "user::rwx", "user::rw-,group::r--", acl(list, "7"), acl(list, "rw"), acl(list, "r-x") + ",user::rw-", "user::rw-,user:x:rwx,group::r--,other::r--", "u::rw-,g::r--,o::r--", acl(list, "rw-") + ",x::rwx"},
	}
	for _, key := range slices.Sorted(maps.Keys(wrong)) {
		for _, value := range wrong[key] {
			cases = append(cases, with(format, key, value))
		}
	}
	return cases
}
