package house

import "path"

// A room is a row of the table of allowed imports. Packages are named by
// their directories; "x/..." means x and everything below it, "*" one name.
type room struct {
	who   string
	may   []string // packages of ours that it may import, beside itself
	tests []string // further ones for its _test files
	why   string
}

// rooms returns the table. The first row that fits a package holds for it.
func rooms() []room {
	table := []room{
		{".", list("internal/..."), list("..."), "the vocabulary is a leaf: what it imports may import nothing of ours"},
		{testkit + "/...", list(".", "internal/..."), list("..."), "tests of every room lay out packs and servers with it"},
		{"internal/archive/differential", nil, list("source", "source/archivesource", "internal/..."), "other programs judge whole archives, as the unpacker that composes the readers takes them"},
		{"internal/archive/write", list(".", "internal/archive/names"), list("internal/..."), "names are judged alike where packs are received and validated"},
		{"internal/os/workdir", list(".", "internal/os/roots", "internal/archive/write"), list("internal/..."), "what belongs to a directory is judged alike where it is copied and where a stage takes its path"},
		{"internal/text/yaml", list("internal/text/plain"), list("internal/..."), "one function knows which bytes are a text"},
		{"internal/text/json", list("internal/text/plain"), list("internal/..."), "one function knows which bytes are a text"},
		{"internal/text/pep508", list("internal/text/plain"), list("internal/..."), "one function knows which bytes are a text"},
		{"internal/text/schema", list("internal/text/yaml", "internal/text/nearest"), list("internal/..."), "schemas are judged where they are written, in YAML"},
		{"internal/text/runtimespec", list("internal/text/yaml"), list("internal/..."), "descriptions of runtimes are judged where they are written, in YAML"},
		{"internal/text/secret", list("internal/text/schema"), list("internal/..."), "what is secret is named as descriptions of values name it"},
		{"internal/text/npm", list("internal/text/json"), list("internal/..."), "package.json is JSON with a single reading, and there is one reader of it"},
		{"internal/solve", list("."), list("internal/..."), "it computes: a universe in, a selection or a proof out; deps asks it"},
		{"internal/...", list("."), list("internal/..."), "internal packages serve every room, so they know none"},
	}
	table = append(
		table,
		room{"source/web", list(".", "internal/..."), list("source/...", "internal/..."), "the HTTP client of all plug-ins knows none of them, nor what they fetch"},
		room{"source/registrysource/index", list(".", "internal/..."), list("source/...", "internal/..."), "those who publish an index need no source"},
		room{"source/registrysource/signature", list("."), list("source/...", "internal/..."), "those who sign an index and those who read it share the format, and nothing else"},
		room{"source/*source", list(".", "source", "source/web", "internal/..."), list("source/...", "internal/..."), "a plug-in knows its stage and the HTTP client, and no other plug-in"},
	)
	table = append(
		table,
		room{"envbuild/runner", list(".", "internal/..."), list("envbuild/envbuildtest", "internal/..."), "children run alike for builds, tests and actions, so it does not know what they are for"},
		room{"envbuild", list(".", "envbuild/runner", "envbuild/internal/...", "internal/..."), list("envbuild/...", "internal/..."), "the stage has a default for how children run; otherwise as every stage"},
	)
	for _, stage := range stages() {
		table = append(table, stageRooms(stage)...)
	}
	table = append(table, packdRooms()...)
	for _, program := range newcomers() {
		table = append(table, room{program, newcomer(), public(), "it is an example of a host's own program: not even the internal packages of the examples"})
	}
	return append(
		table,
		room{"installer/internal/...", list(".", "source", "internal/..."), list("..."), "what the tests of the installer and of the pipeline share"},
		room{"installer/*test", list(".", "installer", "installer/pipeline", "internal/batch"), list("..."), "doubles and suites depend on what they test, and on the bookkeeping of all stages"},
		room{"installer/cache", list(".", "source", "internal/..."), list("source/sourcetest", "installer", "internal/..."), "it decorates sources, and knows neither stages nor plug-ins"},
		room{"installer/bundle", list(".", "source", "source/web", "internal/..."), list("source/sourcetest", "internal/..."), "it decorates sources, and gets packages from their indices; it knows neither stages nor plug-ins"},
		room{"installer/settings", list(".", "envbuild/runner", "registry", "source/web", "internal/..."), list("internal/..."), "it reads texts, of which the host makes parts; from others it knows the defaults and what a certificate is"},
		room{"installer/host", append(list(".", "deps/lock", "installer", "installer/bundle", "installer/cache", "installer/pipeline", "installer/settings", "source/web", "source/registrysource/signature", "envbuild/runner", "internal/..."), append(stages(), plugins()...)...), list("..."), "it composes what every host may have; drivers and foreign modules beyond that are the host's choice"},
		room{"installer/pipeline", append(list(".", "installer", "internal/..."), stages()...), list("..."), "the pipeline composes the stages; plug-ins are the host's choice"},
		room{"installer", list(".", "source", "internal/..."), list("..."), "a host that only downloads pays for no other stage"},
		room{"examples/...", public(), public(), "examples are host code: hosts see the public packages only"},
	)
}

