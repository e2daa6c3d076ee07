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
// [Config] states every shared setting once, and Open hands it to each part that
// needs it: the provided packs to download, analysis and registration, the version of
// the platform to analysis and registration, the shape of packs to all four stages,
// the network to all sources.
//
// Open reads no environment variables and prints nothing. A program that wants the
// habits of a command line passes them:
//
//	host.Config{
//		SearchPath: filepath.SplitList(os.Getenv("PATH")),
//		ToolEnv:    envbuild.NetworkVariables(os.Environ()), // proxies and certificates
//	}
//
// # What pip, uv and npm are told
//
// Sources obey [Config.Network] in full. Package tools are programs of their own:
// they get its proxy and its authorities as environment variables, and nothing
// enforces its policy on them. They contact the index or registry that the
// configuration names, or their own default, and whatever these link to. Its
// credentials are not given to them: write those of a package index into its URL.
// A host that has to confine tools supplies a [Config.Runner] that does.
//
// # Packs of this machine
//
// Without [Config.Confine] a spec may name any directory, archive or repository of
// this machine, and each stage takes any path: the program trusts the users that
// state them. Even then no pack comes from inside of the root or from around it, and
// no link leads out of a pack. A program that takes specs or paths from others sets
// Confine.
//
// This package imports all plug-ins but gettersource. A host that wants fewer of them
// composes the parts itself; each is usable alone.
package host
