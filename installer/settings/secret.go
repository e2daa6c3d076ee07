package settings

import (
	"net/url"
	"regexp"
	"strings"
)

// Mask stands for a secret in what is shown.
const Mask = "********"

// secretName matches names of parameters that hold secrets.
var secretName = regexp.MustCompile(`(?i)pass|token|secret|key|auth|sig|credential`)

// hasPassword reports whether text is a URL with a secret.
func hasPassword(text string) bool {
	u, err := url.Parse(text)
	if err != nil || !strings.Contains(text, "://") {
		return strings.Contains(text, "://") && strings.Contains(text, "@")
	}
	if isSecretUser(u) {
		return true
	}
	for name := range u.Query() {
		if secretName.MatchString(name) {
			return true
		}
	}
	return false
}

// isSecretUser reports whether the user information of a URL is a secret: it has a
// password, or it is a token.
func isSecretUser(u *url.URL) bool {
	_, hasPassword := u.User.Password()
	return hasPassword || u.User != nil && strings.HasPrefix(u.Scheme, "http")
}

// masked returns text without what may be secret in a URL.
func masked(text string) string {
	scheme, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return scheme + "://" + Mask
	}
	before, query, hasQuery := strings.Cut(rest, "?")
	if isSecretUser(u) {
		_, after, _ := strings.Cut(before, "@")
		before = Mask + "@" + after
	}
	if hasQuery && query != "" {
		before += "?" + Mask
	}
	return scheme + "://" + before
}
