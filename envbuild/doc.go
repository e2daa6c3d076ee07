// Package envbuild is stage 3 of an installation: it builds the environments that packs
// need: those of Python, of Node.js, and of runtimes that the host describes.
//
// A [Builder] determines the runtimes that a pack needs from its files (its
// runtime_deps, requirements.txt, package.json, components and tests), chooses a
// matching interpreter from a search path, and provides a virtualenv or a node_modules
// directory with the packages:
//
//	builder, err := envbuild.New(envbuild.Config{
//		Dir:        filepath.Join(root, "envs"),
//		SearchPath: filepath.SplitList(os.Getenv("PATH")),
//	})
//	if err != nil {
//		return err
//	}
//	report, err := builder.Build(ctx, envbuild.Request{Paths: paths})
//
// Packages are installed by uv when it is in the search path, else by the
// interpreter's own pip (22.3 or later), and by npm.
//
// # Environments are shared
//
// An environment is identified by its Key: the interpreter's build, the requirements in
// a normal form or the lock file, the indices, the name of the tool and the part of the
// [Policy] that is needed, but not by the pack itself. A pack with an existing Key gets
// that environment in a few milliseconds, regardless of its size, without starting a
// process. So unpinned requirements mean
// "what was current when the Key was first built"; [Request.Rebuild] builds again, next
// to an environment that may be in use.
//
// An environment is ready only once its record exists, and the record is written after
// all other files are durable: an interrupted build is never used, and the next build
// removes it. Several processes may share one directory.
//
// Building compiles no bytecode, because that would take longer than all other steps:
// [Builder.Warm] does it later.
//
// # Planning
//
// [Builder.PlanEnvironments] says which packages a build would install, with their digests:
// pip and uv resolve without installing, and npm writes its lock. Planning leaves nothing
// but downloads in the caches of the tools.
//
// # Locking
//
// [Builder.LockEnvironments] returns what requirements resolve to as a [LockedSet]: versions
// with digests, for one platform or, for Node.js, for all. A request with such sets ([Request.Locked]) makes
// environments of exactly these: pip and uv install them with --require-hashes and
// --no-deps, and afterwards the packages have to meet what the pack and they themselves
// require, with none that nothing requires. For npm a package-lock.json is made of the set;
// packs that have one need no set. The Key is then made of the set, so that
// one Key has one content. The names, versions and digests of a set are judged as requirements of a
// pack are. Packages that come from a repository have no digest and cannot be locked.
//
// # Building and registering separately
//
// A successful Build records, under the digest of the pack's content
// ([pack.TreeDigest]), the environments of the content. [Builder.Environments] returns
// them later, in another process if necessary; package registry uses it.
//
// # Described runtimes
//
// Environments of runtimes that are not built in ([pack.ReadRuntime]) are made by the
// commands of their descriptions, in the same way otherwise. These commands are code, and may
// run code of packages and of the manifest of the pack. Those that a pack describes itself are
// refused ([ReasonRuntime]) unless [Policy.Runtimes] lists them. Which packages are installed
// is not known before: plans and locks do not name them.
//
// # Network
//
// Tools obey [Config.Network]: a program that gets packages uses a proxy on loopback,
// which is made for it, needs a password, and is gone when it ends. The proxy applies the
// policy to the index, to redirects and to all that pages link to. A server that it refuses
// fails the build ([ReasonNetworkPolicy]), also when the tool would go on without it. The
// login for an index is in a file that is removed when the program ends, and is sent to
// that index alone. No other step has a network.
//
// In a sandbox (see package runner) the proxy is all of the network that there is. Below
// that level, code of packages that are built from source, which runs inside the tool, may
// open connections of its own: the report names these packages, and warns.
//
// # Trust
//
// The content of a pack is checked before any tool runs. Its requirements may only name
// packages of the host's index, and include files of the pack: options, paths and variables are refused with
// [pack.CodePolicyDenied], and so are addresses and repositories unless the [Policy] of
// the host lists the package. The dependencies of packages from the index are left to the tool and not
// checked: a package may name an address there. Tools read files that this package
// wrote, never the pack's own (its .npmrc, for example, is never read); they get a
// minimal environment, an empty home directory, and only the host's configuration. npm
// runs no scripts, and Python packages come as wheels, except for packages that the
// policy lists; so by default installing runs no code of packages. Starting a
// Python interpreter in its environment can run such code, so it is started through the
// [pack.Runner] of the host, which can be a sandbox.
//
// Package runner has the default one. Hosts test their own code with package
// envbuildtest.
package envbuild
