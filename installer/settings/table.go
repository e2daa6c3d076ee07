package settings

import (
	"slices"
	"strings"
)

// A Setting is a row of the table of settings.
type Setting struct {
	// Name is the path of keys in a file, such as "cache.max_bytes".
	Name string
	// Flag is the name of the flag, without dashes; "" for none.
	Flag string
	// Doc describes the value, in the words of a help text.
	Doc string
	// Default is the text of the default; "" for the zero value, or if Doc describes it.
	Default string
	// Form is how values are written.
	Form Form
	// OneOf lists the values that are allowed; nil for any.
	OneOf []string
	// Group tells which commands have the flag.
	Group Group
	// Project says that a project file may state the setting.
	Project bool

	at func(*Values) any // a pointer to the value
}

// A Group is a set of flags that a program or a command has, or has not.
type Group string

// The groups.
const (
	GroupHost      Group = ""          // all that open a host
	GroupPackages  Group = "packages"  // those that build environments
	GroupIsolation Group = "isolation" // those that run programs
	GroupPackctl   Group = "packctl"   // packctl alone
	GroupPackd     Group = "packd"     // packd alone
)

// A Form is how the values of a setting are written.
type Form string

// The forms.
const (
	Text        Form = "text"
	Path        Form = "path"     // or a URL
	Switch      Form = "switch"   // true or false
	Number      Form = "number"   // an integer
	Duration    Form = "duration" // such as 72h
	List        Form = "list"     // of texts; a flag is repeated
	Names       Form = "names"    // of texts; a flag separates them by commas
	Paths       Form = "paths"    // of paths or URLs; a flag is repeated
	SearchPath  Form = "search path"
	IndexList   Form = "indices" // a mapping by name; a flag is [NAME=]URL
	IndexRules  Form = "rules"   // a property of indices; a flag is NAME=VALUE
	Credentials Form = "credentials"
)

// Variable returns the name of the environment variable; "" for none.
func (s *Setting) Variable() string {
	if s.Flag == "" {
		return ""
	}
	name := s.Flag
	if s.Group == GroupPackctl || s.Group == GroupPackd {
		name = string(s.Group) + "-" + name
	}
	return "PACKTRAIN_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// Table returns all settings, in the order of the documentation. The caller owns it.
func Table() []Setting {
	return slices.Concat(hostRows(), indexRows(), networkRows(), cacheRows(), packageRows(), isolationRows(), packctlRows(), packdRows())
}

// row returns the setting with that name; an unknown one is a mistake of the program.
func row(name string) *Setting {
	for _, s := range Table() {
		if s.Name == name {
			return &s
		}
	}
	panic("settings: there is no setting " + name)
}
