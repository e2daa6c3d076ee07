//go:build !unix

package gitsource_test

import "testing"

// These need the shells, pipes and signals of Unix.
func hostileConfig(t *testing.T)    { needUnix(t) }
func hostileGitInPath(t *testing.T) { needUnix(t) }
func hostileVariables(t *testing.T) { needUnix(t) }
func noSSH(t *testing.T)            { needUnix(t) }
func pipes(t *testing.T)            { needUnix(t) }
func killed(t *testing.T)           { needUnix(t) }

func needUnix(t *testing.T) {
	t.Helper()
	t.Skip("this test needs Unix")
}
