package main

import (
	"fmt"

	"github.com/packtrain/pack/envbuild"
)

// packageAdvice names the flag that allows what was refused, by its reason, or else what
// can be done, and where the output of the tool is. A server has its own flags and files.
func (a *app) packageAdvice(e *envbuild.BuildError) []string {
	if a.server != "" {
		return nil
	}
	var lines []string
	switch e.Reason {
	case envbuild.ReasonNeedsSource:
		lines = append(lines, fmt.Sprintf("--allow-source %s builds this package from source, which runs its code", e.Package))
	case envbuild.ReasonNeedsDirect:
		lines = append(lines, fmt.Sprintf("--allow-direct %s installs this package from its address, which can run its code", e.Package))
	case envbuild.ReasonRuntime:
		lines = append(lines, fmt.Sprintf("--allow-runtimes %s runs the commands of this description, which are code of the pack", e.Package))
	case envbuild.ReasonForeignLock:
		lines = append(lines, fmt.Sprintf("--ignore-foreign-locks installs other versions than %s pins", e.Package))
	default:
		if action := e.Action(); action != "" {
			lines = append(lines, action)
		}
	}
	if e.Log != "" {
		lines = append(lines, fmt.Sprintf("the whole output of the tool is in %s", e.Log))
	}
	return lines
}

// buildErrors returns the errors of environments in the tree of err, in its order.
func buildErrors(err error) []*envbuild.BuildError {
	if e, ok := err.(*envbuild.BuildError); ok { //nolint:errorlint // the tree is walked here
		return []*envbuild.BuildError{e}
	}
	var found []*envbuild.BuildError
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case interface{ Unwrap() error }:
		found = buildErrors(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			found = append(found, buildErrors(part)...)
		}
	}
	return found
}
