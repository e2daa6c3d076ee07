// Package proxy is the HTTP proxy through which the package tools of one build reach the
// network. It applies the [pack.Network] of the host to whatever a tool contacts, the
// targets of redirects and links included.
//
//	p, err := proxy.Start(ctx, network, nil)
//	if err != nil {
//		return err
//	}
//	defer p.Close()
//	run(tool, "HTTPS_PROXY="+p.URL(), "HTTP_PROXY="+p.URL())
//	if err := p.Refusal(); err != nil {
//		return err // the policy refused what the tool wanted
//	}
//
// Threat: an index, or an attacker who writes links into one, wants a tool to contact
// services that only this machine can reach. Other users of the machine want to use the
// network of the host. Therefore:
//
//   - A name is resolved once, its addresses are checked, and the connection goes to one
//     of these (see [guard.Dialer]); through the proxy of the host, which resolves names
//     itself, only hosts that the policy names are contacted.
//   - A tunnel carries TLS, unless the policy allows plain http.
//   - With Options.Local nothing is contacted: that handler answers for one host, and for no
//     other.
//   - Every request needs the password, which is random. The proxy listens on loopback.
//   - After [Proxy.Close], nothing of it is left: the port is closed, and so are all
//     connections.
//
// A tunnel hides what is in it: the proxy sees hosts and ports, no requests.
package proxy
