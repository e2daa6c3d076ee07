package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics counts what happens.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	ended     *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "packd_requests_total", Help: "Requests, by route and status.",
		}, []string{"method", "route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "packd_request_duration_seconds", Help: "How long requests took, by route.",
			Buckets: []float64{.001, .005, .025, .1, .25, 1, 5, 30, 120, 600},
		}, []string{"route"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "packd_work_total", Help: "Work that ended, by kind and outcome: completed, partial (some packs failed) or failed.",
		}, []string{"kind", "outcome"}),
	}
	m.registry.MustRegister(m.requests, m.durations, m.ended, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch shows how much work runs and waits.
func (m *metrics) watch(load func() (running, waiting int)) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "packd_jobs_running", Help: "Work that is done now."}, func() float64 {
			running, _ := load()
			return float64(running)
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "packd_jobs_queued", Help: "Work that waits."}, func() float64 {
			_, waiting := load()
			return float64(waiting)
		}),
	)
}

// request counts a request. The route is a pattern or "", never a path.
func (m *metrics) request(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

// work counts work that ended.
func (m *metrics) work(kind, outcome string) { m.ended.WithLabelValues(kind, outcome).Inc() }

func (s *Server) addMetrics() {
	serve := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{DisableCompression: true})
	s.plain(endpoint{
		id: "get-metrics", path: "/metrics", tag: "Service", summary: "Metrics in the text format of Prometheus", scope: ScopeRead,
	}, "text/plain", func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept") // one format is described
		serve.ServeHTTP(w, r)
	})
}

// plain adds an endpoint that writes something else than JSON.
func (s *Server) plain(e endpoint, kind string, serve http.HandlerFunc) {
	e.method = http.MethodGet
	e.responses = map[string]*huma.Response{"200": {
		Description: http.StatusText(http.StatusOK),
		Content:     map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	if e.scope == "" {
		e.statuses = append(e.statuses, http.StatusTooManyRequests)
	}
	op := s.describe(e)
	s.api.OpenAPI().AddOperation(&op)
	pattern := e.path
	if pattern == "/" {
		pattern += "{$}" // alone
	}
	s.mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
		if p := s.checkToken(r, e.scope); p != nil {
			s.fail(w, r, p)
			return
		}
		serve(w, r)
	})
}
