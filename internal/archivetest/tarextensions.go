package archivetest

import "strings"

func tarExtensions() []TarCase {
	return []TarCase{
		{"C11", "length too small", Meta('x', "5 path=evil\n") + File("a", "") + End(), format},
		{"C11", "length too big", Meta('x', "99 path=evil\n") + File("a", "") + End(), format},
		{"C11", "length negative", Meta('x', "-13 path=evil\n") + File("a", "") + End(), format},
		{"C11", "length overflows", Meta('x', "99999999999999999999 path=evil\n") + File("a", "") + End(), format},
		{"C11", "length with a leading zero", Meta('x', "014 path=evil\n") + File("a", "") + End(), format},
		{"C11", "length missing", Meta('x', " path=evil\n") + File("a", "") + End(), format},
		{"C11", "no newline", Meta('x', "12 path=evil ") + File("a", "") + End(), format},
		{"C11", "no equals sign", Meta('x', "9 comment\n") + File("a", "") + End(), format},
		{"C11", "no key", Meta('x', Record("", "x")) + File("a", "") + End(), format},
		{"C11", "duplicate keys", Meta('x', Record("path", "x")+Record("path", "y")) + File("a", "") + End(), format},
		{"C11", "2 MB comment", Meta('x', Record("comment", strings.Repeat("x", 2<<20))) + File("a", "") + End(), format},
		{"C11", "NUL in a value", Meta('x', Record("uname", "a\x00b")) + File("a", "") + End(), format},
		{"C11", "two headers", Meta('x', Record("path", "x")) + Meta('x', Record("path", "y")) + File("a", "") + End(), format},
		{"C12", "long name and no entry", Meta('L', "x\x00") + End(), format},
		{"C12", "pax and no entry", Meta('x', Record("path", "x")) + End(), format},
		{"C12", "long name twice", Meta('L', "x\x00") + Meta('L', "y\x00") + File("a", "") + End(), format},
		{"C12", "long link for a file", Meta('K', "x\x00") + File("a", "") + End(), format},
		{"C12", "empty long name", Meta('L', "\x00") + File("a", "") + End(), format},
		{"C13", "old GNU sparse", Header('S', "a", 0, Set(257, "ustar  \x00")) + End(), typ},
		{"C13", "sparse 0.0", Meta('x', Record("GNU.sparse.size", "1000000")) + File("a", "") + End(), typ},
		{"C13", "sparse 0.1", Meta('x', Record("GNU.sparse.map", "0,1")) + File("a", "x") + End(), typ},
		{"C13", "sparse 1.0, 8 EiB", Meta('x', Record("GNU.sparse.major", "1")+Record("GNU.sparse.realsize", "9223372036854775807")) + File("a", "") + End(), typ},
		{"C14", "negative", Header('0', "a", 0, Set(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")) + End(), format},
		{"C14", "binary", Header('0', "a", 0, Set(124, "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01")) + Pad("x") + End(), format},
		{"C14", "spaces inside", Header('0', "a", 0, Set(124, "0000 000001\x00")) + Pad("x") + End(), format},
		{"C14", "NUL inside", Header('0', "a", 0, Set(124, "0000000001\x001")) + Pad("x") + End(), format},
		{"C14", "NUL in front", Header('0', "a", 0, Set(124, "\x0000000000001")) + Pad("x") + End(), format},
		{"C14", "minus sign", Header('0', "a", 0, Set(124, "-0000000001\x00")) + Pad("x") + End(), format},
		{"C14", "not octal", Header('0', "a", 0, Set(124, "00000000008\x00")) + Pad("x") + End(), format},
		{"C14", "mode not octal", Header('0', "a", 0, Set(100, "xyz")) + End(), format},
		{"C15", "text where GNU keeps times", File("a", "x", Set(257, "ustar  \x00"), Set(345, "evil/prefix")) + End(), format},
		{"C18", "only zeros", strings.Repeat(Zeros(), 20), fine},
		{"C18", "no bytes at all", "", fine},
		{"C18", "only directories", Header('5', "a/", 0) + Header('5', "b", 0) + End(), fine},
	}
}
