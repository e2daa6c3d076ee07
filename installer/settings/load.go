package settings

import (
	"cmp"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Sources say where settings are stated. The zero value has the defaults alone.
type Sources struct {
	// Getenv returns the value of an environment variable, "" for none. nil: there are no
	// variables, and no user file.
	Getenv func(name string) string
	// Dir is the working directory, an absolute path: it may have a project file. "": there
	// is none.
	Dir string
	// File is read instead of the files of user and project. "": the file that
	// PACKTRAIN_SETTINGS names, if any.
	File string
	// Flags are those of a command line. nil: none.
	Flags *Layer
	// Between has less precedence than the environment, and more than files. nil: none.
	Between *Layer
}

// Settings are what all sources state.
type Settings struct {
	Values

	getenv  func(string) string
	places  map[string]string // by the name of a setting
	origins map[string]Origin
}

// Load reads the sources. Its errors have [pack.CodeInvalidRequest], or are those of the
// file system.
func Load(from Sources) (*Settings, error) {
	if from.Getenv == nil {
		from.Getenv = func(string) string { return "" }
	}
	layers, err := from.files()
	environment, envErr := from.environment()
	if err := errors.Join(err, envErr); err != nil {
		return nil, err
	}
	s := &Settings{getenv: from.Getenv, places: map[string]string{}, origins: map[string]Origin{}}
	for _, l := range slices.Concat([]*Layer{defaults()}, layers, []*Layer{from.Between, environment, from.Flags}) {
		if l != nil {
			s.apply(l)
		}
	}
	if path := from.Getenv("PATH"); s.Values.SearchPath == nil && path != "" {
		s.Values.SearchPath = filepath.SplitList(path)
	}
	return s, nil
}

// apply states what l states.
func (s *Settings) apply(l *Layer) {
	for _, row := range Table() {
		place, stated := l.places[row.Name]
		if !stated {
			continue
		}
		to, from := row.at(&s.Values), row.at(&l.values)
		if rules, ok := to.(*[]Rule); ok {
			*rules = override(*rules, *from.(*[]Rule))
		} else {
			reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem())
		}
		s.places[row.Name], s.origins[row.Name] = place, l.origin
	}
}

// override returns the rules of next, and those of other indices.
func override(rules, next []Rule) []Rule {
	kept := slices.DeleteFunc(slices.Clone(rules), func(old Rule) bool {
		return slices.ContainsFunc(next, func(r Rule) bool { return r.Index == old.Index })
	})
	return append(kept, next...)
}

// Origin returns what states the setting with that name.
func (s *Settings) Origin(name string) Origin {
	if o, stated := s.origins[name]; stated {
		return o
	}
	return FromDefault
}

// Place returns where the setting with that name is stated, for messages: a flag, a
// variable, or a file with a line and the name. It is the flag for a default.
func (s *Settings) Place(name string) string {
	place := s.places[name]
	switch s.Origin(name) {
	case FromProject, FromFile, FromUser:
		return place + ": " + name
	case FromFlag, FromEnvironment, FromWants, FromDefault:
	}
	return cmp.Or(place, "--"+row(name).Flag)
}

// defaults returns the layer below all others.
func defaults() *Layer {
	l := NewLayer(FromDefault)
	for _, s := range Table() {
		if s.Default != "" {
			if err := l.add(&s, s.Default, ""); err != nil {
				panic(err)
			}
		}
	}
	return l
}

// environment returns the settings of environment variables.
func (s *Sources) environment() (*Layer, error) {
	l := NewLayer(FromEnvironment)
	var errs []error
	for _, row := range Table() {
		name := row.Variable()
		text := ""
		if name != "" {
			text = s.Getenv(name)
		}
		if text == "" {
			continue
		}
		for _, one := range row.values(text) {
			if err := l.add(&row, one, name); err != nil {
				errs = append(errs, wrong("%s: %w", name, err))
			}
		}
	}
	return l, errors.Join(errs...)
}

// values returns the values in the text of a variable, each as a flag takes it.
func (s *Setting) values(text string) []string {
	switch s.Form {
	case List, Names, Paths, IndexList, IndexRules:
		return strings.Fields(text)
	case Text, Path, Switch, Number, Duration, SearchPath, Credentials:
	}
	return []string{text}
}

// DefaultRoot returns the directory of installed packs that counts if none is stated: one in
// the user's directory for data.
func (s *Settings) DefaultRoot() (string, error) {
	dir, err := userDir(s.getenv, "XDG_DATA_HOME", ".local", "share")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "packtrain"), nil
}

var errNoHome = errors.New("HOME is not set to an absolute path: set it, or name a root with --root")

// userDir returns the directory that a variable names, by default one in the user's home.
func userDir(getenv func(string) string, variable string, below ...string) (string, error) {
	if dir := getenv(variable); filepath.IsAbs(dir) {
		return dir, nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", errNoHome
	}
	return filepath.Join(append([]string{home}, below...)...), nil
}
