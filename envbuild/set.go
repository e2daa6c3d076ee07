package envbuild

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/pep508"
)

// beside puts what the lock states before the error of a tool that did not get it; l may be
// nil.
func (l *LockedSet) beside(err error) error {
	failed, ok := errors.AsType[*BuildError](err)
	if !ok || l == nil {
		return err
	}
	message := failed.Message
	for i := range l.Distributions {
		if d := &l.Distributions[i]; d.isOf(failed.Package, message) {
			failed.Message = fmt.Sprintf("the lock states %s %s with %s: %s", d.Name, d.Version, digestsText(d.Digests), message)
		}
	}
	if failed.Reason == ReasonOutOfDateLock { // that npm was given is made of the set
		message, _, _ = strings.Cut(message, `: run "npm install"`)
		failed.Reason, failed.Message = ReasonNotLocked, "the lock does not state what is required: "+message
	}
	return failed
}

// isOf reports whether the message of a tool is about d. It may name the digest alone.
func (d *LockedDistribution) isOf(name, message string) bool {
	if name != "" {
		return pep508.NormalizeName(packageAt(d.Name)) == pep508.NormalizeName(nameOf(name))
	}
	return slices.ContainsFunc(d.Digests, func(digest string) bool { return strings.Contains(message, digest) })
}

// packageAt returns the package at a place of node_modules; other names are their own.
func packageAt(place string) string {
	const directory = "node_modules/"
	if i := strings.LastIndex(place, directory); i >= 0 {
		return place[i+len(directory):]
	}
	return place
}

// digestsText shows at most two digests.
func digestsText(digests []string) string {
	const most = 2
	texts := slices.Clone(digests[:min(len(digests), most)])
	if over := len(digests) - most; over > 0 {
		texts = append(texts, fmt.Sprintf("%d more", over))
	}
	return strings.Join(texts, " or ")
}

// described returns what a plan says of the distributions.
func (l *LockedSet) described() []pack.Distribution {
	all := make([]pack.Distribution, len(l.Distributions))
	for i, d := range l.Distributions {
		all[i] = pack.Distribution{Name: d.Name, Version: d.Version, Digests: []pack.Digest{}, Source: d.Source}
		for _, text := range d.Digests {
			all[i].Digests = append(all[i].Digests, pack.Digest(text))
		}
	}
	return all
}

func deviation(format string, args ...any) *BuildError {
	return &BuildError{Reason: ReasonNotLocked, Message: fmt.Sprintf(format, args...)}
}
