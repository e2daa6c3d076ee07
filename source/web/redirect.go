package web

import (
	"net/http"
	"net/url"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

const maxRedirects = 5

// checkRedirect decides on req, the next request after via. Its URL is checked
// like every other when it is sent.
func checkRedirect(req *http.Request, via []*http.Request) error {
	last := via[len(via)-1]
	req.Header.Del("Referer") // it would carry the previous URL's query along
	switch {
	case len(via) > maxRedirects:
		return denyRedirect(last, "more than %d redirects", maxRedirects)
	case last.URL.Scheme == "https" && req.URL.Scheme != "https":
		return denyRedirect(last, "redirected from https to %.40q", req.URL.Scheme)
	case via[0].Method != http.MethodGet && via[0].Method != http.MethodHead:
		return denyRedirect(last, "a %s request is not repeated elsewhere", via[0].Method)
	}
	if leftOrigin(req, via) {
		keepHarmless(req.Header)
	}
	return nil
}

func denyRedirect(last *http.Request, format string, args ...any) error {
	cause := pack.Errorf(pack.CodePolicyDenied, format, args...)
	return pack.Errorf(pack.CodePolicyDenied, "follow redirect of %q: %w", guard.RedactURL(last.URL), cause)
}

// leftOrigin reports whether any hop went to another origin than the first:
// net/http copies the first request's headers anew for each hop.
func leftOrigin(req *http.Request, via []*http.Request) bool {
	first := origin(via[0].URL)
	for _, r := range via[1:] {
		if origin(r.URL) != first {
			return true
		}
	}
	return origin(req.URL) != first
}

func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	host, err := guard.CanonicalHost(u.Hostname())
	if err != nil {
		host = u.Hostname() // refused when it is sent
	}
	return u.Scheme + "://" + host + ":" + port
}

// keepHarmless removes every header that may hold a secret: all but a few.
func keepHarmless(h http.Header) {
	for name := range h {
		switch name {
		case "Accept", "Accept-Encoding", "User-Agent", "Git-Protocol",
			"If-None-Match", "If-Modified-Since", "If-Range", "Range":
		default:
			h.Del(name)
		}
	}
}
