package httpclient

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/packtrain/pack"
)

// Make is [New] without an error.
func Make(policy pack.NetworkPolicy, opts *Options) *http.Client {
	c, err := New(policy, opts)
	if err != nil {
		panic(err)
	}
	return c
}

// Over returns a client whose requests end in base instead of the network.
func Over(policy pack.NetworkPolicy, base http.RoundTripper) *http.Client {
	return newClient(compile(policy), nil, base)
}

// OverConn returns a client that speaks over the connections of dial.
func OverConn(policy pack.NetworkPolicy, dial func(context.Context, string, string) (net.Conn, error)) *http.Client {
	rules := compile(policy)
	t := newTransport(rules, &Options{})
	t.DialContext = dial
	return newClient(rules, nil, t)
}

func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) { return retryAfter(h, now) }

// CloseIdle closes the idle connections of a client of ours.
func CloseIdle(c *http.Client) {
	c.Transport.(*retrier).next.(*guard).next.(*http.Transport).CloseIdleConnections()
}
