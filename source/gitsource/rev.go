package gitsource

import (
	"regexp"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

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

// checkRev refuses what is neither "" nor the name of a branch, tag or commit.
func checkRev(rev string) error {
	switch {
	case rev == "":
		return nil
	case longCommitPattern.MatchString(rev):
		return pack.Errorf(pack.CodeGit, "commit %s is of a SHA-256 repository: only SHA-1 repositories are supported", rev)
	}
	return source.CheckRev(rev)
}
