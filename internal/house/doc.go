// Package house checks that the source tree keeps the rules of the house:
// who may import whom, which third-party modules each module may require and
// from which versions on, and habits that no compiler knows. The rules are
// tables, and each row says why.
//
// It reads and parses the files themselves instead of asking the go command:
// a test that runs the go command is served from the test cache although an
// import changed, a test that opened the file is not.
//
//	tree, err := house.Load(os.DirFS("."))
//	for _, v := range tree.Check() {
//		t.Error(v)
//	}
package house
