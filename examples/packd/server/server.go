// Package server is packd's HTTP service: the stages of an installation, the
// installed packs, and work in the background, behind bearer tokens.
//
// It trusts its tokens, and nobody else. Paths in requests are opened below the
// allowed directories and checked then; bodies are bounded in size, in depth and
// in the time they take; what a request may cost is bounded per token; secrets
// appear nowhere.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/time/rate"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/host"
	"github.com/packtrain/pack/examples/packd/operations"
)

// Config says what a [Server] is made of. Host.Root, Host.SearchPath and Tokens
// are required.
type Config struct {
	// Host describes the root and the sources. Its Base and Allowed are not
	// used: relative paths mean nothing to a service, and paths are confined to
	// AllowRoots and the root.
	Host host.Config
	// AllowRoots are absolute paths of directories that exist, apart from the
	// root: packs may be read there, and destinations lie there.
	AllowRoots []string
	// Tokens admit clients; at least one.
	Tokens []Token
	// MaxJobs is how much work is done at a time; 0 means 2. MaxQueue is how
	// much may wait; 0 means 100.
	MaxJobs, MaxQueue int
	// JobTimeout is how long one request may work; 0 means 2 hours.
	JobTimeout time.Duration
	// Rate is how many requests a token may make in a second, Burst how many at
	// once; 0 means 100 and 200.
	Rate  float64
	Burst int
	// Streams bound the readers of events.
	Streams StreamLimits
	// Logger gets a line for each request, and what nobody else is told; nil
	// means nobody does.
	Logger *slog.Logger
	// Tracer makes a span of each request; nil means none are made.
	Tracer trace.TracerProvider
}

func (c Config) withDefaults() Config {
	if c.JobTimeout == 0 {
		c.JobTimeout = 2 * time.Hour
	}
	if c.Rate == 0 {
		c.Rate = 100
	}
	if c.Burst == 0 {
		c.Burst = 200
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Tracer == nil {
		c.Tracer = noop.NewTracerProvider()
	}
	return c
}

// A Server answers the requests of packd's API. It is safe for concurrent use.
type Server struct {
	log       *slog.Logger
	tracer    trace.Tracer
	keys      keyring
	strangers *rate.Limiter // for requests without a valid token
	host      *host.Host
	reads     *host.Roots
	writes    *host.Roots
	stages    *stages
	jobs      *operations.Manager
	streams   *streams
	metrics   *metrics
	schemas   *schemas
	api       huma.API
	mux       *http.ServeMux
	draining  atomic.Bool
}

// Open opens the root, begins again what was not finished in it, and makes a
// Server of it, which is to be closed.
func Open(ctx context.Context, c Config) (*Server, error) {
	if len(c.Tokens) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open server: no tokens are configured, so nobody could use it")
	}
	c = c.withDefaults()
	limit := rate.Limit(c.Rate)
	s := &Server{
		log: c.Logger, tracer: c.Tracer.Tracer("packd"), metrics: newMetrics(),
		keys: newKeyring(c.Tokens, limit, c.Burst), strangers: rate.NewLimiter(limit, c.Burst),
		schemas: newSchemas(), mux: http.NewServeMux(), streams: newStreams(c.Streams),
	}
	if err := s.open(ctx, c); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	s.addEndpoints()
	return s, nil
}

func (s *Server) open(ctx context.Context, c Config) (err error) {
	if s.writes, s.reads, err = openRoots(c.Host.Root, c.AllowRoots); err != nil {
		return err
	}
	hc := c.Host
	hc.Base, hc.Allowed = "", s.reads
	if s.host, err = host.Open(ctx, hc); err != nil {
		return err
	}
	s.stages = &stages{
		host: s.host, roots: s.writes, current: filepath.Join(filepath.Clean(hc.Root), "current"), network: hc.Network,
		timeout: c.JobTimeout, tracer: s.tracer, ended: s.metrics.work,
	}
	s.jobs, err = operations.Open(ctx, operations.Config{
		Dir: filepath.Join(hc.Root, "operations"), Run: s.stages.run,
		MaxJobs: c.MaxJobs, MaxQueue: c.MaxQueue, Logger: c.Logger,
	})
	if err == nil {
		s.metrics.watch(s.jobs.Load)
	}
	return err
}

// addEndpoints makes the API; everything else is open by now.
func (s *Server) addEndpoints() {
	s.newAPI()
	s.addStages()
	s.addInstall()
	s.addOperations()
	s.addCatalog()
	s.addChanges()
	s.addHealth()
	s.addMetrics()
	s.addDocument()
}

// Finish begins no work any more, waits until ctx ends for what is under way, and
// interrupts it then; what is in the background goes on when the root is opened
// again. Requests are answered still, but /readyz tells that no more should come.
func (s *Server) Finish(ctx context.Context) error {
	s.draining.Store(true)
	if s.jobs == nil {
		return nil
	}
	return s.jobs.Close(ctx)
}

// Close does what [Server.Finish] does and closes the root. No requests may be
// under way any more.
func (s *Server) Close(ctx context.Context) error {
	errs := []error{s.Finish(ctx)}
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
