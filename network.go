package pack

import "net/netip"

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
