package settings

import (
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// An Origin is what states a setting.
type Origin string

// The origins, the strongest first.
const (
	FromFlag        Origin = "flag"
	FromEnvironment Origin = "environment"
	FromWants       Origin = "packs.yaml"
	FromProject     Origin = "project file"
	FromFile        Origin = "file" // named by a flag or a variable
	FromUser        Origin = "user file"
	FromDefault     Origin = "default"
)

// A Layer has the settings that one origin states. It is not safe for concurrent use.
type Layer struct {
	origin Origin
	dir    string // of relative paths; "" leaves them as they are
	home   string
	values Values
	places map[string]string // by the name of a setting: where it is stated
}

// NewLayer returns a layer that states nothing. Its relative paths stay as they are.
func NewLayer(origin Origin) *Layer {
	return &Layer{origin: origin, places: map[string]string{}}
}

// States reports whether the layer states the setting with that name.
func (l *Layer) States(name string) bool {
	_, stated := l.places[name]
	return stated
}

// Add states the setting with that name, or one more value of a list. text is what a flag
// takes, and place says where it is, for messages. The error has [pack.CodeInvalidRequest],
// and no secret.
func (l *Layer) Add(name, text, place string) error { return l.add(row(name), text, place) }

// Replace states a setting again.
func (l *Layer) Replace(name, text, place string) error {
	delete(l.places, name)
	return l.Add(name, text, place)
}

func (l *Layer) add(s *Setting, text, place string) error {
	first := !l.States(s.Name)
	if first {
		reflect.ValueOf(s.at(&l.values)).Elem().SetZero()
	}
	if err := l.set(s, text, place, first); err != nil {
		return err
	}
	l.places[s.Name] = place
	return nil
}

// AddIndex states one more registry index. Its location is taken as it is.
func (l *Layer) AddIndex(ix Index, place string) {
	l.values.Indices = append(l.values.Indices, ix)
	l.places["indices"] = place
}

// clear states that a list is empty.
func (l *Layer) clear(s *Setting, place string) {
	switch to := s.at(&l.values).(type) {
	case *[]string:
		*to = []string{}
	case *[]Index:
		*to = []Index{}
	}
	l.places[s.Name] = place
}

func (l *Layer) set(s *Setting, text, place string, first bool) (err error) {
	if err := s.check(text); err != nil {
		return err
	}
	switch to := s.at(&l.values).(type) {
	case *string:
		*to = text
		if s.Form == Path {
			*to = l.path(text)
		}
	case *bool:
		*to, err = parseSwitch(text)
	case *int:
		*to, err = parseNumber[int](text)
	case *int64:
		*to, err = parseNumber[int64](text)
	case *time.Duration:
		*to, err = parseDuration(text)
	case *[]string:
		if first {
			*to = []string{}
		}
		*to = append(*to, l.split(s.Form, text)...)
	case *[]Index:
		err = l.addIndexText(to, text)
	case *[]Rule:
		err = l.addRule(to, s, text, place)
	case *CredentialSet:
		*to = CredentialSet{File: l.path(text)}
	}
	return err
}

// split returns the values of a list that text has.
func (l *Layer) split(form Form, text string) []string {
	switch {
	case form == Paths:
		return []string{l.path(text)}
	case form == SearchPath:
		dirs := filepath.SplitList(text)
		for i := range dirs {
			dirs[i] = l.path(dirs[i])
		}
		return dirs
	case form == Names && text == "":
		return nil
	case form == Names:
		return strings.Split(text, ",")
	}
	return []string{text}
}

// path returns a path of the layer; URLs, DSNs and "" stay as they are.
func (l *Layer) path(text string) string {
	switch {
	case l.dir == "" || text == "" || filepath.IsAbs(text) || strings.Contains(text, "://") || strings.HasPrefix(text, "file:"):
		return text
	case strings.HasPrefix(text, "~/") && l.home != "":
		return filepath.Join(l.home, text[2:])
	}
	return filepath.Join(l.dir, text)
}

func wrong(format string, args ...any) error {
	return pack.Errorf(pack.CodeInvalidRequest, format, args...)
}
