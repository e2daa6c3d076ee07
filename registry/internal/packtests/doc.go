// Package packtests runs the tests that a pack declares, and reads what they
// print.
//
// [Run] makes a command of each suite of the pack (command.go, script.go), runs one after the other through a [pack.Runner], and judges each
// by its exit status and the totals that it printed (suite.go, output.go). It
// does not know what is done with the [Result].
package packtests
