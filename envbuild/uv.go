package envbuild

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/interp"
)

// Uv installs Python packages with uv.
type uv struct {
	*virtualenv
	program interp.Program
}

func (*uv) name() string { return "uv" }

func (u *uv) version() string { return u.program.Version }

func (u *uv) of(v *virtualenv) pythonDriver { return &uv{v, u.program} }

func (*uv) agesKnown() error { return nil }

func (u *uv) install(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	file, err := u.write(t)
	if err != nil {
		return nil, err
	}
	t.vars = uvPatience()
	if err := t.run(ctx, u.access(t), u.program.Path, u.args(t, file)...); err != nil {
		return nil, err
	}
	return u.distributions(t.site.Dir)
}

// resolve implements driver.
func (u *uv) resolve(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	file, err := u.write(t)
	if err != nil {
		return nil, err
	}
	t.vars = uvPatience()
	result := filepath.Join(t.site.Work, "resolved.txt")
	args := append(u.settings(t), "pip", "compile", "--generate-hashes", "--no-header", "--no-annotate", "--python", u.python.Path, "--output-file", result)
	if err := t.run(ctx, u.access(t), u.program.Path, append(append(args, u.choice(t)...), file)...); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(result)
	return sorted(compiled(string(text))), err
}

// compiled reads what uv pip compile writes: a line for each package, with its digests.
func compiled(text string) []pack.Distribution {
	found := []pack.Distribution{}
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], "-") {
			continue
		}
		d := pack.Distribution{Digests: []pack.Digest{}}
		d.Name, d.Version, _ = strings.Cut(fields[0], "==")
		if len(fields) > 2 && fields[1] == "@" {
			d.Source = publicName(fields[2])
		}
		for _, f := range fields {
			if digest, err := pack.ParseDigest(strings.TrimPrefix(f, "--hash=")); err == nil {
				d.Digests = append(d.Digests, digest)
			}
		}
		found = append(found, d)
	}
	return found
}

func uvPatience() []string {
	return []string{"UV_HTTP_TIMEOUT=" + silenceSeconds, "UV_HTTP_RETRIES=" + silenceRetries}
}

// settings are the options that all commands of uv get.
func (u *uv) settings(t *tool) []string {
	args := []string{"--no-config", "--no-progress", "--color", "never", "--no-python-downloads", "--cache-dir", t.cache("uv")}
	if u.config.Network.Offline && u.config.Packages == nil {
		args = append(args, "--offline")
	}
	return args
}

// choice are the options that decide which packages are chosen.
func (u *uv) choice(t *tool) []string {
	var args []string
	if age := u.minimumAge(); age > 0 {
		args = append(args, "--exclude-newer", newest(age))
	}
	return append(args, u.commonArgs(t)...)
}

// args are the arguments of uv. Files are copied from its cache: with links, a program that
// writes into one environment changes the others.
func (u *uv) args(t *tool, file string) []string {
	_, python := u.place(t.site.Dir)
	args := append(u.settings(t), "pip", "install", "--link-mode", "copy", "--python", python)
	return u.with(append(args, u.choice(t)...), file)
}

// explain implements driver. The messages are those of uv 0.5 to 0.13.
func (*uv) explain(output string) explanation {
	lines := linesFrom(output, uvStart)
	for i, line := range lines {
		lines[i] = uvMarks.ReplaceAllString(line, "")
	}
	return explainBy(uvRules(), strings.TrimPrefix(oneLine(lines), "error: "))
}

var (
	uvStart = regexp.MustCompile(`^(?:error:|\s*×)`)
	uvMarks = regexp.MustCompile(`^[\s×╰├│─▶]*(?:[Cc]aus(?:e|ed by):)?`)
)

