package api

import (
	"net/http"

	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

// OpenDestination opens a directory for downloads and returns the path by which
// it is written to.
func (s *Server) OpenDestination(dir string) (path string, release func() error, err error) {
	d, err := s.stages.openDestination(dir)
	if err != nil {
		return "", nil, err
	}
	return d.path(), d.dir.Close, nil
}

// EndLogInterval writes the sums of the requests that have no line in the log.
func (s *Server) EndLogInterval() { s.requests.flush() }

// AddRoute adds an endpoint for tests that no pack can play.
func (s *Server) AddRoute(pattern string, h http.HandlerFunc) { s.mux.HandleFunc(pattern, h) }

// A World stands in for the library.
type World interface {
	installer.Installer
	deps.DependencyAnalyzer
	envbuild.EnvBuilder
	registry.Registrar
	packInstaller
}

// SetWorld replaces what does the work of a server that has no work yet.
func (s *Server) SetWorld(w World) {
	s.stages.installer, s.stages.analyzer, s.stages.builder, s.stages.registrar, s.stages.pipeline = w, w, w, w, w
}

// Kinds returns the names of the kinds of work that a server does.
func (s *Server) Kinds() []any {
	var names []any
	for _, t := range s.stages.tasks() {
		names = append(names, t.kind)
	}
	return names
}
