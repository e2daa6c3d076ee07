package envbuild

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/packtrain/pack"
)

// A login authenticates a tool to an index. The zero value is none.
type login struct {
	user, password string
	token          string // instead of both; only npm sends one
}

// loginFor returns the login for the index at an address: that of the address itself, or
// the credential of its origin.
func (c *Config) loginFor(address string) login {
	u, ok := parseURL(address)
	if !ok {
		return login{}
	}
	if u.User != nil {
		password, _ := u.User.Password()
		return login{user: u.User.Username(), password: password}
	}
	for origin, credential := range c.Network.Credentials {
		if o, ok := parseURL(origin); ok && sameOrigin(o, u) {
			return loginOf(credential)
		}
	}
	return login{}
}

// loginOf returns a credential as a login, if tools can send it.
func loginOf(c pack.Credential) login {
	name, value := c.Header()
	scheme, rest, _ := strings.Cut(value, " ")
	switch {
	case !strings.EqualFold(name, "Authorization"):
	case strings.EqualFold(scheme, "Bearer"):
		return login{token: rest}
	case strings.EqualFold(scheme, "Basic"):
		plain, err := base64.StdEncoding.DecodeString(rest)
		if user, password, ok := strings.Cut(string(plain), ":"); ok && err == nil {
			return login{user: user, password: password}
		}
	}
	return login{}
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// at returns an address with the login in it.
func (l login) at(address string) string {
	u, ok := parseURL(address)
	if !ok || l.user+l.password == "" {
		return address
	}
	u.User = url.UserPassword(l.user, l.password)
	return u.String()
}

// secrets returns the parts of a login that may not be shown.
func (l login) secrets() []string {
	if l.token != "" {
		return []string{l.token}
	}
	if l.user+l.password == "" {
		return nil
	}
	return userSecrets(l.at("http://index"))
}
