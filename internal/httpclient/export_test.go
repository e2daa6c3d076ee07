package httpclient

import (
	"cmp"
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

// OverConn returns a client that connects by connect, within timeout when that is
// not zero.
func OverConn(policy pack.NetworkPolicy, opts *Options, timeout time.Duration, connect func(context.Context, string, string) (net.Conn, error)) *http.Client {
	d := newDialer(compile(policy), opts.Resolver)
	d.timeout, d.connect = cmp.Or(timeout, d.timeout), connect
	return newClient(d.rules, nil, newTransport(d, opts))
}

func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) { return retryAfter(h, now) }

// CloseIdle closes the idle connections of a client of ours.
func CloseIdle(c *http.Client) {
	c.Transport.(*retrier).next.(*guard).next.(*http.Transport).CloseIdleConnections()
}
