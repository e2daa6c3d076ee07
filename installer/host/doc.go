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
// network to all sources and package tools.
//
// Open reads no environment variables and prints nothing. A command line passes
// the settings of its environment:
//
//	host.Config{
//		SearchPath: filepath.SplitList(os.Getenv("PATH")),
//		ToolEnv:    envbuild.CertificateVariables(os.Environ()),
//	}
//
// [LoadConfig] returns the Config that a settings file and the environment variables state
// which it is given, see package settings.
//
// # The network of pip, uv and npm
//
// Sources and package tools obey [Config.Network]. Package tools are separate programs:
// each one that gets packages uses a proxy on loopback, which ends with it. The proxy
// applies the policy to whatever the tool contacts, the configured index or registry
// included, and uses the proxy of the host. The tool trusts the CA certificates, and gets
// the credentials of its index or registry, with which it authenticates itself there
// alone. Below the level sandbox, code of packages that [Config.Packages] lets be built from
// source can get around the proxy, which the report says.
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
