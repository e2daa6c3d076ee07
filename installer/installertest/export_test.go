package installertest

import "context"

// Failures returns the names of the checks of [Run] that the installers fail.
func Failures(ctx context.Context, dir func() string, newInstaller NewFunc) []string {
	var failed []string
	for _, c := range checks() {
		if runCheck(ctx, c, dir(), newInstaller) != nil {
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
