package tar

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
)

// maxExtension is also the limit of archive/tar.
const maxExtension = 1 << 20

// An extension holds the extension headers of an entry.
type extension struct {
	pax                map[string]string // nil: no such header
	longName, longLink string            // "": no such header
}

func (x *extension) pending() bool {
	return x.pax != nil || x.longName != "" || x.longLink != ""
}

// add takes the body of an extension header of the given kind, and what pads it to a block.
func (x *extension) add(kind byte, body, padding []byte) error {
	if kind == 'x' {
		return x.addPAX(body)
	}
	if len(padding) > 0 && padding[0] != 0 && !bytes.ContainsRune(body, 0) { // GNU tar reads on to the next NUL
		return malformed("a long name continues after the end of its header: %.80q", body)
	}
	name := string(bytes.TrimRight(body, "\x00"))
	field := &x.longName
	if kind == 'K' {
		field = &x.longLink
	}
	switch {
	case strings.Contains(name, "\x00"):
		return pack.Errorf(pack.CodeUnsafePath, "read archive: entry %.80q: the name has a NUL", name)
	case name == "" || *field != "":
		return malformed("a long name is empty, or there are two for one entry")
	}
	*field = name
	return nil
}

func (x *extension) addPAX(body []byte) error {
	if x.pax != nil {
		return malformed("two extension headers for one entry")
	}
	records, err := parsePAX(body)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(records)) {
		if err := checkRecord(key, records[key], records["path"]); err != nil {
			return err
		}
	}
	x.pax = records
	return nil
}

// check compares the extension with the header of its entry, a file or directory.
func (x *extension) check(b *block, size int64) error {
	name := x.name(b)
	path, hasPath := x.pax["path"]
	switch {
	case x.hasLink():
		return malformed("entry %.80q has a link target but is not a link", name)
	case b.kind() == 0 && strings.HasSuffix(b.name(), "/") != strings.HasSuffix(name, "/"):
		return malformed("entry %.80q is a directory by only one of its names", name)
	case b.kind() == 0 && !b.unmarked() && strings.HasSuffix(name, "/"): // busybox takes it for a file
		return malformed("entry %.80q is a directory by its name, and a file by its type: re-create the archive with tar --format=posix", name)
	case hasPath && path == "":
		return malformed("entry %.80q: an empty long name", b.name())
	}
	if acl, ok := x.pax["SCHILY.acl.access"]; ok && b.kind() != '5' {
		if err := checkACL(name, acl, b.executable()); err != nil {
			return err
		}
	}
	if text, ok := x.pax["size"]; ok && text != strconv.FormatInt(size, 10) {
		return malformed("entry %.80q: its size is %d and %q", name, size, text)
	}
	return nil
}

func (x *extension) hasLink() bool {
	_, link := x.pax["linkpath"]
	return link || x.longLink != ""
}

// link returns the target of a link.
func (x *extension) link(b *block) string {
	return cmp.Or(x.pax["linkpath"], x.longLink, text(b[157:257]))
}

func (x *extension) name(b *block) string {
	if path := x.pax["path"]; path != "" {
		return path
	}
	if x.longName != "" {
		return x.longName
	}
	return b.name()
}

// checkGlobal accepts what git and hosting services write in front: a comment.
func checkGlobal(body []byte) error {
	records, err := parsePAX(body)
	if err != nil {
		return err
	}
	for key := range records {
		if key != "comment" {
			return malformed("a header for all entries sets %.40q: only a comment is allowed", key)
		}
	}
	return nil
}

// parsePAX reads records "length key=value\n", where length counts the whole
// record.
func parsePAX(body []byte) (map[string]string, error) {
	records := map[string]string{}
	for len(body) > 0 {
		record, rest, ok := cutRecord(body)
		key, value, found := strings.Cut(record, "=")
		if !ok || !found || key == "" {
			return nil, malformed("an extension header is malformed")
		}
		if _, twice := records[key]; twice {
			return nil, malformed("an extension header sets %.40q twice", key)
		}
		if strings.Contains(value, "\x00") && !strings.HasPrefix(key, "SCHILY.") && !strings.HasPrefix(key, "LIBARCHIVE.") {
			return nil, nulIn(key)
		}
		records[key] = value
		body = rest
	}
	return records, nil
}

func nulIn(key string) error {
	if key == "path" || key == "linkpath" {
		return pack.Errorf(pack.CodeUnsafePath, "read archive: a name has a NUL")
	}
	return malformed("the value of %.40q in an extension header has a NUL", key)
}

func cutRecord(body []byte) (record string, rest []byte, ok bool) {
	digits, _, found := bytes.Cut(body, []byte{' '})
	n, err := strconv.ParseUint(string(digits), 10, 31)
	if !found || err != nil || digits[0] == '0' || int(n) > len(body) || body[n-1] != '\n' {
		return "", nil, false
	}
	return string(body[len(digits)+1 : n-1]), body[n:], true
}
