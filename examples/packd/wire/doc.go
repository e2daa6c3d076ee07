// Package wire is the protocol between packd and its clients: the bodies of requests
// and responses as Go types, their parsing and checks, and the conversion of errors to
// responses. It is the only package that the server (package api) and package client
// share.
package wire