func stages() []string { return list("source", "deps", "envbuild", "registry") }

// plugins are the sources that a host has without asking.
func plugins() []string {
	return list("source/localsource", "source/archivesource", "source/gitsource", "source/registrysource")
}

// stageRooms are the rows of one stage, the most particular first.
func stageRooms(stage string) []room {
	tests := list(stage+"/...", "internal/...")
	return []room{
		{stage + "/*test", list(".", stage, "internal/batch"), tests, "doubles and suites depend on what they test, and on the bookkeeping of all stages"},
		{stage + "/*/*test", list(".", stage, stage+"/*", stage+"/*test"), tests, "the suite of one plug-in against its real counterpart"},
		{stage + "/internal/...", list(".", "internal/..."), tests, "what a stage keeps to itself does not know the stage"},
		{stage + "/*", list(".", stage, "internal/..."), tests, "a plug-in knows its stage and no other plug-in"},
		{stage, list(".", "internal/...", stage+"/internal/..."), tests, "stages never import each other, nor their plug-ins"},
	}
}

// packdRooms are the rooms of packd that may import less than the rest of it.
func packdRooms() []room {
	const wire = "examples/packd/wire"
	return []room{
		{wire, append(library(), "examples/dotenv"), public(), "the service and its clients share it, so it knows neither"},
		{"examples/packd/client", append(library(), wire), public(), "a program that uses a packd does not contain one"},
	}
}

func public() []string { return append(library(), "examples/...") }

// newcomers are the examples that must use only packages that a host can import.
func newcomers() []string {
	return list("examples/packctl/...", "examples/packd/...", "examples/hostflags/...", "examples/actionrun/...", "examples/confschema/...", "examples/dotenv/...")
}

func newcomer() []string { return append(library(), newcomers()...) }

// library are the packages of the library that hosts see.
func library() []string {
	return list(".", "source/...", "deps/...", "envbuild/...", "registry/...", "installer/...")
}

func list(s ...string) []string { return s }

// roomOf returns the row that holds for pkg, nil when there is none.
func roomOf(pkg string) *room {
	for _, r := range rooms() {
		if matches(r.who, pkg) {
			return &r
		}
	}
	return nil
}

func matches(pattern, pkg string) bool {
	if pattern == "..." {
		return true
	}
	if base := path.Base(pattern); base == "..." {
		return within(path.Dir(pattern), pkg)
	}
	ok, err := path.Match(pattern, pkg)
	return ok && err == nil
}

func matchesAny(patterns []string, pkg string) bool {
	for _, p := range patterns {
		if matches(p, pkg) {
			return true
		}
	}
	return false
}
