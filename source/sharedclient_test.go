package source_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// TestPluginsShareConnections asks one server for an index, an archive and the refs
// of a repository.
func TestPluginsShareConnections(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", fstest.MapFS{"pack.yaml": {Data: []byte("ref: demo\n")}})
	handler := http.NewServeMux()
	handler.HandleFunc("/index.json", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"version":"1.0","packs":[]}`)) })
	handler.HandleFunc("/demo.zip", func(http.ResponseWriter, *http.Request) {})
	handler.Handle("/", gittest.Handler(t, map[string]*gittest.Repo{"demo.git": repo}))
	var connections atomic.Int32
	srv := httptest.NewUnstartedServer(handler)
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)

	client := must(web.New(pack.Network{Policy: gittest.Policy()}, nil))
	index := must(registrysource.New(registrysource.Config{Indices: []registrysource.Index{{URL: srv.URL + "/index.json"}}, Client: client}))
	mux := newMux(t, index, archivesource.New(client, nil), must(gitsource.New(client, nil)))
	if refs, err := index.Refs(t.Context()); err != nil || len(refs) > 0 {
		t.Errorf("got %v, %v", refs, err)
	}
	for _, spec := range []string{srv.URL + "/demo.zip", srv.URL + "/demo.git"} {
		loc, err := source.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := mux.Resolve(t.Context(), loc); err != nil {
			t.Errorf("%s: %v", spec, err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections, want one", n)
	}
}
