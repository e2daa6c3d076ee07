package settings

import (
	"strconv"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/registry"
)

func hostRows() []Setting {
	return []Setting{
		{Name: "root", Flag: "root", Form: Path, Project: true, Doc: "directory of the installed packs (default: a per-user data directory)", at: func(v *Values) any { return &v.Root }},
		{Name: "db", Flag: "db", Form: Path, Doc: "database of the records, a path or a \"file:\" DSN of SQLite, or a postgres:// URL (default: files in the root)", at: func(v *Values) any { return &v.DB }},
		{Name: "shared_root", Flag: "shared-root", Form: Switch, Doc: "several hosts share the root, which is on a file system that all of them mount; all of them need this flag, and --db with a postgres:// URL", at: func(v *Values) any { return &v.SharedRoot }},
		{Name: "group_access", Flag: "group-access", Form: Switch, Doc: "let the group of the root enter it and read the packs and their records; otherwise only its owner may", at: func(v *Values) any { return &v.GroupAccess }},
		{Name: "retention.generations", Flag: "keep-generations", Form: Number, Project: true, Default: strconv.Itoa(registry.DefaultGenerations), Doc: "number of latest generations of each pack that are kept for rollback; -1 for all", at: func(v *Values) any { return &v.KeepGenerations }},
		{Name: "retention.age", Flag: "keep-for", Form: Duration, Project: true, Doc: "time for which generations are kept for rollback, such as 720h; 0 for no limit", at: func(v *Values) any { return &v.KeepFor }},
		{Name: "compat", Flag: "compat", Form: Text, Project: true, OneOf: []string{string(pack.ShapeStackStorm)}, Doc: "read packs of another shape: stackstorm", at: func(v *Values) any { return &v.Compat }},
		{Name: "provided", Flag: "provide", Form: List, Project: true, Doc: "a pack that the host provides, REF[@VERSION]; repeatable", at: func(v *Values) any { return &v.Provide }},
		{Name: "platform", Flag: "platform-version", Form: Text, Project: true, Doc: "version of the platform; packs that require another one are refused", at: func(v *Values) any { return &v.PlatformVersion }},
		{Name: "parallel", Flag: "parallel", Form: Number, Project: true, Doc: "number of packs that each stage processes at a time; -1 for no limit (default: the number of processors)", at: func(v *Values) any { return &v.Parallel }},
		{Name: "timeouts.test", Flag: "test-timeout", Form: Duration, Project: true, Doc: "how long one test runner of a pack may take; negative for no limit (default " + registry.DefaultTestTimeout.String() + ")", at: func(v *Values) any { return &v.TestTimeout }},
		{Name: "timeouts.lock", Flag: "lock-timeout", Form: Duration, Project: true, Doc: "how long to wait for another process that changes the same pack; negative for no limit (default " + registry.DefaultLockTimeout.String() + ")", at: func(v *Values) any { return &v.LockTimeout }},
	}
}

func indexRows() []Setting {
	return []Setting{
		{Name: "indices", Flag: "index", Form: IndexList, Project: true, Doc: "registry index, [NAME=]URL or [NAME=]FILE; repeatable, the first that lists a pack supplies it", at: func(v *Values) any { return &v.Indices }},
		{Name: "indices.*.claims", Flag: "claim", Form: IndexRules, Project: true, Doc: "packs that come from one index and from no other, NAME=PATTERN[,PATTERN], such as corp=infra-*; repeatable", at: func(v *Values) any { return &v.Claims }},
		{Name: "indices.*.trust", Flag: "trust", Form: IndexRules, Doc: "keys of an index, NAME=[N:]KEY[,KEY]: it is used only if one of them, or N, have signed it; a KEY may be a file of keys; NAME=none also uses packs for which it states no checksum; repeatable", at: func(v *Values) any { return &v.Trust }},
		{Name: "indices.*.trust_report_only", Flag: "trust-report-only", Form: IndexRules, Doc: "name of an index that is used also if --trust refuses it, which is told; repeatable", at: func(v *Values) any { return &v.TrustReportOnly }},
		{Name: "strict_indices", Flag: "strict-indices", Form: Switch, Doc: "refuse packs that several indices list and none claims", at: func(v *Values) any { return &v.StrictIndices }},
		{Name: "pass_mismatch", Flag: "pass-mismatch", Form: Switch, Doc: "if a source of an index entry has other content than the entry promises, try the next one instead of failing", at: func(v *Values) any { return &v.PassMismatch }},
		{Name: "follow_urls", Flag: "follow-urls", Form: Names, Doc: "hosts, separated by commas, whose packs are downloaded when packs state their URLs as dependencies; redirects do not lead to others", at: func(v *Values) any { return &v.FollowURLs }},
		{Name: "credentials", Flag: "credentials", Form: Credentials, Doc: "file with lines ORIGIN bearer TOKEN, ORIGIN basic USER PASSWORD or ORIGIN header NAME VALUE", at: func(v *Values) any { return &v.Credentials }},
	}
}

