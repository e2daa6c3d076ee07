package envbuild

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// publicName returns an address in a form that may be shown: without user and
// password.
func publicName(address string) string {
	u, ok := parseURL(address)
	if !ok {
		return address
	}
	u.User = nil
	return u.String()
}

// secrets returns the passwords and tokens among the addresses, credentials and variables,
// in each form in which a tool could print them.
func (c *Config) secrets() []string {
	values := append([]string{c.PythonIndex, c.NodeRegistry, c.Network.Proxy}, c.FindLinks...)
	for _, v := range c.Env {
		_, value, _ := strings.Cut(v, "=")
		values = append(values, value)
	}
	var secrets []string
	for _, v := range values {
		secrets = append(append(secrets, userSecrets(v)...), querySecrets(v)...)
	}
	for _, credential := range c.Network.Credentials {
		secrets = append(secrets, loginOf(credential).secrets()...)
	}
	// Longer ones first: they contain the shorter ones.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	return slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
}

// userSecrets returns those of the user information of an address of any scheme,
// or of none, as proxies are often given.
func userSecrets(address string) []string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return nil
	}
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		rest = address
	}
	u, err := url.Parse("http://" + rest)
	if err != nil || u.User == nil {
		// The secret is in front of the "@", whatever its form.
		return []string{strings.TrimSuffix(rest, address[at:])}
	}
	password, _ := u.User.Password()
	// Of a lone user, the name is the token.
	return []string{u.User.String(), authOf(u), cmp.Or(password, u.User.Username())}
}

// authOf returns the user and password of an address as HTTP and npm write
// them.
func authOf(u *url.URL) string {
	password, _ := u.User.Password()
	return base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
}

// shortestToken is how long a value in a query is that may be a secret; to
// replace shorter ones would make messages unreadable.
const shortestToken = 6

// querySecrets returns those of the query of an address, with their names, and
// long ones alone, too.
func querySecrets(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	var secrets []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		secrets = append(secrets, pair)
		_, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if len(value) >= shortestToken && err == nil {
			secrets = append(secrets, value, plain)
		}
	}
	return secrets
}
