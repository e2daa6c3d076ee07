package gitsource

import (
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/text/nearest"
)

const (
	branchPrefix = "refs/heads/"
	tagPrefix    = "refs/tags/"
)

// refs are the branches and tags that a server advertises.
type refs struct {
	head   plumbing.Hash            // of the default branch, zero when there is none
	names  map[string]plumbing.Hash // by full name; an annotated tag's own object
	peeled map[string]plumbing.Hash // objects that annotated tags finally point to
}

// commit returns the commit of a rev by exact name: of the branch or tag, of
// anything in full ("refs/..."), or of the default branch ("").
func (r *refs) commit(rev string) (plumbing.Hash, error) {
	if rev == "" {
		if r.head.IsZero() {
			return r.head, pack.Errorf(pack.CodeNotFound, "the repository has no default branch: name a branch, tag or commit")
		}
		return r.head, nil
	}
	if strings.HasPrefix(rev, "refs/") {
		return r.only(rev, rev)
	}
	branch, tag := branchPrefix+rev, tagPrefix+rev
	_, isBranch := r.names[branch]
	_, isTag := r.names[tag]
	switch {
	case isBranch && isTag:
		return plumbing.ZeroHash, pack.Errorf(pack.CodeGit, "git rev %s is ambiguous: write %q or %q", shown(rev), branch, tag)
	case isBranch:
		return r.only(rev, branch)
	}
	return r.only(rev, tag)
}

func (r *refs) only(rev, name string) (plumbing.Hash, error) {
	if h, ok := r.target(name); ok {
		return h, nil
	}
	return plumbing.ZeroHash, r.notFound(rev)
}

// target returns the object that a full name finally points to.
func (r *refs) target(name string) (plumbing.Hash, bool) {
	if h, ok := r.peeled[name]; ok {
		return h, true
	}
	h, ok := r.names[name]
	return h, ok
}

// tip returns an advertised object by which a server must serve a commit: the
// commit itself, or an annotated tag of it.
func (r *refs) tip(commit plumbing.Hash) (plumbing.Hash, bool) {
	for _, h := range r.names {
		if h == commit {
			return h, true
		}
	}
	for name, h := range r.peeled {
		if h == commit {
			return r.names[name], true
		}
	}
	return plumbing.ZeroHash, false
}

// history returns the newest commit of the branch whose history should hold the
// commit that a rev once named: the default branch for a commit or no rev.
func (r *refs) history(rev string) (plumbing.Hash, bool) {
	if _, ok := git.ParseID(rev); ok || rev == "" {
		return r.head, !r.head.IsZero()
	}
	h, ok := r.names[branchPrefix+strings.TrimPrefix(rev, branchPrefix)]
	return h, ok
}

func (r *refs) notFound(rev string) error {
	if shortCommitPattern.MatchString(rev) {
		return pack.Errorf(pack.CodeGit, "git rev %q is neither a branch nor a tag: write a commit with all of its 40 digits", rev)
	}
	const text = "branch or tag %s does not exist"
	if meant := nearest.Word(rev, r.short()); meant != "" && digits(meant) == digits(rev) {
		return pack.Errorf(pack.CodeNotFound, text+": did you mean %s?", shown(rev), shown(meant))
	}
	if similar := r.similar(rev); len(similar) > 0 {
		return pack.Errorf(pack.CodeNotFound, text+"; there are %s", shown(rev), strings.Join(similar, ", "))
	}
	return pack.Errorf(pack.CodeNotFound, text, shown(rev))
}

// digits returns the digits of a name: one with others is another version, and was not
// mistyped.
func digits(name string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, name)
}

// short returns the names of all branches and tags, in order and each once.
func (r *refs) short() []string {
	var names []string
	for name := range r.names {
		if _, short, isRef := cutNamespace(name); isRef {
			names = append(names, short)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// most is how many branches and tags an error lists.
const most = 5

// similar lists a few branches and tags that may have been meant, quoted: all of them
// if they are few.
func (r *refs) similar(rev string) []string {
	names := r.short()
	alikes := slices.DeleteFunc(slices.Clone(names), func(short string) bool { return !alike(short, rev) })
	if len(alikes) == 0 && len(names) <= most {
		alikes = names
	}
	var found []string
	for _, short := range alikes[:min(len(alikes), most)] {
		found = append(found, shown(short))
	}
	return found
}

func alike(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	return strings.Contains(a, strings.TrimPrefix(b, "v")) || strings.Contains(b, a)
}

// cutNamespace splits the name of a branch or tag.
func cutNamespace(name string) (namespace, short string, ok bool) {
	for _, prefix := range []string{branchPrefix, tagPrefix} {
		if short, ok := strings.CutPrefix(name, prefix); ok {
			return prefix, short, true
		}
	}
	return "", name, false
}
