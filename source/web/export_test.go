package web

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// Make is [New] without an error, for a network of which only the policy is set.
func Make(policy pack.NetworkPolicy, opts *Options) *Client {
	return MakeFor(pack.Network{Policy: policy}, opts)
}

// MakeFor is [New] without an error.
func MakeFor(network pack.Network, opts *Options) *Client {
	c, err := New(network, opts)
	if err != nil {
		panic(err)
	}
	return c
}

// Over returns a client whose requests end in base instead of the network.
func Over(policy pack.NetworkPolicy, base http.RoundTripper) *Client {
	return over(guard.Compile(policy), nil, base)
}

// OverConn returns a client that connects by connect, within timeout when that is
// not zero.
func OverConn(policy pack.NetworkPolicy, opts *Options, timeout time.Duration, connect func(context.Context, string, string) (net.Conn, error)) *Client {
	d := guard.NewDialer(guard.Compile(policy), opts.Resolver)
	d.Timeout, d.Connect = cmp.Or(timeout, d.Timeout), connect
	settings, err := tlsConfig(opts.TLS, nil)
	if err != nil {
		panic(err)
	}
	return over(d.Rules, nil, newTransport(d, settings, nil))
}

func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) { return retryAfter(h, now) }

// CloseIdle closes the idle connections of a client of ours.
func CloseIdle(c *Client) {
	c.http.Transport.(*retrier).next.(*checked).next.(*http.Transport).CloseIdleConnections()
}
