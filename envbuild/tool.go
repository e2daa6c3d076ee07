package envbuild

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/internal/os/prefix"
)

// A tool runs programs that build an environment at one site.
type tool struct {
	*Builder
	site    envstore.Site
	title   string // of the log
	program string // path of the interpreter
	runtime pack.RuntimeName
	// say reports progress.
	say func(format string, args ...any)
	// index is where packages come from, for messages.
	index string
	// compilers says that the search path is handed on, with all it holds.
	compilers bool
	// dir is where programs start; "" for the site. variables are further ones of programs,
	// which do not decide where they connect.
	dir       string
	variables []string
	// vars are further variables of the program that fetches, and private its files with
	// credentials; password is that of its proxy, in all forms.
	vars, private, password []string
	// through, if not nil, changes the command line of the program that fetches.
	through func(path string, args []string) (string, []string)
	// helper is a program that helps the one that fetches; "" for none.
	helper string
	// log is a file that the program writes and that says more than its output; "" for
	// none.
	log string
}

// prepare makes the directories that the variables of env name.
func (t *tool) prepare() error {
	for _, dir := range []string{t.home(), t.temp()} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	return nil
}

func (t *tool) home() string   { return filepath.Join(t.site.Work, "home") }
func (t *tool) temp() string   { return filepath.Join(t.site.Work, "tmp") }
func (t *tool) output() string { return filepath.Join(t.site.Work, "output.txt") }

// cache returns the directory of a tool's download cache, which all builds
// share and which may be deleted at any time.
func (t *tool) cache(name string) string { return filepath.Join(t.config.Dir, "cache", name) }

// env returns the whole environment of a program, with further variables. Configuration
// files of the user and of the system have no effect: the home is empty, and pip is
// configured to ignore them.
func (t *tool) env(more []string) []string {
	env := []string{
		"HOME=" + t.home(),
		"LANG=C.UTF-8",
		"PIP_CONFIG_FILE=" + os.DevNull,
		"PYTHONDONTWRITEBYTECODE=1",
		"TMPDIR=" + t.temp(),
	}
	if t.compilers {
		env = append(env, "PATH="+strings.Join(t.config.SearchPath, string(filepath.ListSeparator)))
	}
	return slices.Concat(env, t.variables, more)
}

// access returns the Access of a program that builds at the site without a network.
func (t *tool) access(read ...string) pack.Access {
	read = slices.Concat(read, prefix.Of(t.program), t.certificates())
	if t.compilers {
		read = append(read, t.config.SearchPath...)
	}
	return pack.Access{
		Read: read, Write: []string{t.site.Dir, t.site.Work},
		Cache: []string{t.cache("npm"), t.cache("pip"), t.cache("uv")},
	}
}

// inspection returns the Access of a program that may not change what is built.
func (t *tool) inspection() pack.Access {
	a := t.access(t.site.Dir)
	a.Write, a.Cache = []string{t.site.Work}, nil
	return a
}

// certificates returns the files and directories that variables of the host name for
// certificates.
func (t *tool) certificates() []string {
	var paths []string
	for _, v := range t.config.Env {
		name, path, _ := strings.Cut(v, "=")
		if slices.Contains(certificateVariables(), strings.ToUpper(name)) && filepath.IsAbs(path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// run runs a program to its end; a failure is a [*CommandError]. The variables of the
// host, which may hold passwords, are for programs that use the network.
func (t *tool) run(ctx context.Context, access pack.Access, path string, args ...string) error {
	if access.Network {
		return t.fetch(ctx, access, path, args)
	}
	return t.start(ctx, access, nil, path, args)
}

func (t *tool) start(ctx context.Context, access pack.Access, vars []string, path string, args []string) error {
	command := []string{t.redact(path)}
	for _, a := range args {
		command = append(command, t.redact(a))
	}
	t.config.Logger.DebugContext(ctx, "start program", "command", command)
	log := t.log
	t.log = "" // of this program alone
	out, err := os.Create(t.output())
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }() // it is read before
	all := &limited{w: out, left: maxLog}
	if t.through != nil {
		path, args = t.through(path, args)
		t.through = nil // of this program alone
	}
	res, err := t.config.Runner.Run(ctx, pack.Command{
		Path: path, Args: args, Dir: cmp.Or(t.dir, t.site.Dir), Env: t.env(vars), Access: access, Stdout: all, Stderr: all,
	})
	if err == nil && res.ExitCode == 0 && res.Signal == "" {
		return nil
	}
	return &CommandError{
		Command: command, ExitCode: res.ExitCode, Signal: res.Signal, Tail: t.tail(res), Err: err, output: t.transcript(res, log),
	}
}

// tail is cut after redacting: a secret may lie where it is cut.
func (t *tool) tail(res pack.Result) string {
	out := res.Stderr
	if len(strings.TrimSpace(string(out))) == 0 {
		out = res.Stdout
	}
	text := t.redact(string(out))
	return text[max(0, len(text)-tailSize):]
}

func (t *tool) redact(text string) string {
	for _, s := range slices.Concat(t.password, t.secrets) {
		text = strings.ReplaceAll(text, s, "****")
	}
	return text
}
