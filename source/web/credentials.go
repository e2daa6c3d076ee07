package web

import (
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// credentials are kept by origin, as [origin] writes it.
type credentials map[string]pack.Credential

// compileCredentials checks keys and values; errors have
// [pack.CodeInvalidRequest] and contain no secret.
func compileCredentials(byOrigin map[string]pack.Credential) (credentials, error) {
	all := make(credentials, len(byOrigin))
	for key, c := range byOrigin {
		at, err := parseOrigin(key)
		if err != nil {
			return nil, err
		}
		if err := c.Validate(); err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "credential for %q: %w", at, err)
		}
		if _, twice := all[at]; twice {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "two credentials for the origin %q: leave one out", at)
		}
		all[at] = c
	}
	return all, nil
}

// parseOrigin accepts scheme, host and port, and nothing else: a credential for
// a path would look narrower than it is.
func parseOrigin(key string) (string, error) {
	u, err := guard.ParseURL(key)
	if err != nil {
		return "", pack.Errorf(pack.CodeInvalidRequest, "origin of a credential: %w", err)
	}
	_, err = guard.CanonicalHost(u.Hostname())
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.User != nil, u.Path != "", u.RawQuery != "", u.ForceQuery, u.Opaque != "":
		return "", pack.Errorf(pack.CodeInvalidRequest, "origin of a credential %q: write it as https://host or https://host:port", guard.Redact(key))
	}
	return origin(u), nil
}

// add sets the credential of req's origin, but not after a redirect from another
// one: the redirecting server would make requests with our credentials.
func (c credentials) add(req *http.Request) {
	at := origin(req.URL)
	credential, ok := c[at]
	if !ok || cameFromElsewhere(req, at) {
		return
	}
	name, value := credential.Header()
	req.Header.Set(name, value)
}

func cameFromElsewhere(req *http.Request, at string) bool {
	for by := req.Response; by != nil && by.Request != nil; by = by.Request.Response {
		if origin(by.Request.URL) != at {
			return true
		}
	}
	return false
}
