package pgtest

import (
	"path/filepath"
	"testing"
)

// Save stops the server, keeps a copy of its data, and starts it again.
func (s *Server) Save(t testing.TB) {
	t.Helper()
	s.Stop()
	run(t, "/bin/cp", "-a", filepath.Join(s.dir, "data"), filepath.Join(s.dir, "saved"))
	s.start(t, s.ping, s.program, s.args...)
}

// Restore stops the server and starts it with the data that Save kept, at the same
// address: as a replica that lacks the latest transactions takes its place.
func (s *Server) Restore(t testing.TB) {
	t.Helper()
	s.Stop()
	run(t, "/bin/rm", "-r", filepath.Join(s.dir, "data"))
	run(t, "/bin/mv", filepath.Join(s.dir, "saved"), filepath.Join(s.dir, "data"))
	s.start(t, s.ping, s.program, s.args...)
}
