package depstest

import "context"

// Failures returns the names of the checks of [Run] that the analyzers fail.
func Failures(ctx context.Context, dir func() string, newAnalyzer NewFunc) []string {
	var failed []string
	for _, c := range checks() {
		if c.run(ctx, &bench{dir: dir(), newAnalyzer: newAnalyzer}) != nil {
			failed = append(failed, c.name)
		}
	}
	return failed
}

// Names returns the names of the checks.
func Names() []string {
	var names []string
	for _, c := range checks() {
		names = append(names, c.name)
	}
	return names
}
