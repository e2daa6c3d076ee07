package client

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// A Config says which server to use, and how. URL is required.
type Config struct {
	// URL of the server, such as "https://packs.example"; what stands before
	// "/api/v1" when it has a path.
	URL string
	// Token is the bearer token, "" for none. It is sent only to URL, and errors
	// do not contain it.
	Token string
	// HTTP sends the requests; nil means a client of its own that uses no
	// proxy. Redirects are never followed. It should have no timeout: builds and
	// streams of events may take long.
	HTTP *http.Client
	// Attempts is how often a request is sent when that is safe and the server
	// cannot be reached or is busy; 0 means 4.
	Attempts int
	// MaxPause is the longest pause between two attempts, whatever the server
	// asks for; 0 means 10 seconds.
	MaxPause time.Duration
	// ReconnectFor is how long an operation is followed while the server cannot be
	// reached; 0 means 1 minute.
	ReconnectFor time.Duration
	// Idle is how long a stream of events may be silent before it is considered
	// dead and restarted; 0 means 1 minute.
	Idle time.Duration
	// Grace is how long a call whose context ended waits for the operation it
	// cancelled; 0 means 30 seconds.
	Grace time.Duration
	// MaxResponse is the largest body of an answer in bytes; 0 means 64 MiB.
	MaxResponse int64
}

// A Client uses one packd. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
	base   string // URL with "/api/v1"
}

// New checks c and returns a client. It does not contact the server.
func New(c Config) (*Client, error) {
	base, err := baseURL(c.URL)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "token: want visible ASCII characters without spaces")
	}
	return &Client{config: c.withDefaults(), http: withoutRedirects(c.HTTP), base: base}, nil
}

func (c Config) withDefaults() Config {
	c.Attempts = positive(c.Attempts, 4)
	c.MaxPause = positive(c.MaxPause, 10*time.Second)
	c.ReconnectFor = positive(c.ReconnectFor, time.Minute)
	c.Idle = positive(c.Idle, time.Minute)
	c.Grace = positive(c.Grace, 30*time.Second)
	c.MaxResponse = positive(c.MaxResponse, 64<<20)
	return c
}

func positive[T int | int64 | time.Duration](v, absent T) T {
	if v <= 0 {
		return absent
	}
	return v
}

// baseURL checks the URL of a server. Errors do not quote it: it may hold a
// password.
func baseURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "", pack.Errorf(pack.CodeInvalidRequest, "server: want a URL such as %q", "https://packs.example")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", pack.Errorf(pack.CodeInvalidRequest, "server: want a URL without credentials, query and fragment")
	}
	return strings.TrimRight(u.String(), "/") + "/api/v1", nil
}

// withoutRedirects returns a copy of c that follows no redirects: they could
// lead the token elsewhere.
func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		dialer := &net.Dialer{Timeout: 10 * time.Second}
		c = &http.Client{Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second,
			ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute,
		}}
	}
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
