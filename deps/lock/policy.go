package lock

import (
	"path"
	"strings"
	"time"

	"github.com/packtrain/pack/internal/text/yaml"
)

// A Policy lists the packages of Python and Node.js that environments may have although
// that is refused by default, by name or by pattern, as [path.Match] has them; "*" alone
// is all of them. A list that is nil is not stated, and one that is empty lists none.
type Policy struct {
	AllowSource  []string // Python packages that may be built from source
	AllowDirect  []string // Python packages that a requirement may name by an address
	AllowScripts []string // Node.js packages whose install scripts are run
	// MinimumAge is how old a release has to be; nil if the file does not state it.
	MinimumAge *time.Duration
}

func (p *Policy) read(field *yaml.Field) (err error) {
	switch key, n := field.Key.Text, field.Value; key {
	case "allow_source":
		p.AllowSource, err = packages(key, n)
	case "allow_direct":
		p.AllowDirect, err = packages(key, n)
	case "allow_scripts":
		p.AllowScripts, err = packages(key, n)
	case "minimum_age":
		p.MinimumAge, err = age(key, n)
	default:
		err = unknownKey(field.Key, "allow_source", "allow_direct", "allow_scripts", "minimum_age")
	}
	return err
}

// packages returns a list of names and patterns, nil for one without a value.
func packages(key string, n *yaml.Node) ([]string, error) {
	if n.Kind == yaml.Null {
		return nil, nil
	}
	if n.Kind != yaml.Sequence {
		return nil, wrong(n.Line, "%s: want a list of packages, got %s", key, n.Kind)
	}
	list := []string{}
	for _, item := range n.Items {
		if err := text(item, "the name of a package or a pattern"); err != nil {
			return nil, err
		}
		if _, err := path.Match(item.Text, ""); err != nil || strings.TrimSpace(item.Text) == "" {
			return nil, wrong(item.Line, "%s: %.64q is not the name of a package or a pattern", key, item.Text)
		}
		list = append(list, item.Text)
	}
	return list, nil
}

func age(key string, n *yaml.Node) (*time.Duration, error) {
	if n.Kind == yaml.Null {
		return nil, nil
	}
	d, err := time.ParseDuration(n.Text)
	if err != nil || d < 0 {
		return nil, wrong(n.Line, "%s: want a duration in hours, minutes or seconds, such as 72h, got %.64q", key, n.Text)
	}
	return &d, nil
}
