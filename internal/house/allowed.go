package house

// An allowed row admits a third-party module.
type allowed struct {
	path string
	why  string
	in   []string // packages that may import it, "" for none (indirect)
}

// testsOnly is the list of packages of a module that only _test files and the
// *test packages import.
func testsOnly() []string { return list("*/*test", "*/*/*test") }

// allowedEverywhere admits what the root module requires; nested modules
// inherit it through their requirement on the root.
func allowedEverywhere() []allowed {
	const git = "needed by go-git"
	return []allowed{
		{"gopkg.in/yaml.v3", "pack.yaml and components; its node tree keeps scalars as written", list(".", "internal/...", "examples/actionrun", "examples/bench", "examples/packctl")},
		{"github.com/Masterminds/semver/v3", "versions and ranges of packs, with caps on their length", list(".", "internal/...", "deps", "examples/bench")},
		{"golang.org/x/sync", "bounded groups of goroutines, semaphores", list("source/...", "deps", "envbuild/...", "registry/...", "installer/...", "internal/...")},
		{"github.com/google/go-cmp", "readable differences in tests", testsOnly()},
		{"github.com/go-git/go-git/v5", "git's protocol and objects without a git program", list("source/gitsource", "internal/git")},
		{"golang.org/x/text", "case folding and normal forms: names that are one on some system", list(".", "source", "internal/...")},
		{"golang.org/x/sys", "system calls without a wrapper in the standard library", list("internal/...", "envbuild/runner")},
		{"github.com/gofrs/flock", "file locks with a context, on every system", list("internal/...", "examples/packd/operations")},
		{"deps.dev/util/semver", "PEP 440 and npm version ranges", list("internal/text/pep440", "internal/text/npmrange")},
		{"golang.org/x/mod", "signed notes, for registry indices", list("source/registrysource/signature")},
		{"github.com/klauspost/compress", "gzip at several times the speed", list("source/archivesource", "internal/...")},

		{"github.com/go-git/go-billy/v5", git + ": its file systems", nil},
		{"github.com/jbenet/go-context", git + ": readers with a context", nil},
		{"github.com/pjbgf/sha1cd", git + ": SHA-1 that notices collisions", nil},
		{"golang.org/x/net", git + ": its HTTP transport", nil},
	}
}

// allowedIn admits what only one nested module requires, by its directory.
func allowedIn(dir string) []allowed {
	switch dir {
	case "registry/sqlregistry/sqlitetest":
		return sqlite(list("registry/sqlregistry/sqlitetest"))
	case "registry/sqlregistry/pgtest":
		const why = "needed by the tests of the PostgreSQL driver"
		return append(
			postgresql(list("registry/sqlregistry/pgtest")),
			allowed{"github.com/kr/text", why, nil},
			allowed{"github.com/rogpeppe/go-internal", why, nil},
		)
	case "internal/solve/sattest":
		return []allowed{{"github.com/crillab/gophersat", "a SAT solver, as a judge of our choice of versions", list("internal/solve/sattest")}}
	case "registry/historytest":
		rows := append(sqlite(list("registry/historytest")), postgresql(nil)...)
		return append(rows, allowed{"github.com/anishathalye/porcupine", "a checker of linearizability, as a judge of what processes did to one root", list("registry/historytest")})
	case "registry/crashtest":
		rows := append(sqlite(list("registry/crashtest")), postgresql(list("registry/crashtest"))...)
		return append(rows, allowed{"github.com/hanwen/go-fuse/v2", "the file of a block device that records writes and flushes", list("registry/crashtest")})
	case "examples/packd/page/browsertest":
		const why = "needed by chromedp"
		return []allowed{
			{"github.com/chromedp/chromedp", "a browser that uses the page of packd as a person does", list("examples/packd/page/browsertest")},
			{"github.com/chromedp/cdproto", "the protocol of that browser: its events and emulated screens", list("examples/packd/page/browsertest")},
			{"github.com/chromedp/sysutil", why, nil},
			{"github.com/go-json-experiment/json", why, nil},
			{"github.com/gobwas/httphead", why, nil},
			{"github.com/gobwas/pool", why, nil},
			{"github.com/gobwas/ws", why, nil},
		}
	case "source/gettersource":
		return getter(list("source/gettersource"))
	case "examples":
		rows := append(sqlite(list("examples/...")), postgresql(list("examples/hostflags"))...)
		rows = append(rows, service()...)
		return append(
			rows,
			allowed{"github.com/spf13/cobra", "the commands of packctl", list("examples/packctl")},
			allowed{"github.com/spf13/pflag", "the flags of cobra, and of packd", list("examples/hostflags", "examples/packctl", "examples/packd")},
			allowed{"golang.org/x/term", "whether packctl prints to a terminal, and how wide that is", list("examples/packctl")},
			allowed{"github.com/mikelolasagasti/xz", ".tar.xz in pure Go, with a bound on its memory", list("examples/hostflags")},
			allowed{"github.com/inconshreveable/mousetrap", "needed by cobra", nil},
		)
	}
	return nil
}

