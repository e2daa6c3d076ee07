// Package host opens a working host in one call: sources, downloader, analyzer,
// builder, store and pipeline over one root directory.
//
//	h, err := host.Open(ctx, host.Config{Root: "/var/lib/myhost/packs"})
//	if err != nil {
//		return err
//	}
//	defer h.Close()
//	report, err := h.Install(ctx, pipeline.Request{Specs: []string{"https://git.example.com/packs/demo.git"}})
//
// [Config] states every shared setting once, and Open passes it to each part that needs
// it: the provided packs to download, analysis and registration, the version of the
// platform to analysis and registration, the shape of packs to all four stages, the
// network to all sources.
//
// Open reads no environment variables and prints nothing. A command line passes
// the settings of its environment:
//
//	host.Config{
//		SearchPath: filepath.SplitList(os.Getenv("PATH")),
//		ToolEnv:    envbuild.NetworkVariables(os.Environ()), // proxies and certificates
//	}
//
// # The network of pip, uv and npm
//
// Sources obey [Config.Network] in full. Package tools are separate programs: they get
// its proxy and its CA certificates as environment variables, but its policy is not
// enforced on them. They contact the configured index or registry, or their own
// default, and all servers that these link to. They do not get its credentials: put
// those of a package index into its URL. A host that has to restrict the network of
// tools supplies a [Config.Runner] that does.
//
// # Local packs
//
// Without [Config.Confine] a spec may name any local directory, archive or repository,
// and each stage takes any path: the program trusts the users that enter them. Even
// then packs in the root, or in a parent of it, are refused, and links out of a pack
// are not followed. A program that takes specs or paths from untrusted users sets
// Confine.
//
// This package imports all plug-ins except gettersource. A host that needs fewer of
// them composes the parts itself; each is usable alone.
package host
