// Package client is what a Go program needs to use packd: a [Client] sends it the
// requests of package wire.
//
// The reports of the four stages and of an installation are those of the
// library: [installer.DownloadReport], [deps.Report], [envbuild.Report],
// [registry.Report] and [pipeline.Report]. They come as they do from the
// library: packs that failed are in the report and in a [*pack.BatchError] beside
// it, any other error means that the request itself failed; a report beside it
// says what was done before. An answer of the server that says so is an [*Error];
// a server that could not be reached is a [*pack.UnavailableError]. errors.Is with
// the sentinels of package pack, [pack.CodeOf] and [pack.Retryable] answer as they
// would on the server.
//
//	c, err := client.New(client.Config{URL: "https://packs.example", Token: token})
//	report, err := c.Install(ctx, wire.InstallRequest{Packs: []string{"slack@^2"}}, nil)
//
// Paths in requests and reports are those of the server.
package client
