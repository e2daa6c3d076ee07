package httpclient

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/packtrain/pack"
)

// checkProxy accepts "http://host:port" and https, with user information.
func checkProxy(proxy *url.URL) error {
	switch {
	case proxy == nil:
		return nil
	case proxy.Scheme != "http" && proxy.Scheme != "https",
		proxy.Hostname() == "", proxy.Path != "" && proxy.Path != "/", proxy.RawQuery != "", proxy.Fragment != "", proxy.Opaque != "":
		return pack.Errorf(pack.CodeInvalidRequest, "proxy %q: write it as http://host:port", redact(proxy))
	}
	return nil
}

// dialProxy connects to the proxy, which the host trusts. What the proxy
// contacts is decided by [rules.checkURL].
func (d *dialer) dialProxy(ctx context.Context, network, address string) (net.Conn, error) {
	nd := net.Dialer{Timeout: d.timeout, Resolver: d.resolver}
	return nd.DialContext(ctx, network, address)
}

// checkTunnel explains why a proxy does not connect us; net/http would quote it.
func checkTunnel(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	err := &pack.UnavailableError{
		Target:    redact(proxy),
		Status:    resp.StatusCode,
		Temporary: temporaryStatus(resp.StatusCode),
		Err:       fmt.Errorf("proxy answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)),
	}
	if resp.StatusCode == http.StatusProxyAuthRequired {
		err.Code = pack.CodeUnauthorized
	}
	return err
}
