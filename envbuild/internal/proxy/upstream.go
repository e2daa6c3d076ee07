package proxy

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// An upstream is the proxy of the host, which the host trusts.
type upstream struct {
	url      *url.URL
	settings *tls.Config
}

const patience = 30 * time.Second // for a connection through the proxy of the host

// newUpstream returns the proxy of a network, nil for none.
func newUpstream(network pack.Network) (*upstream, error) {
	proxy, err := guard.ParseProxy(network.Proxy)
	if proxy == nil || err != nil {
		return nil, err
	}
	u := &upstream{url: proxy, settings: &tls.Config{MinVersion: tls.VersionTLS12}}
	if len(network.CAs) == 0 {
		return u, nil
	}
	u.settings.RootCAs, err = guard.AddAuthorities(nil, network.CAs)
	return u, err
}

// dial connects to the proxy. Its address is the host's setting and not checked.
func (u *upstream) dial(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: patience}).DialContext(ctx, network, address)
}

// tunnel returns a connection to address through the proxy.
func (u *upstream) tunnel(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	port := cmp.Or(u.url.Port(), map[string]string{"http": "80", "https": "443"}[u.url.Scheme])
	conn, err := u.dial(ctx, "tcp", net.JoinHostPort(u.url.Hostname(), port))
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", guard.RedactURL(u.url), err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // a closed one has failed already
	defer stop()
	tunnel, err := u.ask(ctx, conn, address)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("proxy %s: %w", guard.RedactURL(u.url), err), conn.Close())
	}
	return tunnel, nil
}

// ask asks the proxy at the other end of conn for a tunnel.
func (u *upstream) ask(ctx context.Context, conn net.Conn, address string) (net.Conn, error) {
	if u.url.Scheme == "https" {
		settings := u.settings.Clone()
		settings.ServerName = u.url.Hostname()
		secure := tls.Client(conn, settings)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = secure
	}
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if u.url.User != nil {
		password, _ := u.url.User.Password()
		login := base64.StdEncoding.EncodeToString([]byte(u.url.User.Username() + ":" + password))
		req.Header.Set("Proxy-Authorization", "Basic "+login)
	}
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	from := bufio.NewReader(conn)
	resp, err := http.ReadResponse(from, req) //nolint:bodyclose // the tunnel follows
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	return &buffered{Conn: conn, from: from}, nil
}

// A buffered connection reads first what was read with the response of the proxy.
type buffered struct {
	net.Conn
	from *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.from.Read(p) }
