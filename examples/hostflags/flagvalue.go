package hostflags

import (
	"github.com/packtrain/pack/installer/settings"
)

// A flagValue states a setting, for package pflag.
type flagValue struct {
	flags *Flags
	settings.Setting
}

// Set implements [pflag.Value].
func (v *flagValue) Set(text string) error {
	if seen, key := v.flags.seen, v.Flag+"="+text; seen != nil {
		if seen[key] {
			return nil
		}
		seen[key] = true
	}
	return v.flags.stated.Add(v.Name, text, "--"+v.Flag)
}

// Type implements [pflag.Value]: a word for help texts.
func (v *flagValue) Type() string {
	switch v.Form {
	case settings.Switch:
		return "bool"
	case settings.Number:
		return "int"
	case settings.Duration:
		return "duration"
	case settings.List, settings.Paths, settings.IndexList, settings.IndexRules:
		return "stringArray"
	case settings.Names:
		return "strings"
	case settings.Text, settings.Path, settings.SearchPath, settings.Credentials:
	}
	return "string"
}

// String implements [pflag.Value]. It is the default, which help texts show.
func (v *flagValue) String() string { return v.Default }
