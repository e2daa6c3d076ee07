package envbuildtest

import "context"

// Failures returns the names of the checks of [Run] that the builders fail.
func Failures(ctx context.Context, dir func() string, newBuilder NewFunc) []string {
	var failed []string
	for _, c := range checks() {
		if c.run(ctx, &bench{dir: dir(), newBuilder: newBuilder}) != nil {
			failed = append(failed, c.name)
		}
	}
	return failed
}
