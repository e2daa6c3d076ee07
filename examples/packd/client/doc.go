// Package client is what a Go program needs to use packd: the bodies of its
// requests and answers, and a Client that sends them.
//
// The reports of the four stages and of an installation are the types of the
// library itself: [installer.DownloadReport], [deps.Report], [envbuild.Report],
// [registry.Report] and [installer.Report].
package client
