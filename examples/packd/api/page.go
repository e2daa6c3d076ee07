package api

import (
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/page"
	"github.com/packtrain/pack/examples/packd/wire"
)

// addPage adds the page for people.
func (s *Server) addPage(p *page.Page) {
	s.plain(endpoint{id: "get-page", path: "/", tag: "Service", summary: "The page for people"}, "text/html", p.ServeDocument)
	file := endpoint{
		id: "get-page-file", path: page.FilePath, tag: "Service", summary: "A file of the page", statuses: []int{http.StatusNotFound},
	}
	s.plain(file, "text/javascript", func(w http.ResponseWriter, r *http.Request) {
		if !p.ServeFile(w, r) {
			s.fail(w, r, wire.NewProblem(http.StatusNotFound, pack.CodeNotFound, "the page has no such file, or is of another version now"))
		}
	})
}
