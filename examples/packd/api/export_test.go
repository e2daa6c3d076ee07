package api

import "net/http"

// OpenDestination opens a directory for downloads and returns the path by which
// it is written to.
func (s *Server) OpenDestination(dir string) (path string, release func() error, err error) {
	d, err := s.stages.openDestination(dir)
	if err != nil {
		return "", nil, err
	}
	return d.path(), d.dir.Close, nil
}

// AddRoute adds an endpoint for tests that no pack can play.
func (s *Server) AddRoute(pattern string, h http.HandlerFunc) { s.mux.HandleFunc(pattern, h) }