// service admits what packd is made of.
func service() []allowed {
	const (
		prometheus = "needed by the Prometheus client"
		traces     = "needed by the OpenTelemetry exporter"
	)
	api := list("examples/packd/api")
	return []allowed{
		{"github.com/coder/websocket", "WebSockets with contexts, beside the Server-Sent Events of packd", api},
		{"github.com/danielgtaylor/huma/v2", "OpenAPI from the types that packd marshals, on net/http", api},
		{"golang.org/x/time", "rate limits", api},
		{"github.com/santhosh-tekuri/jsonschema/v6", "JSON Schema, of the configurations of packs, and of the traffic of packd in tests", list("examples/confschema")},

		{"github.com/prometheus/client_golang", "metrics in the format that everybody collects", api},
		{"github.com/prometheus/client_model", prometheus, nil},
		{"github.com/prometheus/common", prometheus, nil},
		{"github.com/prometheus/procfs", prometheus, nil},
		{"github.com/beorn7/perks", prometheus, nil},
		{"github.com/cespare/xxhash/v2", prometheus, nil},
		{"github.com/munnerz/goautoneg", prometheus, nil},
		{"github.com/pandatix/go-abnf", prometheus + ": the grammar of OpenMetrics 2.0", nil},
		{"google.golang.org/protobuf", prometheus + " and the OpenTelemetry exporter", nil},

		{"go.opentelemetry.io/otel", "attributes and propagation of traces", list("examples/packd", "examples/packd/api")},
		{"go.opentelemetry.io/otel/trace", "traces, where the host wants some", list("examples/packd", "examples/packd/api")},
		{"go.opentelemetry.io/otel/sdk", "traces that leave the process", list("examples/packd", "examples/packd/api")},
		{"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp", "traces in the protocol that every collector takes", list("examples/packd")},
		{"go.opentelemetry.io/otel/exporters/otlp/otlptrace", traces, nil},
		{"go.opentelemetry.io/otel/log", traces, nil},
		{"go.opentelemetry.io/otel/metric", traces, nil},
		{"go.opentelemetry.io/auto/sdk", traces, nil},
		{"go.opentelemetry.io/proto/otlp", traces, nil},
		{"github.com/cenkalti/backoff/v5", traces, nil},
		{"github.com/go-logr/logr", traces, nil},
		{"github.com/go-logr/stdr", traces, nil},
		{"github.com/grpc-ecosystem/grpc-gateway/v2", traces, nil},
		{"google.golang.org/genproto/googleapis/api", traces, nil},
		{"google.golang.org/genproto/googleapis/rpc", traces, nil},
		{"google.golang.org/grpc", traces, nil},
	}
}

func getter(in []string) []allowed {
	const why = "needed by go-getter"
	return []allowed{
		{"github.com/hashicorp/go-getter/v2", "for hosts whose users write locations in its notation", in},
		{"github.com/bgentry/go-netrc", why, nil},
		{"github.com/hashicorp/errwrap", why, nil},
		{"github.com/hashicorp/go-cleanhttp", why, nil},
		{"github.com/hashicorp/go-multierror", why, nil},
		{"github.com/hashicorp/go-safetemp", why, nil},
		{"github.com/hashicorp/go-version", why, nil},
		{"github.com/mitchellh/go-homedir", why, nil},
		{"github.com/mitchellh/go-testing-interface", why, nil},
		{"github.com/ulikunitz/xz", why + ", raised above its holes", nil},
	}
}

func postgresql(in []string) []allowed {
	const why = "needed by the PostgreSQL driver"
	return []allowed{
		{"github.com/jackc/pgx/v5", "PostgreSQL for database/sql, the driver that is maintained", in},
		{"github.com/jackc/pgpassfile", why, nil},
		{"github.com/jackc/pgservicefile", why, nil},
		{"github.com/jackc/puddle/v2", why, nil},
	}
}

func sqlite(in []string) []allowed {
	const why = "needed by the SQLite driver"
	return []allowed{
		{"modernc.org/sqlite", "SQLite in pure Go, so that hosts build without a C compiler", in},
		{"modernc.org/libc", why, nil},
		{"modernc.org/mathutil", why, nil},
		{"modernc.org/memory", why, nil},
		{"github.com/dustin/go-humanize", why, nil},
		{"github.com/google/uuid", why, nil},
		{"github.com/mattn/go-isatty", why, nil},
		{"github.com/ncruces/go-strftime", why, nil},
		{"github.com/remyoudompheng/bigfft", why, nil},
	}
}
