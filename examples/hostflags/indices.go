package hostflags

import (
	"regexp"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// namedIndex is an index with a name before it.
var namedIndex = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)\z`)

// ParseIndices reads registry indices, "[NAME=]URL" or "[NAME=]FILE" each, and their
// claims, "NAME=PATTERN[,PATTERN]" each.
func ParseIndices(indices, claims []string) ([]registrysource.Index, error) {
	var list []registrysource.Index
	for _, text := range indices {
		var ix registrysource.Index
		if m := namedIndex.FindStringSubmatch(text); m != nil {
			ix.Name, text = m[1], m[2]
		}
		if text == "" {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "--index is empty: want a URL or a file")
		}
		var err error
		if ix.URL, err = Absolute(text); err != nil {
			return nil, err
		}
		list = append(list, ix)
	}
	for _, text := range claims {
		if err := claim(list, text); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// claim adds claims to the index that they name.
func claim(list []registrysource.Index, text string) error {
	name, patterns, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return pack.Errorf(pack.CodeInvalidRequest, "--claim %q: want the name of an index and the packs that belong to it, such as corp=infra-*", text)
	}
	for i := range list {
		if list[i].Name == name {
			list[i].Claims = append(list[i].Claims, strings.Split(patterns, ",")...)
			return nil
		}
	}
	return pack.Errorf(pack.CodeInvalidRequest, "--claim %q: no index has the name %q: give it one by --index %s=URL", text, name, name)
}
