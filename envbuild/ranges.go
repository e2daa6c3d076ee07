package envbuild

import (
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/npmrange"
	"github.com/packtrain/pack/internal/text/pep440"
	"github.com/packtrain/pack/internal/text/ranges"
)

// A versionRange admits some versions of an interpreter.
type versionRange interface {
	Allows(version string) bool
	fmt.Stringer // as written
}

// pythonRange parses a range of Python versions.
func pythonRange(text string) (versionRange, error) {
	r, err := pep440.ParseRange(text)
	if err != nil || !ranges.IsPython(text) {
		return nil, invalidRange(pack.RuntimePython, text)
	}
	return r, nil
}

// nodeRange parses a range of Node.js versions.
func nodeRange(text string) (versionRange, error) {
	r, err := npmrange.Parse(text)
	if err != nil || !ranges.IsNode(text) {
		return nil, invalidRange(pack.RuntimeNode, text)
	}
	return r, nil
}

// plainRange parses a range of versions of a described runtime.
func plainRange(r *pack.Runtime, text string) (versionRange, error) {
	parsed, err := npmrange.Parse(text)
	if err != nil {
		return nil, invalidRangeOf(r, text)
	}
	return parsed, nil
}

func invalidRange(name pack.RuntimeName, text string) error {
	r, _ := pack.RuntimeByName(name)
	return invalidRangeOf(&r, text)
}

func invalidRangeOf(r *pack.Runtime, text string) error {
	return pack.Errorf(pack.CodeInvalidVersion, "%s version range %.64q: write it as in %q", r.Title, text, r.RangeExample)
}

// parseRanges parses the ranges that a pack states, each by itself.
func parseRanges(texts []string, parse func(string) (versionRange, error)) ([]versionRange, error) {
	var list []versionRange
	for _, text := range texts {
		r, err := parse(text)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}
