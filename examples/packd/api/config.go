package api

import (
	"log/slog"
	"net/netip"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/packtrain/pack/examples/hostflags"
)

// Config configures a [Server]. Host.Root, Host.SearchPath and Tokens are required.
type Config struct {
	// Host describes the root and the sources. Its Base and Confine are not
	// used: relative paths mean nothing to a service, and paths are confined to
	// AllowRoots and the root.
	Host hostflags.Config
	// AllowRoots are absolute paths of directories that exist, apart from the
	// root: packs may be read there, and destinations lie there.
	AllowRoots []string
	// Tokens admit clients; at least one.
	Tokens []Token
	// Sync says which packs the root has, for [Server.KeepSynced].
	Sync Sync
	// MaxJobs is how much work is done at a time, analysis of dependencies not counted;
	// 0 means 4. One token has half of the places at most. MaxQueue is how much may
	// wait; 0 means 200. Work of one token may wait as long as there is room for as
	// much of others.
	MaxJobs, MaxQueue int
	// JobTimeout is how long one request may work; 0 means 2 hours.
	JobTimeout time.Duration
	// BodyTimeout is how long a client may take to send a body; 0 means 20
	// seconds.
	BodyTimeout time.Duration
	// BodyBytes is how much bodies of one token may take at a time; 0 means 64
	// MiB. Bodies that have already become work do not count.
	BodyBytes int64
	// Rate is how many requests a token may make in a second, Burst how many at
	// once; 0 means 100 and 200.
	Rate  float64
	Burst int
	// StrangerRate and StrangerBurst are the same for one address and requests
	// without a token that was valid there before: of those that show another one,
	// valid or not, and of those that show none. 0 means 10 and 100. Questions
	// whether packd works are counted apart.
	StrangerRate  float64
	StrangerBurst int
	// TrustedProxies are proxies that state the address of a client in
	// X-Forwarded-For. Without them, all clients of a proxy have its address.
	TrustedProxies []netip.Prefix
	// Streams bound the readers of events.
	Streams StreamLimits
	// Logger receives a line for each request, and background errors. If nil,
	// they are discarded.
	Logger *slog.Logger
	// Tracer creates a span for each request; if nil, there are none.
	Tracer trace.TracerProvider
}

func (c Config) withDefaults() Config {
	if c.JobTimeout == 0 {
		c.JobTimeout = 2 * time.Hour
	}
	if c.BodyTimeout == 0 {
		c.BodyTimeout = 20 * time.Second
	}
	if c.BodyBytes == 0 {
		c.BodyBytes = 64 << 20
	}
	if c.Rate == 0 {
		c.Rate = 100
	}
	if c.Burst == 0 {
		c.Burst = 200
	}
	if c.StrangerRate == 0 {
		c.StrangerRate = 10
	}
	if c.StrangerBurst == 0 {
		c.StrangerBurst = 100
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Tracer == nil {
		c.Tracer = noop.NewTracerProvider()
	}
	return c
}
