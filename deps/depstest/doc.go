// Package depstest helps to test what has to do with package deps.
//
// A host that calls a [deps.DependencyAnalyzer] tests its code with a [Fake], which
// reads nothing and fails where the test says so. A [Universe] is a small world of packs from
// a few lines of text, for tests that use the real analyzer:
//
//	u, err := depstest.NewUniverse("web@2.1.0: log@^1", "log@1.4.0:", "installed tool@1.0.0")
//	analyzer, err := deps.New(deps.Config{Finder: u, Installed: u, Provided: u.Provided()})
//
// Who writes an analyzer checks with [Run] that it keeps the contract.
package depstest
