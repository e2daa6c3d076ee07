// Package packtests runs the tests that a pack declares, and reads their results.
//
// [Run] builds a command for each suite of the pack (command.go, runner.go, script.go),
// runs them one after the other through a [pack.Runner], and compares the exit status of
// each with the results that it printed or wrote (suite.go, results.go). The formats of
// results are read by output.go, tap.go, junit.go and jsonresult.go.
package packtests
