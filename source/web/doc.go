// Package web is the HTTP client of all plug-ins: it obeys a
// [pack.NetworkPolicy], and returns errors of package pack.
//
//	client, err := web.New(pack.Network{
//		Policy: pack.NetworkPolicy{AllowPrivateHosts: []string{"packs.example"}},
//		Credentials: map[string]pack.Credential{
//			"https://packs.example": pack.BearerCredential(token),
//		},
//	}, nil)
//	archives, err := archivesource.New(client, nil)
//	repositories, err := gitsource.New(client, nil)
//
// A host creates one [Client] and passes it to every plug-in that contacts servers, so
// that all of them obey one policy and share connections. A plug-in checks URLs of
// users and indices with [Client.ParseURL], sends requests with [Client.Do], reads
// bodies through a [LimitReader], and prints URLs only through [Redact].
//
// Threat: a server, or an attacker who writes URLs into specs and indices, wants
// us to contact services that only this machine can reach (its own, or the
// cloud's metadata address), to send secrets elsewhere, or to hang. Therefore:
//
//   - Every request's URL is checked, redirects included; the address is checked when
//     the connection is made, after the name is resolved, so a name that resolves
//     differently later gains nothing. A name with any refused address is refused.
//   - Host names that resolvers read as addresses ("127.1", "0x7f.1") are refused in
//     any spelling except the canonical one.
//   - At most 5 redirects, never from https to http, never for a request with a body;
//     across origins only headers without secrets are kept.
//   - Credentials are stored by origin and sent only with requests to it, never after a
//     redirect from another origin, and not in response to a challenge.
//   - No proxy and no credentials from the environment, no cookies, TLS 1.2 or later,
//     HTTP/1.1 only: one protocol with known limits. Only the system's root
//     certificates are located by Go, which reads SSL_CERT_FILE.
//   - Through a proxy, which resolves names itself, only hosts named by the policy are
//     contacted.
//   - Plain http through a proxy uses a new connection for each request, so that no
//     server can respond in place of another one.
//   - Response headers are limited in size and time, bodies must keep a
//     minimum rate, and after two minutes a higher one on average. Bodies are delivered as they were sent, never decompressed.
//   - An interrupted transfer is continued only if a strong entity tag confirms that
//     the file is unchanged; bytes of two files are never mixed.
package web
