// Package server is packd's HTTP service: the stages of an installation, the
// installed packs, and work in the background, behind bearer tokens.
package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/host"
	"github.com/packtrain/pack/examples/packd/client"
)

// Config says what a [Server] is made of. Host.Root, Host.SearchPath and Tokens
// are required.
type Config struct {
	// Host describes the root and the sources. Its Base and Allowed are not
	// used: relative paths mean nothing to a service, and paths are confined to
	// AllowRoots and the root.
	Host host.Config
	// AllowRoots are absolute paths of directories that exist: packs may be read
	// there, and destinations lie there.
	AllowRoots []string
	// Tokens admit clients; at least one.
	Tokens []Token
	// MaxJobs is how much work is done at a time; 0 means 4.
	MaxJobs int
	// Logger gets a line for each request, and what nobody else is told; nil
	// means nobody does.
	Logger *slog.Logger
}

// A Server answers the requests of packd's API. It is safe for concurrent use.
type Server struct {
	keys   keyring
	host   *host.Host
	reads  *host.Roots
	writes *host.Roots
	stages *stages
	api    huma.API
	mux    *http.ServeMux
	log    *slog.Logger
}

// Open opens the root and makes a Server of it. The caller closes it.
func Open(ctx context.Context, c Config) (*Server, error) {
	if len(c.Tokens) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open server: no tokens are configured, so nobody could use it")
	}
	s := &Server{keys: newKeyring(c.Tokens), log: c.Logger, mux: http.NewServeMux()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.open(ctx, c); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	s.describeAPI()
	s.addStages()
	s.addCatalog()
	return s, nil
}

func (s *Server) open(ctx context.Context, c Config) (err error) {
	if s.writes, err = host.OpenRoots(c.AllowRoots...); err != nil {
		return err
	}
	hc := c.Host
	hc.Base = ""
	if err := os.MkdirAll(hc.Root, 0o755); err != nil {
		return err
	}
	if s.reads, err = host.OpenRoots(append([]string{filepath.Clean(hc.Root)}, c.AllowRoots...)...); err != nil {
		return err
	}
	hc.Allowed = s.reads
	if s.host, err = host.Open(ctx, hc); err != nil {
		return err
	}
	s.stages = &stages{host: s.host, roots: s.writes}
	return nil
}

// Close waits for what is under way, until ctx ends, and closes the root.
func (s *Server) Close(_ context.Context) error {
	var errs []error
	if s.host != nil {
		errs = append(errs, s.host.Close())
	}
	for _, roots := range []*host.Roots{s.reads, s.writes} {
		if roots != nil {
			errs = append(errs, roots.Close())
		}
	}
	return errors.Join(errs...)
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

func (s *Server) describeAPI() {
	format := huma.Format{Marshal: writeJSON, Unmarshal: json.Unmarshal}
	schemas := newSchemas()
	schemas.Schema(reflect.TypeFor[client.ErrorBody](), true, "")
	s.api = humago.New(s.mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "packd", Version: "1"},
			Components: &huma.Components{
				Schemas:         schemas,
				SecuritySchemes: map[string]*huma.SecurityScheme{securityScheme: {Type: "http", Scheme: "bearer"}},
			},
		},
		Formats:       map[string]huma.Format{typeJSON: format, typeReport: format},
		DefaultFormat: typeJSON,
		Transformers:  []huma.Transformer{s.shape},
	})
	s.api.UseMiddleware(s.admit, s.readBody)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// bearer returns the secret that a request shows, "" for none.
func bearer(h http.Header) string {
	scheme, secret, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}
