package guard

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/packtrain/pack"
)

const maxURLLen = 8 << 10

// ParseURL parses a URL that the rules allow to contact. A refused URL is an
// error with [pack.CodePolicyDenied] that quotes no credential. The addresses of
// a host name are checked only when a connection is made.
func (r *Rules) ParseURL(raw string) (*url.URL, error) {
	u, err := ParseURL(raw)
	if err != nil {
		return nil, err
	}
	if err := r.CheckURL(u); err != nil {
		return nil, err
	}
	return u, nil
}

// ParseURL parses text that every reader takes for the same URL; no policy is
// applied. Errors have [pack.CodePolicyDenied] and quote no credential.
func ParseURL(raw string) (*url.URL, error) {
	if len(raw) > maxURLLen {
		return nil, pack.Errorf(pack.CodePolicyDenied, "read URL: it has %d bytes, at most %d are allowed", len(raw), maxURLLen)
	}
	if i := strings.IndexFunc(raw, forbiddenInURL); i >= 0 {
		return nil, pack.Errorf(pack.CodePolicyDenied, "read URL %q: it has a character that is not allowed in URLs: percent-encode it", Redact(raw))
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The parser's error repeats the text, credentials included.
		return nil, pack.Errorf(pack.CodePolicyDenied, "read URL: it cannot be parsed: write it as https://host/path")
	}
	if strings.Contains(raw, "#") {
		return nil, pack.Errorf(pack.CodePolicyDenied, "read URL %q: it has a fragment, which is never sent to the server: leave it out", RedactURL(u))
	}
	return u, nil
}

func forbiddenInURL(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\\\"<>^`{|}", r)
}

const unreadableURL = "(unreadable URL)"

// Redact returns raw without user information, query and fragment, which may
// hold secrets; a constant text when it cannot be parsed or names no host, because
// then the secrets could be anywhere.
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return unreadableURL
	}
	return RedactURL(u)
}

// RedactURL is [Redact] for a URL that was parsed.
func RedactURL(u *url.URL) string {
	if u.Host == "" {
		return unreadableURL
	}
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return bare.String()
}

var (
	hostPattern = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*\z`)
	// Resolvers read a name as an IPv4 address when its last label is a number.
	numericPattern = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)\z`)
)

// CanonicalHost returns the one spelling under which a host is compared: a
// name in lower case, or an address as netip writes it. It refuses spellings
// that resolvers and users may understand differently.
func CanonicalHost(host string) (string, error) {
	name := strings.ToLower(host)
	if addr, err := netip.ParseAddr(name); err == nil {
		if addr.Zone() != "" {
			return "", pack.Errorf(pack.CodePolicyDenied, "host %q has a zone: leave it out", host)
		}
		return addr.Unmap().String(), nil
	}
	switch {
	case len(name) > 253 || !hostPattern.MatchString(name):
		return "", pack.Errorf(pack.CodePolicyDenied, "host %.80q is not a plain host name: write non-ASCII names in their xn-- form, without a final dot", host)
	case numericPattern.MatchString(name):
		return "", pack.Errorf(pack.CodePolicyDenied, "host %.80q looks like an address but is not one: write four decimal numbers", host)
	}
	return name, nil
}
