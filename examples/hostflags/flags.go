package hostflags

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/examples/confschema"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/settings"
)

// Flags are the settings of a command line, with those of files and the environment. The
// zero value is not useful: see [NewFlags].
type Flags struct {
	*settings.Settings
	Adopt, NewRoot bool // changes of a root, and not settings

	file    string // --settings
	stated  *settings.Layer
	sources settings.Sources
	seen    map[string]bool // flags with their values, after Once; nil before
}

// NewFlags returns the flags of a command line that states nothing, with the defaults of
// settings.
func NewFlags() *Flags {
	defaults, err := settings.Load(settings.Sources{})
	if err != nil { // it has no source of errors
		panic(err)
	}
	return &Flags{Settings: defaults, stated: settings.NewLayer(settings.FromFlag)}
}

// Bind adds the flags for the settings of some groups. That for hosts has those for the
// file of settings and for changes of a root, too.
func (f *Flags) Bind(set *pflag.FlagSet, groups ...settings.Group) {
	for _, s := range settings.Table() {
		if slices.Contains(groups, s.Group) {
			flag := set.VarPF(&flagValue{f, s}, s.Flag, "", s.Doc)
			if s.Form == settings.Switch {
				flag.NoOptDefVal = "true"
			}
		}
	}
	if slices.Contains(groups, settings.GroupHost) {
		set.StringVar(&f.file, "settings", "", "file with settings, instead of that of the user and packtrain.yaml in the working directory (default: the variable "+settings.FileVariable+")")
		set.BoolVar(&f.Adopt, "adopt", false, "if the records of the root are lost, create new ones from its packs")
		set.BoolVar(&f.NewRoot, "new-root", false, "if the root is a copy of another one and has the same records, give it records of its own")
	}
}

// Once ignores flags that repeat what was stated before, for the completion of shells: it
// parses a command line twice.
func (f *Flags) Once() { f.seen = map[string]bool{} }

// Load reads the settings of files and the environment, after the flags were parsed. dir is
// the working directory.
func (f *Flags) Load(getenv func(string) string, dir string) error {
	f.sources = settings.Sources{Getenv: getenv, Dir: dir, File: f.file, Flags: f.stated}
	return f.reload()
}

// Add adds the settings of w, which count where neither flags nor the environment state
// any, after [Flags.Load].
func (f *Flags) Add(w *Wants) error {
	layer, err := w.settings()
	if err == nil && w.Found {
		err = f.checkFound(w)
	}
	if err != nil {
		return err
	}
	f.sources.Between = layer
	return f.reload()
}

// Replace states a setting as its flag would, after [Flags.Load].
func (f *Flags) Replace(name, text string) error {
	if err := f.stated.Replace(name, text, ""); err != nil {
		return err
	}
	return f.reload()
}

func (f *Flags) reload() error {
	s, err := settings.Load(f.sources)
	if err == nil {
		f.Settings = s
	}
	return err
}

// Config returns the configuration that the settings describe, in a process with this
// environment. Its errors are mistakes of the user.
func (f *Flags) Config(environ []string) (Config, error) {
	c, err := host.ConfigOf(f.Settings)
	c.Adopt, c.NewRoot = f.Adopt, f.NewRoot
	c.Load.Schemas = confschema.Compiler{}
	c.ToolEnv, c.XZ = envbuild.CertificateVariables(environ), XZ
	return Config{DSN: f.DB, SharedRoot: f.SharedRoot, Config: c}, errors.Join(err, f.checkShared())
}

// checkShared refuses a root that hosts share without a database for it.
func (f *Flags) checkShared() error {
	if f.SharedRoot && !isPostgreSQL(f.DB) {
		return pack.Errorf(pack.CodeInvalidRequest, "%s needs the records in a database that all hosts reach: give --db with a postgres:// URL", f.Place("shared_root"))
	}
	return nil
}

// Shape returns the shape of packs that is configured.
func (f *Flags) Shape() pack.Shape {
	if f.Compat == "" {
		return pack.ShapeNative
	}
	return pack.Shape(f.Compat)
}

// Levels returns the names of the levels of isolation, the best first.
func Levels() []string {
	var names []string
	for _, level := range runner.Levels() {
		names = append(names, string(level))
	}
	return names
}

// ParseLevel returns the level of isolation with that name; "" stays "".
func ParseLevel(flag, name string) (pack.Isolation, error) {
	if name != "" && !slices.Contains(Levels(), name) {
		return "", pack.Errorf(pack.CodeInvalidRequest, "--%s %q: want one of %s", flag, name, strings.Join(Levels(), ", "))
	}
	return pack.Isolation(name), nil
}

// AbsoluteAll returns absolute paths; URLs and "" are returned unchanged.
func AbsoluteAll(paths []string) ([]string, error) {
	var all []string
	for _, p := range paths {
		if p != "" && !strings.Contains(p, "://") {
			abs, err := filepath.Abs(p)
			if err != nil {
				return nil, err
			}
			p = abs
		}
		all = append(all, p)
	}
	return all, nil
}
