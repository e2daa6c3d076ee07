package tar

import (
	"fmt"
	"strings"
)

// parseACL reports whether an access control list makes a file executable: the bits of a
// mode are those of its owner, of its mask or, without one, its group, and of others. Its
// text has entries as "user::rwx" or "user:name:r--:1000".
func parseACL(acl string) (executable bool, err error) {
	base := map[string]string{} // permissions by tag
	named := false
	for entry := range strings.FieldsFuncSeq(acl, func(r rune) bool { return r == ',' || r == '\n' }) {
		fields := strings.Split(entry, ":")
		if len(fields) < 3 || len(fields) > 4 || !isPermission(fields[2]) {
			return false, fmt.Errorf("entry %.40q", entry)
		}
		tag := fields[0]
		_, twice := base[tag]
		switch {
		case fields[1] != "" && (tag == "user" || tag == "group"):
			named = true
		case fields[1] != "" || twice || tag != "user" && tag != "group" && tag != "mask" && tag != "other":
			return false, fmt.Errorf("entry %.40q", entry)
		default:
			base[tag] = fields[2]
		}
	}
	class, masked := base["mask"]
	if !masked {
		class = base["group"]
	}
	if base["user"] == "" || base["group"] == "" || base["other"] == "" || named && !masked {
		return false, fmt.Errorf("no entry for the owner, the group, others or the mask")
	}
	return strings.Contains(base["user"]+class+base["other"], "x"), nil
}

// isPermission reports whether text is as "r-x".
func isPermission(text string) bool {
	for i, c := range "rwx" {
		if len(text) != 3 || text[i] != '-' && text[i] != byte(c) {
			return false
		}
	}
	return true
}
