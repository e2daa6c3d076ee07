// Package client is what a Go program needs to use packd: the bodies of its
// requests and answers, and a [Client] that sends them.
//
// The reports of the four stages and of an installation are the types of the
// library itself: [installer.DownloadReport], [deps.Report], [envbuild.Report],
// [registry.Report] and [pipeline.Report]. They come as they do from the
// library: packs that failed are in the report and in a [*pack.BatchError] beside
// it, any other error means that the request itself failed. An answer of the
// server that says so is an [*Error]; a server that could not be reached is a
// [*pack.UnavailableError].
//
//	c, err := client.New(client.Config{URL: "https://packs.example", Token: token})
//	report, err := c.Install(ctx, wire.InstallRequest{Packs: []string{"slack@^2"}}, nil)
//
// Paths in requests and reports are those of the server.
package client