func networkRows() []Setting {
	return []Setting{
		{Name: "network.allow_http", Flag: "allow-http", Form: Switch, Doc: "allow plain http", at: func(v *Values) any { return &v.AllowHTTP }},
		{Name: "network.allow_private", Flag: "allow-private", Form: List, Doc: "allow a host or address range that is not public; repeatable", at: func(v *Values) any { return &v.AllowPrivate }},
		{Name: "network.allow_hosts", Flag: "allow-host", Form: List, Doc: "contact only this host; repeatable", at: func(v *Values) any { return &v.AllowHosts }},
		{Name: "network.ca_file", Flag: "ca-file", Form: Path, Doc: "file with CA certificates to trust in addition to the system's", at: func(v *Values) any { return &v.CAFile }},
		{Name: "network.proxy", Flag: "proxy", Form: Text, Doc: "URL of a proxy; requires --allow-host for each contacted host", at: func(v *Values) any { return &v.Proxy }},
		{Name: "network.offline", Flag: "offline", Form: Switch, Doc: "contact no server: use what is in the caches of the root, and fail for the rest", at: func(v *Values) any { return &v.Offline }},
	}
}

func cacheRows() []Setting {
	return []Setting{
		{Name: "cache.dir", Flag: "cache-dir", Form: Path, Doc: "directory of the downloaded content, which several roots of one user may share (default: cache in the root)", at: func(v *Values) any { return &v.CacheDir }},
		{Name: "cache.max_bytes", Flag: "cache-max-bytes", Form: Number, Doc: "size of the downloaded content that is kept; what has been unused for longest is removed first (default no limit)", at: func(v *Values) any { return &v.CacheMaxBytes }},
		{Name: "cache.max_age", Flag: "cache-max-age", Form: Duration, Doc: "time for which downloaded content is kept that is not used, such as 720h (default no limit)", at: func(v *Values) any { return &v.CacheMaxAge }},
		{Name: "bundle", Flag: "bundle", Form: Path, Doc: "bundle, a file or a directory, that packs, their packages and the indices come from; no server is contacted", at: func(v *Values) any { return &v.Bundle }},
		{Name: "cache.disabled", Flag: "no-cache", Form: Switch, Doc: "keep no downloaded content", at: func(v *Values) any { return &v.NoCache }},
	}
}

func packageRows() []Setting {
	rows := []Setting{
		{Name: "search_path", Flag: "search-path", Form: SearchPath, Doc: "directories of interpreters and package tools, separated as in PATH (default: PATH)", at: func(v *Values) any { return &v.SearchPath }},
		{Name: "python.index", Flag: "python-index", Form: Path, Project: true, Doc: "index of Python packages (default: the tool's own)", at: func(v *Values) any { return &v.PythonIndex }},
		{Name: "python.find_links", Flag: "find-links", Form: Paths, Project: true, Doc: "directory with Python wheels; repeatable", at: func(v *Values) any { return &v.FindLinks }},
		{Name: "node.registry", Flag: "node-registry", Form: Path, Project: true, Doc: "registry of Node.js packages (default: npm's own)", at: func(v *Values) any { return &v.NodeRegistry }},
		{Name: "runtimes", Flag: "runtime-file", Form: Paths, Doc: "file that describes a runtime, as files in the directory runtimes of packs do; its commands make environments of packs that need it; repeatable", at: func(v *Values) any { return &v.Runtimes }},
		{Name: "policy.allow_source", Flag: "allow-source", Form: Names, Doc: "build these Python packages from source if there is no wheel, which runs their code: names or patterns, separated by commas; '*' for all", at: func(v *Values) any { return &v.AllowSource }},
		{Name: "policy.allow_direct", Flag: "allow-direct", Form: Names, Doc: "install these Python packages from the addresses that requirements name: names or patterns, separated by commas; '*' for all", at: func(v *Values) any { return &v.AllowDirect }},
		{Name: "policy.allow_scripts", Flag: "allow-scripts", Form: Names, Doc: "run the install scripts of these Node.js packages: names or patterns, separated by commas; '*' for all", at: func(v *Values) any { return &v.AllowScripts }},
		{Name: "policy.allow_runtimes", Flag: "allow-runtimes", Form: Names, Doc: "make environments with the commands of runtimes that packs describe themselves, which are code of the pack: refs or patterns such as app.ruby, separated by commas; '*' for all", at: func(v *Values) any { return &v.AllowRuntimes }},
		{Name: "policy.minimum_age", Flag: "minimum-age", Form: Duration, Doc: "do not choose releases of packages that are younger, such as 72h; locks and digests are exempt", at: func(v *Values) any { return &v.MinimumAge }},
		{Name: "policy.ignore_foreign_locks", Flag: "ignore-foreign-locks", Form: Switch, Doc: "install Node.js packages although yarn, pnpm or bun pin their versions", at: func(v *Values) any { return &v.IgnoreForeignLocks }},
	}
	for i := range rows {
		rows[i].Group = GroupPackages
	}
	return rows
}

