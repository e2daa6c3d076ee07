// Package house checks that the source tree keeps the rules of the house: the
// allowed imports between packages, the third-party modules each module may
// require and their lowest versions, and conventions that the compiler does not
// check. The rules are tables, and each row says why.
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
