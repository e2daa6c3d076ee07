package gitsource

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
)

const maxRevLen = 1024

var (
	commitPattern      = regexp.MustCompile(`^[0-9a-fA-F]{40}\z`)
	longCommitPattern  = regexp.MustCompile(`^[0-9a-fA-F]{64}\z`)
	shortCommitPattern = regexp.MustCompile(`^[0-9a-fA-F]{7,39}\z`)
)

// parseCommit returns the commit that rev names in full.
func parseCommit(rev string) (plumbing.Hash, bool) {
	if !commitPattern.MatchString(rev) {
		return plumbing.ZeroHash, false
	}
	return plumbing.NewHash(rev), true
}

// checkRev refuses what is not the name of a branch, tag or commit, such as an
// option of some program or an expression of git's revision language.
func checkRev(rev string) error {
	switch {
	case strings.HasPrefix(rev, "-"), strings.ContainsFunc(rev, unicode.IsControl), !utf8.ValidString(rev):
		return pack.Errorf(pack.CodePolicyDenied, "git rev %s is not allowed: write the name of a branch, tag or commit", shown(rev))
	case len(rev) > maxRevLen:
		return pack.Errorf(pack.CodeInvalidRequest, "git rev has %d bytes, at most %d are allowed", len(rev), maxRevLen)
	case longCommitPattern.MatchString(rev):
		return pack.Errorf(pack.CodeGit, "commit %s is of a SHA-256 repository: only SHA-1 repositories are supported", rev)
	case rev != "" && !isRefName(rev):
		return pack.Errorf(pack.CodeInvalidRequest, "git rev %s is not the name of a branch, tag or commit", shown(rev))
	}
	return nil
}

// isRefName applies the rules of git-check-ref-format. Text that is not a
// control character is allowed beyond ASCII.
func isRefName(name string) bool {
	if strings.ContainsAny(name, " ~^:?*[\\") || strings.Contains(name, "..") || strings.Contains(name, "@{") ||
		name == "@" || strings.HasSuffix(name, ".") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}
