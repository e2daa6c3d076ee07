// Package wire is what crosses the wire between packd and its clients: the bodies
// of requests and answers as Go types, how they are read and checked, and what
// turns an error into an answer. The server (package api) and package client
// both use it and know each other through nothing else.
package wire
