package gitsource

import (
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
)

// broken returns the error for data from a server or a repository that git would
// not write.
func broken(format string, args ...any) error { return git.Broken(format, args...) }

// A refusal is the answer of a server that will not serve a request in this
// form. Another request may get the same content.
type refusal struct {
	reason string
	code   pack.Code
}

func (e *refusal) Error() string { return "server refused the request: " + e.reason }

// shown makes foreign text fit for a message: escaped, quoted and not long.
func shown(text string) string {
	const most = 200
	if len(text) > most {
		return fmt.Sprintf("%q...", text[:most])
	}
	return fmt.Sprintf("%q", text)
}

// explain adds the repository to an error, and gives the errors of this package
// their code.
func explain(target string, err error) error {
	if err == nil {
		return nil
	}
	_, isBroken := errors.AsType[*git.BrokenError](err)
	refused, isRefusal := errors.AsType[*refusal](err)
	switch {
	case isRefusal && refused.code != "":
		return pack.Errorf(refused.code, "git repository %s: %w", target, err)
	case isBroken || isRefusal:
		return &pack.UnavailableError{Code: pack.CodeGit, Target: target, Err: err}
	}
	if _, ok := errors.AsType[*pack.UnavailableError](err); ok {
		return err
	}
	return fmt.Errorf("git repository %s: %w", target, err)
}
