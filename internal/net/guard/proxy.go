package guard

import (
	"net/url"

	"github.com/packtrain/pack"
)

// ParseProxy parses the URL of a proxy, "http://host:port" or https, with user
// information; "" is nil. Errors have [pack.CodeInvalidRequest] and do not repeat the
// text, which may hold a password.
func ParseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no proxy
	}
	proxy, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "proxy: write it as http://host:port")
	case proxy.Scheme != "http" && proxy.Scheme != "https",
		proxy.Hostname() == "", proxy.Path != "" && proxy.Path != "/", proxy.RawQuery != "", proxy.Fragment != "", proxy.Opaque != "":
		return nil, pack.Errorf(pack.CodeInvalidRequest, "proxy %q: write it as http://host:port", RedactURL(proxy))
	}
	return proxy, nil
}
