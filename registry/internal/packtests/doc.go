// Package packtests runs the tests that a pack declares, and parses their output.
//
// [Run] builds a command for each suite of the pack (command.go, script.go), runs them
// one after the other through a [pack.Runner], and determines the result of each from
// its exit status and the totals that it printed (suite.go, output.go).
package packtests
