package archivetest

// zipNames are names that a zip archive can spell so that unzip reads another one.
func zipNames() []Case {
	times := Extra(0x5455, "\x01\x00\x00\x00\x00")
	comment := Extra(0x6375, "\x01\x00\x00\x00\x00x")
	made := func(system, version byte, local, central string) ZipFile {
		return ZipFile{
			Name: "日本", Content: "x", Flags: 1 << 11, LocalExtra: local, CentralExtra: central,
			Central: func(b []byte) { b[4], b[5] = version, system },
		}
	}
	plain := func(system, version byte) ZipFile { return made(system, version, "", "") }
	named := func(name string) ZipFile { return ZipFile{Name: name, Content: "x"} }
	return []Case{
		zipped("A08", "UTF-8 of MS-DOS", path, plain(0, 20)),
		zipped("A08", "UTF-8 of MS-DOS, a field in the local header only", path, made(0, 20, comment, "")),
		zipped("A08", "UTF-8 of MS-DOS, a field in the central header only", fine, made(0, 20, "", comment)),
		zipped("A08", "UTF-8 of MS-DOS, with times", fine, made(0, 20, times, times)),
		zipped("A08", "UTF-8 of Windows, version 5.0", path, plain(11, 50)),
		zipped("A08", "UTF-8 of Windows, version 2.0", fine, plain(11, 20)),
		zipped("A08", "UTF-8 of Unix", fine, plain(3, 20)),
		zipped("A08", "UTF-8 of macOS", fine, plain(19, 20)),
		zipped("A11", "composition", path, ZipFile{Name: "\u00e9", Flags: 1 << 11}, ZipFile{Name: "e\u0301", Flags: 1 << 11}),
		zipped("A11", "Kelvin sign", path, ZipFile{Name: "K"}, ZipFile{Name: "\u212a", Flags: 1 << 11}),
		zipped("A11", "decomposed, N02", path, ZipFile{Name: "e\u0301", Flags: 1 << 11}),
		zipped("N02", "mark that composes with nothing", fine, ZipFile{Name: "q\u0308", Flags: 1 << 11}),
		zipped("A09", "version of VMS", path, named("a;1")),
		zipped("A09", "version of VMS without a number", path, named("d/a;")),
		zipped("A09", "version of VMS after another one", path, named("a;x;23")),
		zipped("A09", "semicolons without a version", fine, named("a;x"), named("b;1.txt"), named("d;1/c")),
	}
}
