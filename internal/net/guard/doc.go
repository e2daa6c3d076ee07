// Package guard enforces a [pack.NetworkPolicy]: it judges URLs before anything
// is contacted, and addresses where a connection is made.
//
// Threat: an attacker who writes URLs into specs and indices, or controls a name
// server, wants us to contact services that only this machine can reach: its
// own, or the cloud's metadata address. Therefore:
//
//   - A URL is checked by [Rules.CheckURL]; its text has one reading (see
//     [ParseURL]).
//   - A [Dialer] checks addresses after the name was resolved, and connects to
//     these addresses, so that a name that resolves differently later gains
//     nothing. A name with any refused address is refused.
//   - Host names that resolvers read as addresses ("127.1", "0x7f.1") are refused
//     in any spelling but the canonical one.
//
// Package web builds HTTP clients on it.
package guard
