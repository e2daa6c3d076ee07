// Package client lets a Go program use packd: a [Client] sends it the requests of
// package wire.
//
// The reports of the four stages and of an installation are those of the library:
// [installer.DownloadReport], [deps.Report], [envbuild.Report], [registry.Report] and
// [pipeline.Report], returned as the library returns them: failed packs are in the
// report and in a [*pack.BatchError] returned with it. Any other error means that the
// request itself failed; a report returned with it covers the work done before. An
// error response of the server is an [*Error]; a server that could not be reached is a
// [*pack.UnavailableError]. errors.Is with the sentinels of package pack, [pack.CodeOf]
// and [pack.Retryable] return the same results as on the server.
//
//	c, err := client.New(client.Config{URL: "https://packs.example", Token: token})
//	report, err := c.Install(ctx, wire.InstallRequest{Packs: []string{"slack@^2"}}, nil)
//
// Paths in requests and reports are those of the server.
package client
