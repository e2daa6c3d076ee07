// Package depstest has a double, a fixture and a conformance suite for package deps.
//
// A host that calls a [deps.DependencyAnalyzer] tests its code with a [Fake], which
// reads nothing and fails where the test says so. A [Universe] is a set of packs
// described by a few lines of text, for tests that use the real analyzer:
//
//	u, err := depstest.NewUniverse("web@2.1.0: log@^1", "log@1.4.0:", "installed tool@1.0.0")
//	analyzer, err := deps.New(deps.Config{World: u, Provided: u.Provided()})
//
// [Run] checks that your own analyzer satisfies the contract.
package depstest