// uvRules are ordered: a failed build says more than the resolution that needed it.
func uvRules() []rule {
	re := regexp.MustCompile
	return []rule{
		{re(`No space left on device|os error 28\b`), ReasonDiskFull, "no space left on the disk"},
		{re(`File too large|os error 27\b`), ReasonTooLarge, tooLargeText},
		{re(`(?P<pkg>\S+) was not found in the cache`), ReasonOffline, "$pkg is not in the cache of uv, and the host is offline"},
		{
			re("Hash mismatch for `(?P<pkg>[^`]+)`.* Computed: (?P<got>sha256:[0-9a-f]{64})"), ReasonHashMismatch,
			"$pkg has the digest $got, which is not one that requirements.txt or the index states",
		},
		{re("Hash mismatch for `(?P<pkg>[^`]+)`"), ReasonHashMismatch, "$pkg does not have the digest that requirements.txt or the index states"},
		{
			re("no trusted hash was provided for: `(?P<pkg>[^`]+)`"), ReasonHashMismatch,
			"$pkg has no digest: if requirements have digests (--hash), all packages need one, also those that others require",
		},
		{re("`--require-hashes` mode, all requirements must .*?: (?P<pkg>\\S+)$"), ReasonHashMismatch, "$all"},
		{
			re("provides `(?P<header>[^`]+)` for `(?P<pkg>[^`@]+)"), ReasonHeaderMissing,
			"building $pkg from source needs $header: install the system library that provides it",
		},
		{
			re("Failed to (?:download and )?build:? `(?P<pkg>[^`]+)`.*fatal error: (?P<header>\\S+): No such file"), ReasonHeaderMissing,
			"building $pkg from source needs $header: install the system library that provides it",
		},
		{re("Failed to (?:download and )?build:? `(?P<pkg>[^`]+)`.* (?P<cause>\\w+Error: .*?)(?: hint:|$)"), ReasonSourceBuild, "$pkg cannot be built from source: $cause"},
		{re("Failed to (?:download and )?build:? `(?P<pkg>[^`]+)`"), ReasonSourceBuild, "$pkg cannot be built from source: $all"},
		{
			re(`(?P<index>https?://\S+?)\)?,? (?:could not be queried due to a lack of valid authentication credentials|returned a) \(?(?P<status>40[13] \w+)`), ReasonIndexAuth,
			"the index $index refuses the request ($status): it wants other credentials",
		},
		{
			re(`HTTP status client error \((?P<status>40[13][^)]*)\) for url \((?P<index>[^)]+)\)`), ReasonIndexAuth,
			"the index $index refuses the request ($status): it wants other credentials",
		},
		{re("Failed to (?:fetch|read|query)[^:]*: `?(?P<index>https?://[^\\s`]+)`?(?P<cause>.*)"), ReasonIndexUnreachable, "$index cannot be reached:$cause"},
		{
			re("Package `(?P<pkg>[^`]+)` (?:was included as a|attempted to resolve via) URL.*?adding `(?P<line>[^`]+)`"), ReasonAddress,
			"$pkg is wanted from an address: list it in requirements.txt as $line",
		},
		{re(`Because (?P<pkg>\S+) has no usable wheels(?:.*? and (?:all versions of )?(?P<by>\S+) depends? on \S+)?`), ReasonNeedsSource, needsSourceText},
		{
			re(`[Bb]ecause only \S+ is available and (?P<pkg>\S+) has no usable wheels.*?[Bb]ecause (?:all versions of )?(?P<by>\S+) depends? on`), ReasonNeedsSource,
			needsSourceText,
		},
		{re("Wheels are required for `(?P<pkg>[^`]+)`"), ReasonNeedsSource, needsSourceText},
		{
			re(`current Python version \((?P<have>\S+)\) does not satisfy (?P<want>Python\S+) and (?P<pkg>\S+) depends on Python\S+?,(?:.*[Bb]ecause (?:all versions of )?(?P<by>\S+) depends? on \S+ and)?`), ReasonPythonMismatch,
			"$pkg is for $want, and the environment has Python $have",
		},
		{re(`[Bb]ecause (?:only )?(?P<pkg>\S+)[^,]*? has no wheels with a matching`), ReasonPlatformMismatch, "$pkg has no wheel for this system and this version of Python"},
		{re(`[Bb]ecause (?P<pkg>\S+) was not found in (?:the package registry|the provided package locations)(?: and (?:all versions of )?(?P<by>\S+) depends? on \S+)?`), ReasonNotFound, "$pkg is not in the index"},
		{re(`(?P<pkg>\S+) was yanked(?: \(reason: (?P<why>.*?)\))?`), ReasonNotFound, "$pkg was withdrawn from the index ($why)"},
		{re(`(?P<pkg>\S+) has an invalid package format(?:.*hint: (?P<cause>.*))?`), ReasonInvalidPackage, "$pkg is not a valid package: $cause"},
		{re("Failed to (?:read|extract|install|download)[^`]*`(?P<pkg>[^`]+)`(?P<cause>.*[Zz]ip.*)"), ReasonInvalidPackage, "$pkg is not a valid package:$cause"},
		{re(`[Bb]ecause there (?:is|are) no versions? of (?P<pkg>\S+)(?: and (?:all versions of )?(?P<by>\S+) depends? on \S+)?`), ReasonNotFound, "the index has no version $pkg"},
		{re(`[Bb]ecause only (?P<pkg>\S+) (?:is|are) available(?: and (?:all versions of )?(?P<by>\S+) depends? on \S+)?`), ReasonNotFound, "the index has no version that is asked for: $all"},
		{re(`No solution found when resolving dependencies:? (?:[Bb]ecause )(?P<cause>.*)`), ReasonConflict, "the requirements conflict: $cause"},
	}
}

const needsSourceText = "$pkg exists only as source, and building packages from source is not allowed for it"
