// Package guard enforces a [pack.NetworkPolicy]: it judges URLs before anything
// is contacted, and addresses where a connection is made.
//
// Threat: those who write URLs into specs and indices, or control a name server,
// want us to contact what only this machine can reach: its own services, the
// cloud's metadata address. Therefore:
//
//   - A URL is checked by [Rules.CheckURL]; its text has one reading (see
//     [ParseURL]).
//   - A [Dialer] checks addresses after the name was resolved, and connects to
//     these addresses, so that a name that resolves differently later gains
//     nothing. A name with one address that is refused is refused, whatever the
//     others are.
//   - Host names that resolvers read as addresses ("127.1", "0x7f.1") are refused
//     in any spelling but the canonical one.
//
// Package web makes HTTP clients of it.
package guard
