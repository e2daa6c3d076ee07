package gitsource

import (
	"regexp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

var (
	longCommitPattern  = regexp.MustCompile(`^[0-9a-fA-F]{64}\z`)
	shortCommitPattern = regexp.MustCompile(`^[0-9a-fA-F]{7,39}\z`)
)

// checkRev refuses a rev that is neither "" nor a valid name of a branch, tag or
// commit.
func checkRev(rev string) error {
	switch {
	case rev == "":
		return nil
	case longCommitPattern.MatchString(rev):
		return pack.Errorf(pack.CodeGit, "commit %s is of a SHA-256 repository: only SHA-1 repositories are supported", rev)
	}
	return source.CheckRev(rev)
}
