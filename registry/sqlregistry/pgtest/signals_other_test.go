//go:build !unix

package pgtest_test

import "os"

// suspend and resume do nothing: PostgreSQL is not started here.
func suspend(*os.Process) {}
func resume(*os.Process)  {}
