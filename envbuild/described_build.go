package envbuild

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/internal/os/prefix"
)

// A describedTool runs the commands of a description.
type describedTool struct{ *directory }

func (d *describedTool) name() string { return d.runtime.Described.Ref.String() }

func (d *describedTool) version() string { return "" }

// explain implements driver: what tools print that are not known is not understood.
func (d *describedTool) explain(string) explanation { return explanation{reason: ReasonUnknown} }

func (d *directory) build(ctx context.Context, t *tool) (c contents, err error) {
	dt := &describedTool{d}
	if err := d.lay(t); err != nil {
		return c, err
	}
	where := func(string) []string { return slices.Compact([]string{d.manifest}) }
	if _, err = do(ctx, t, dt, dt.create, where); err != nil {
		return c, err
	}
	if _, err = do(ctx, t, dt, dt.install, where); err != nil {
		return c, err
	}
	if c.files, err = envstore.Scan(t.site.Dir); err != nil {
		return c, err
	}
	if err := d.checkFiles(t.site.Dir, c.files); err != nil {
		return c, refusal(err, where)
	}
	c.tool = dt.name()
	if c.distributions, err = d.distributions(t.site.Dir); err != nil {
		return c, err
	}
	return c, d.start(ctx, t)
}

// lay lays out what commands see of the pack: files that the Key depends on.
func (d *directory) lay(t *tool) error {
	t.dir = d.packDir(t)
	for name, data := range d.files {
		file := filepath.Join(t.dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o644)); err != nil {
			return err
		}
	}
	return os.MkdirAll(t.dir, 0o755)
}

func (d *directory) packDir(t *tool) string { return filepath.Join(t.site.Work, "pack") }

func (d *describedTool) create(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	return nil, d.command(ctx, t, d.directory.version.Create, false)
}

func (d *describedTool) install(ctx context.Context, t *tool) ([]pack.Distribution, error) {
	if !d.installs() {
		return nil, nil
	}
	t.index = "an index of " + d.runtime.Title
	return nil, d.command(ctx, t, d.directory.version.Install, true)
}

func (d *describedTool) resolve(context.Context, *tool) ([]pack.Distribution, error) { return nil, nil }

// command runs a command of the description, if there is one.
func (d *directory) command(ctx context.Context, t *tool, words []string, network bool) error {
	if len(words) == 0 {
		return nil
	}
	program, err := d.find(t, words[0])
	if err != nil {
		return err
	}
	var args []string
	for _, word := range words[1:] {
		arg, err := d.expand(t, word)
		if err != nil {
			return err
		}
		args = append(args, arg)
	}
	t.compilers = true
	defer func() { t.compilers = false }()
	t.variables = d.environ(t)
	access := t.access(prefix.Of(program)...)
	access.Network = network
	return t.run(ctx, access, program, args...)
}

// environ returns the variables that the description sets. Those that name directories of
// the pack are for scripts.
func (d *directory) environ(t *tool) []string {
	here := pack.Environment{Path: t.site.Dir, Interpreter: d.interpreter.Path, Described: &d.runtime}
	before := []string{"PATH=" + strings.Join(t.config.SearchPath, string(filepath.ListSeparator))}
	return pack.Environ(before, d.packDir(t), []pack.Environment{here})
}

// nameOnly refuses a program that is named by a path: which file that is, is for the host
// to say, by its search path.
func nameOnly(program string) error {
	if program == "" || strings.ContainsAny(program, `/\`) || program == "." || program == ".." {
		return pack.Errorf(pack.CodePolicyDenied, "the program %.100q: a description of a runtime names programs without directories", program)
	}
	return nil
}

// find returns the program that the first word of a command stands for: a name is looked
// up in the search path of the host.
func (d *directory) find(t *tool, word string) (string, error) {
	_, python := d.place(t.site.Dir)
	switch {
	case word == "{interpreter}":
		return python, nil
	case strings.HasPrefix(word, "{env_dir}/") && !slices.Contains(strings.Split(word, "/"), ".."):
		return filepath.Join(t.site.Dir, filepath.FromSlash(strings.TrimPrefix(word, "{env_dir}/"))), nil
	}
	if err := nameOnly(word); err != nil {
		return "", err
	}
	if word == d.version.Checks[0].Program {
		return d.interpreter.Path, nil
	}
	for _, entry := range t.config.SearchPath {
		for _, file := range []string{filepath.Join(entry, word), entry} {
			info, err := os.Stat(file)
			if err == nil && filepath.Base(file) == word && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return file, nil
			}
		}
	}
	return "", &BuildError{
		Reason: ReasonToolMissing, Package: word, WantedBy: []string{d.runtime.Described.Ref.String()},
		Message: fmt.Sprintf("no %s found: the runtime %s makes its environments with it", word, d.runtime.Described.Ref),
	}
}

// plainPath is a path that means the same in the text of a script.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9_./+:@=,-]*$`)

// expand puts paths into a word of a command. A word that is a script has to get paths that
// no shell reads as something else.
func (d *directory) expand(t *tool, word string) (string, error) {
	_, interpreter := d.place(t.site.Dir)
	for name, value := range map[string]string{
		"{env_dir}": t.site.Dir, "{pack_dir}": d.packDir(t), "{interpreter}": interpreter, "{manifest_path}": path.Join(d.packDir(t), d.manifest),
	} {
		if strings.Contains(word, name) && strings.ContainsAny(word, " \t\n;|&$`<>*?\"'()") && !plainPath.MatchString(value) {
			return "", pack.Errorf(pack.CodeBuildFailed, "a command of the runtime %s has %s in a script, and the path %q cannot be there", d.runtime.Described.Ref, name, value)
		}
		word = strings.ReplaceAll(word, name, value)
	}
	return word, nil
}

// checkFiles refuses links that lead out of the environment, other than those to its own
// interpreter.
func (d *directory) checkFiles(dir string, files []envstore.File) error {
	for _, f := range files {
		if f.Link == "" || f.Link == d.interpreter.Path {
			continue
		}
		target := path.Join(path.Dir(f.Path), f.Link)
		real, err := filepath.EvalSymlinks(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if own, e := filepath.EvalSymlinks(d.interpreter.Path); err == nil && e == nil && real == own {
			continue
		}
		if path.IsAbs(f.Link) || target == ".." || strings.HasPrefix(target, "../") {
			return &checkError{ReasonInvalidPackage, "", f.Path + " is a symbolic link to another place"}
		}
	}
	return nil
}

// start starts the interpreter of the environment, if it has one of its own.
func (d *directory) start(ctx context.Context, t *tool) error {
	_, interpreter := d.place(t.site.Dir)
	check := d.version.Checks[0]
	if interpreter == d.interpreter.Path || check.ExitCode != 0 {
		return nil
	}
	t.variables, t.dir = nil, ""
	return t.startSealed(ctx, interpreter, check.Args...)
}
