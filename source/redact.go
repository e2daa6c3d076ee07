package source

import "strings"

const redacted = "***"

// redact removes everything from a spec that may be a secret, and shortens it.
func redact(spec string) string {
	start := 0
	if i := strings.Index(spec, "//"); i == 0 || i > 0 && spec[i-1] == ':' { // else it precedes a subdir
		start = i + len("//")
	}
	if end := userEnd(spec[start:], start > 0); end > 0 {
		spec = spec[:start] + redacted + spec[start+end:]
	}
	spec = redactQuery(spec)
	const most = 200
	if len(spec) > most {
		spec = spec[:most] + "..."
	}
	return spec
}

// redactQuery removes the query of a URL.
func redactQuery(spec string) string {
	_, rest, isURL := strings.Cut(spec, "//")
	path, _, hasQuery := strings.Cut(rest, "?")
	if !isURL || !hasQuery {
		return spec
	}
	return spec[:len(spec)-len(rest)] + path + "?" + redacted
}

// userEnd returns the place of the "@" after the user information with which
// rest begins, 0 when there is none. It errs on the side of finding too much: a
// password that holds a "/" looks like the end of the host.
func userEnd(rest string, isURL bool) int {
	authority, _ := cutAt(rest, "/?#")
	_, port, hasPort := strings.Cut(authority, ":")
	at := strings.LastIndexByte(authority, '@')
	switch {
	case at >= 0 && (isURL || hasPort):
		return at
	case isURL && hasPort && strings.Trim(port, "0123456789") != "":
		return max(strings.LastIndexByte(rest, '@'), 0)
	}
	return 0
}
