// Package framing notices requests that a server and a proxy in front of it could
// read as different ones: a Content-Length beside a Transfer-Encoding, and header
// lines that continue on the next line (RFC 9112, 5.2 and 6.1). Package net/http
// accepts both, and removes the trace of them before a handler runs.
//
// A connection is watched as it is read; nothing in it is changed. [Listen] makes such
// connections, [Context] passes them to handlers, and [Odd] is what handlers ask.
package framing
