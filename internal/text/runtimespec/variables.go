package runtimespec

import (
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// variables judges `env_vars`: values, or mappings with `value`.
func (c *checker) variables(vars *yaml.Node) {
	for _, f := range vars.Fields {
		name, value, operation := f.Key.Text, f.Value, "set"
		if value.Kind == yaml.Mapping {
			operation = or(text(value, "operation"), operation)
			value = value.Get("value")
		}
		switch {
		case !isName(name):
			c.report(Environment, f.Key, "variable %.64q: want a name of letters, digits and _", name)
		case loadsCode(name):
			c.report(Loader, f.Key, "variable %s makes every program that is started load other code; leave it out", name)
		case isPlatform(name), name == "PATH" && (operation == "set" || value == nil || !strings.HasPrefix(value.Text, "{env_dir}/") || climbs(value.Text)):
			c.report(Loader, f.Key, "variable %s is the platform's; leave it out, or put a directory of the environment before PATH", name)
		case !slices.Contains([]string{"set", "prepend", "append"}, operation):
			c.report(Environment, f.Key, "variable %s: operation %.64q: want set, prepend or append", name, operation)
		case value != nil && strings.ContainsRune(value.Text, 0):
			c.report(Environment, f.Key, "variable %s: its value has a NUL, which no environment can hold", name)
		}
	}
}

// isName reports whether every program can read a variable of that name.
func isName(name string) bool {
	return name != "" && (name[0] < '0' || name[0] > '9') && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// loadsCode reports whether dynamic linkers, shells or interpreters run what a variable
// names before the program that is started.
func loadsCode(variable string) bool {
	return strings.HasPrefix(variable, "LD_") || strings.HasPrefix(variable, "DYLD_") || slices.Contains([]string{
		"BASH_ENV", "ENV", "GCONV_PATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "NODE_OPTIONS", "PERL5OPT", "PYTHONHOME", "PYTHONSTARTUP", "RUBYOPT",
	}, variable)
}

// isPlatform reports whether a variable says where programs connect, whom they trust, or
// where they keep what is theirs.
func isPlatform(variable string) bool {
	upper := strings.ToUpper(variable)
	return strings.HasSuffix(upper, "_PROXY") || slices.Contains([]string{"HOME", "TMPDIR", "SSL_CERT_DIR", "SSL_CERT_FILE"}, upper)
}

// templates judges the braces in all texts below n.
func (c *checker) templates(what string, n *yaml.Node) {
	for _, item := range n.Items {
		c.templates(what, item)
	}
	for _, f := range n.Fields {
		c.templates(f.Key.Text, f.Value)
	}
	if unknown := unknownVariable(n.Text); n.Kind == yaml.String && unknown != "" {
		c.report(Variable, n, "%s has %.100q: braces stand for {env_dir}, {pack_dir}, {interpreter} or {manifest_path}", what, unknown)
	}
}

// unknownVariable returns the first template in a text, or variable in braces, that a
// runtime does not have; "" for none. Those of a shell, such as ${HOME}, are its own.
func unknownVariable(text string) string {
	for {
		at := strings.IndexByte(text, '{')
		if at < 0 {
			return ""
		}
		shell, rest := at > 0 && text[at-1] == '$', text[at+1:]
		name, _, closed := strings.Cut(rest, "}")
		known := slices.Contains([]string{"env_dir", "pack_dir", "interpreter", "manifest_path"}, name)
		if strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "%") || closed && !shell && !known && isName(name) {
			return text[at:]
		}
		text = rest
	}
}
