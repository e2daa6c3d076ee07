package pack

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"strings"
)

// A NetworkPolicy says which hosts may be contacted. It is applied where a
// connection is made and on every redirect, so that a name that resolves to
// another address later does not get around it. A name that has several addresses
// is refused when any of them is. The zero value is the safe default: https only,
// public addresses only, any host.
type NetworkPolicy struct {
	// AllowHTTP admits plain http beside https.
	AllowHTTP bool
	// AllowPrivate lists address ranges that are contacted although they are
	// private, loopback, link-local or otherwise not public.
	AllowPrivate []netip.Prefix
	// AllowPrivateHosts lists host names (or literal addresses) whose
	// addresses are not checked to be public. A name matches exactly, ignoring
	// case.
	AllowPrivateHosts []string
	// Hosts, when not empty, lists the only hosts that may be contacted.
	Hosts []string
}

// A Network says which servers may be contacted, and how. It is a plain value;
// package web creates a client from it that all sources share. Printed, logged or
// marshalled, it shows no secret; keep it in exported fields, where package fmt
// finds its methods. The zero value contacts public servers by https,
// without credentials and without a proxy.
type Network struct {
	// Policy says which servers may be contacted.
	Policy NetworkPolicy
	// Credentials are sent to servers, each to the one whose origin is its key,
	// "https://host" or "https://host:port", and to no other, nor after a redirect
	// from another.
	Credentials map[string]Credential
	// CAs are certificates of authorities in PEM that are trusted beside the
	// system's.
	CAs []byte
	// Proxy is the URL of an http or https proxy for all requests, "" for none;
	// its user information holds the credentials for it. Because the proxy
	// resolves names, addresses are not checked: only hosts named by Policy are
	// contacted.
	Proxy string
	// Offline forbids every request: a source has what it keeps, and nothing else.
	Offline bool
}

// String describes the network without secrets.
func (n Network) String() string {
	return fmt.Sprintf("(policy %+v, %d credentials, %d bytes of CAs, proxy %t, offline %t)", n.Policy, len(n.Credentials), len(n.CAs), n.Proxy != "", n.Offline)
}

// Format implements [fmt.Formatter]: every verb prints the description.
func (n Network) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, n.String()) }

// MarshalText returns the description, also for JSON and package slog. It cannot
// be unmarshalled.
func (n Network) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// A Credential is a request header that authenticates a client to a server. Only
// [Credential.Header] returns its secret; printed, logged or marshalled, it is a
// placeholder. The zero value means no credential. It is safe for concurrent use.
type Credential struct {
	// A function, because code that prints or walks values sees only its address,
	// even if it cannot call methods.
	header func() (name, value string)
}

const maxCredentialLen = 8 << 10

// BearerCredential returns a credential that sends "Authorization: Bearer token".
func BearerCredential(token string) Credential {
	if strings.ContainsRune(token, ' ') {
		return HeaderCredential("Authorization", "")
	}
	return HeaderCredential("Authorization", prefixed("Bearer ", token))
}

// BasicCredential returns a credential that sends user and password in the
// scheme "Basic", as UTF-8. Either may be empty; user has no ":".
func BasicCredential(user, password string) Credential {
	if strings.ContainsFunc(user+password, isControl) || strings.ContainsRune(user, ':') || user+password == "" {
		return HeaderCredential("Authorization", "")
	}
	return HeaderCredential("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

// HeaderCredential returns a credential that sends a header of any other name,
// such as "Private-Token". Headers that decide how a message is read or which
// content it is about are refused by [Credential.Validate].
func HeaderCredential(name, value string) Credential {
	return Credential{header: func() (string, string) { return name, value }}
}

func prefixed(scheme, secret string) string {
	if secret == "" {
		return ""
	}
	return scheme + secret
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// Header returns the name and the value of the header, the value being secret;
// "" and "" for the zero value.
func (c Credential) Header() (name, value string) {
	if c.header == nil {
		return "", ""
	}
	return c.header()
}

var (
	headerNamePattern  = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\\z")
	headerValuePattern = regexp.MustCompile(`^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?\z`)
)

// Validate returns an error with [CodeInvalidRequest] if the credential cannot be
// sent to any server: its header name is invalid or reserved, or its secret is
// empty, longer than 8 KiB or contains invalid characters. The error does not
// contain the secret.
func (c Credential) Validate() error {
	name, value := c.Header()
	switch {
	case name == "" && value == "":
		return Errorf(CodeInvalidRequest, "there is no credential")
	case !headerNamePattern.MatchString(name), isReservedHeader(name):
		return Errorf(CodeInvalidRequest, "header %.100q cannot carry a credential", name)
	case len(value) > maxCredentialLen:
		return Errorf(CodeInvalidRequest, "credential for the header %q has %d bytes, at most %d are allowed", name, len(value), maxCredentialLen)
	case !headerValuePattern.MatchString(value):
		return Errorf(CodeInvalidRequest, "credential for the header %q is empty or has characters that cannot be sent", name)
	}
	return nil
}

// isReservedHeader reports whether a header has another purpose.
func isReservedHeader(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "accept-encoding", "connection", "expect", "host", "keep-alive", "range", "referer", "te", "trailer",
		"transfer-encoding", "upgrade", "user-agent":
		return true
	}
	for _, prefix := range []string{"content-", "if-", "proxy-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// String returns a placeholder.
func (c Credential) String() string {
	if c.header == nil {
		return "(no credential)"
	}
	return "(credential)"
}

// Format implements [fmt.Formatter]: every verb prints the placeholder.
func (c Credential) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// MarshalText returns the placeholder. It cannot be unmarshalled.
func (c Credential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
