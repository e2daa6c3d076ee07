// Package source finds and receives packs.
//
// [Parse] parses user input into a [Locator]. A [Resolver] turns that into a
// [pack.Pin], an immutable choice that can be stored, and a [Fetcher] pushes the pin's
// content into a [Sink]. The sink is usually a [Tree]: it writes into its own
// directory, checks every entry, and computes the digests of its content.
//
//	mux, err := source.NewMux(local, archives, git, index) // each from its own package
//	if err != nil {
//		return err
//	}
//	loc, err := source.Parse("github:org/repo@v1.2.0//packs/slack")
//	if err != nil {
//		return err // says what to write instead
//	}
//	pins, err := mux.Resolve(ctx, loc) // alternatives for one content
//	if err != nil {
//		return err
//	}
//	tree, err := source.NewTree(dir, &source.TreeOptions{StripTop: pins[0].StripTop, Subdir: pins[0].Subdir})
//	if err != nil {
//		return err
//	}
//	if err := mux.Fetch(ctx, pins[0], tree); err != nil {
//		return errors.Join(err, tree.Discard())
//	}
//	result, err := tree.Finish() // result.Dir holds the pack
//
// # Sources
//
// Plug-ins are separate packages, so that a host links only those it uses: localsource
// (directories), archivesource (archives by URL), gitsource (git repositories) and
// registrysource (packs by name). Those that contact servers share a client, of package
// web. [NewMux] composes them and selects one by scheme. The registry is only a
// Resolver: its pins carry the scheme of the Fetcher that delivers them. A cache is
// only a Fetcher.
//
// A host's own source implements three methods, whose contract is documented at
// [Resolver] and [Fetcher]; most can use [PutFS] (see the example), and package
// sourcetest has a conformance suite. Its specs have the form "scheme:location".
//
// # Contract
//
//   - Plug-ins are safe for concurrent use; sinks and trees are not.
//   - The scheme is determined by the text of the spec, before any I/O, and never by a
//     response of a server.
//   - A source runs no code of a pack, and writes only to the sink and to a
//     scratch directory supplied by the host.
//   - The source verifies the facts that only it can see: the bytes of an
//     archive, a commit. The owner of the tree verifies the ref, the version and
//     the directory checksum.
//   - The error for missing content matches [pack.ErrNotFound]; for a failing
//     server, [pack.ErrUnavailable], and [pack.Retryable] reports whether to try
//     again; for hostile content, [pack.ErrUnsafe] or [pack.ErrMalformed].
//   - Credentials appear neither in locators, pins nor errors.
//
// This package does not choose versions, try alternatives, or read packs:
// package installer does.
package source
