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

// parseProxy accepts "http://host:port" and https, with user information; nil for
// "". Errors do not repeat the text, which may hold a password.
func parseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no proxy
	}
	proxy, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "proxy: write it as http://host:port")
	case proxy.Scheme != "http" && proxy.Scheme != "https",
		proxy.Hostname() == "", proxy.Path != "" && proxy.Path != "/", proxy.RawQuery != "", proxy.Fragment != "", proxy.Opaque != "":
		return nil, pack.Errorf(pack.CodeInvalidRequest, "proxy %q: write it as http://host:port", guard.RedactURL(proxy))
	}
	return proxy, nil
}

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
