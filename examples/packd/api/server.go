// Package api is packd's HTTP service: the stages of an installation, the
// installed packs, and work in the background, protected by bearer tokens.
//
// It trusts only clients with a token. Paths in requests are opened below the
// allowed directories and checked after that; bodies are bounded in size, depth and
// duration; the cost of requests is bounded per token; secrets appear nowhere.
package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/page"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/host"
)

// A Server answers the requests of packd's API. It is safe for concurrent use.
type Server struct {
	log       *slog.Logger
	tracer    trace.Tracer
	keys      atomic.Pointer[keyring]
	newRing   func([]Token) keyring // one with limits of its own
	strangers *strangers
	probes    *strangers // of those who ask whether packd works
	requests  *requestLog
	host      *hostflags.Host
	roots     *host.Roots // below which packs of requests and destinations lie
	stages    *stages
	jobs      *operations.Manager
	streams   *streams
	tickets   *tickets
	metrics   *metrics
	schemas   *schemas
	api       huma.API
	mux       *http.ServeMux
	draining  atomic.Bool
	sync      Sync

	bodyTimeout time.Duration
	decoders    chan struct{} // as many places as bodies are decoded at once
}

// Open opens the root, restarts its unfinished work, and returns a Server for it,
// which the caller must close.
func Open(ctx context.Context, c Config) (*Server, error) {
	c = c.withDefaults()
	s := &Server{
		log: c.Logger, tracer: c.Tracer.Tracer("packd"), metrics: newMetrics(),
		newRing:   func(tokens []Token) keyring { return newKeyring(tokens, rate.Limit(c.Rate), c.Burst, c.BodyBytes) },
		strangers: newStrangers(rate.Limit(c.StrangerRate), c.StrangerBurst, c.TrustedProxies),
		probes:    newStrangers(rate.Limit(c.StrangerRate), c.StrangerBurst, c.TrustedProxies),
		requests:  newRequestLog(c.Logger),
		sync:      c.Sync, schemas: newSchemas(), mux: http.NewServeMux(), streams: newStreams(c.Streams), tickets: newTickets(), bodyTimeout: c.BodyTimeout,
		decoders: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	if err := s.SetTokens(c.Tokens); err != nil {
		return nil, fmt.Errorf("open server: %w", err)
	}
	people, err := page.New()
	if err != nil {
		return nil, fmt.Errorf("open server: %w", err)
	}
	if err := s.open(ctx, c); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	s.addEndpoints(people)
	return s, nil
}

func (s *Server) open(ctx context.Context, c Config) (err error) {
	if s.roots, err = openRoots(c.Host.Root, c.AllowRoots); err != nil {
		return err
	}
	hc := c.Host
	hc.Base, hc.Confine = "", s.roots
	if s.host, err = hostflags.Open(ctx, hc); err != nil {
		return err
	}
	s.stages = &stages{
		installer: s.host.Installer, unverified: s.host.Unverified, checkIndexURL: s.host.CheckIndex,
		analyzer: s.host.Analyzer, builder: s.host.Builder, registrar: s.host.Store, pipeline: s.host.Pipeline,
		roots: s.roots, current: filepath.Join(filepath.Clean(hc.Root), "current"),
		timeout: c.JobTimeout, tracer: s.tracer, ended: s.metrics.work,
	}
	s.jobs, err = operations.Open(ctx, operations.Config{
		Dir: filepath.Join(hc.Root, "operations"), Run: s.stages.run,
		MaxJobs: c.MaxJobs, MaxQueue: c.MaxQueue, Apart: []string{wire.KindDependencies}, Logger: c.Logger,
	})
	if err == nil {
		s.metrics.watch(s.jobs.Load)
	}
	return err
}

// addEndpoints makes the API; everything else is open by now.
func (s *Server) addEndpoints(p *page.Page) {
	s.newAPI()
	s.addStages()
	s.addOperations()
	s.addCatalog()
	s.addIndices()
	s.addOutdated()
	s.addChanges()
	s.addConfigure()
	s.addFeed()
	s.addHealth()
	s.addMetrics()
	s.addPage(p)
	s.addDocument()
}

// SetTokens replaces the tokens that admit clients. A token that stays keeps its limits.
// Requests that were admitted before, streams too, go on, and so does work. No tokens are
// an error with [pack.CodeInvalidRequest].
func (s *Server) SetTokens(tokens []Token) error {
	if len(tokens) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "no tokens are configured, so no client could use it")
	}
	next := s.newRing(tokens)
	if last := s.keys.Load(); last != nil {
		next.inherit(*last)
	}
	s.keys.Store(&next)
	return nil
}

// Maintain deletes the files of removed packs at intervals until ctx ends.
func (s *Server) Maintain(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.host.Store.Reap(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "removed packs cannot be deleted", "error", err)
		}
	}
}

// Finish stops beginning work, waits for running work until ctx ends, and then
// interrupts it; background work continues when the root is opened again. Requests
// are still answered, but /readyz reports that no more should be sent.
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
	s.requests.flush()
	if s.host != nil {
		errs = append(errs, s.host.Close())
	}
	if s.roots != nil {
		errs = append(errs, s.roots.Close())
	}
	return errors.Join(errs...)
}
