package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// dialProxy connects to the proxy, which the host trusts. [guard.Rules.CheckURL]
// decides which hosts the proxy may contact.
func dialProxy(d *guard.Dialer) guard.DialFunc {
	return (&net.Dialer{Timeout: d.Timeout, Resolver: d.Resolver}).DialContext
}

// checkTunnel explains why a proxy does not connect; net/http would quote it.
func checkTunnel(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	err := &pack.UnavailableError{
		Target:    guard.RedactURL(proxy),
		Status:    resp.StatusCode,
		Temporary: temporaryStatus(resp.StatusCode),
		Err:       fmt.Errorf("proxy answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)),
	}
	if resp.StatusCode == http.StatusProxyAuthRequired {
		err.Code = pack.CodeUnauthorized
	}
	return err
}
