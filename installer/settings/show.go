package settings

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A Stated is a setting with its value, as it is shown.
type Stated struct {
	Setting
	// Texts are the values, without secrets: one, or those of a list. They are empty if
	// there is no value.
	Texts []string
	// Origin is what states the setting.
	Origin Origin
	// Place is where: a flag, a variable, or a file with a line; "" for a default.
	Place string
}

// List returns all settings, in the order of [Table]. [Mask] stands for secrets.
func (s *Settings) List() []Stated {
	var list []Stated
	for _, row := range Table() {
		list = append(list, Stated{row, texts(row.at(&s.Values)), s.Origin(row.Name), s.places[row.Name]})
	}
	return list
}

// texts returns the text of a value.
func texts(value any) []string {
	var all []string
	switch v := value.(type) {
	case *[]string:
		all = *v
	case *[]Index:
		for _, ix := range *v {
			all = append(all, strings.TrimPrefix(ix.Name+"="+masked(ix.Location), "="))
		}
		return all
	case *[]Rule:
		for _, r := range *v {
			all = append(all, fmt.Sprintf("%s=%s (%s)", r.Index, r.Value, r.Place))
		}
	case *CredentialSet:
		for _, origin := range slices.Sorted(maps.Keys(v.ByOrigin)) {
			all = append(all, origin+" "+Mask)
		}
		if v.File != "" {
			all = append(all, v.File)
		}
		return all
	default:
		if text := fmt.Sprint(reflect.ValueOf(value).Elem()); text != "" {
			all = append(all, text)
		}
	}
	shown := make([]string, len(all))
	for i := range all {
		shown[i] = masked(all[i])
	}
	return shown
}