func isolationRows() []Setting {
	return []Setting{
		{Name: "isolation.level", Flag: "isolation", Group: GroupIsolation, Form: Text, OneOf: levels(), Doc: "how package tools and tests of packs are kept from the machine: " + oneOf(levels()) + " (default: the first that works)", at: func(v *Values) any { return &v.Isolation }},
		{Name: "isolation.require", Flag: "require-isolation", Group: GroupIsolation, Form: Text, OneOf: levels(), Doc: "refuse to run tests of packs from a network at a weaker level: " + oneOf(levels()), at: func(v *Values) any { return &v.RequireIsolation }},
	}
}

func levels() []string {
	var names []string
	for _, level := range runner.Levels() {
		names = append(names, string(level))
	}
	return names
}

func packctlRows() []Setting {
	return []Setting{
		{Name: "packctl.server", Flag: "server", Group: GroupPackctl, Form: Text, Doc: "URL of a packd server that does the work; paths are then those of the server", at: func(v *Values) any { return &v.Packctl.Server }},
		{Name: "packctl.token_file", Flag: "token-file", Group: GroupPackctl, Form: Path, Doc: "file with the token for the server", at: func(v *Values) any { return &v.Packctl.TokenFile }},
	}
}

func packdRows() []Setting {
	rows := []Setting{
		{Name: "packd.addr", Flag: "addr", Form: Text, Default: "127.0.0.1:8080", Doc: "address to listen on; port 0 picks one", at: func(v *Values) any { return &v.Packd.Addr }},
		{Name: "packd.token_file", Flag: "token-file", Form: Path, Doc: "file with tokens, NAME:SECRET:SCOPE+SCOPE a line, as \"packd token new NAME\" prints it (default: the variable PACKD_TOKENS, separated by commas)", at: func(v *Values) any { return &v.Packd.TokenFile }},
		{Name: "packd.allow_roots", Flag: "allow-root", Form: Paths, Doc: "directory where packs may be read and written; repeatable", at: func(v *Values) any { return &v.Packd.AllowRoots }},
		{Name: "packd.allow_unverified", Flag: "allow-unverified", Form: Switch, Doc: "let requests download from servers that cannot prove their identity (verify_ssl)", at: func(v *Values) any { return &v.Packd.AllowUnverified }},
		{Name: "packd.max_jobs", Flag: "max-jobs", Form: Number, Default: "4", Doc: "how much work is done at a time, for one token half of it; what comes beyond waits", at: func(v *Values) any { return &v.Packd.MaxJobs }},
		{Name: "packd.max_connections", Flag: "max-connections", Form: Number, Default: "2048", Doc: "how many connections there may be; of more, those are closed that are silent for longest", at: func(v *Values) any { return &v.Packd.MaxConnections }},
		{Name: "packd.trusted_proxies", Flag: "trusted-proxy", Form: List, Doc: "address or network (CIDR) of a proxy that states the address of clients in X-Forwarded-For; repeatable", at: func(v *Values) any { return &v.Packd.TrustedProxies }},
		{Name: "packd.grace", Flag: "grace", Form: Duration, Default: "30s", Doc: "how long work may go on after a signal to end", at: func(v *Values) any { return &v.Packd.Grace }},
		{Name: "packd.trace_endpoint", Flag: "trace-endpoint", Form: Text, Doc: "URL of an OpenTelemetry collector that receives traces by OTLP over HTTP (default: none are made)", at: func(v *Values) any { return &v.Packd.TraceEndpoint }},
		{Name: "packd.sync", Flag: "sync", Form: Path, Doc: "a packs.yaml that says, with the packs.lock beside it, which packs the root has; it is followed when it changes", at: func(v *Values) any { return &v.Packd.Sync }},
		{Name: "packd.sync_prune", Flag: "sync-prune", Form: Switch, Doc: "with --sync: remove all other packs, and refuse requests that change packs", at: func(v *Values) any { return &v.Packd.SyncPrune }},
		{Name: "packd.sync_interval", Flag: "sync-interval", Form: Duration, Default: "2s", Doc: "with --sync: how often to look whether the files have changed", at: func(v *Values) any { return &v.Packd.SyncInterval }},
		{Name: "packd.warm", Flag: "warm", Form: Switch, Default: "true", Doc: "compile the Python packages of installed packs in the background, so that actions start faster", at: func(v *Values) any { return &v.Packd.Warm }},
	}
	for i := range rows {
		rows[i].Group = GroupPackd
	}
	return rows
}
