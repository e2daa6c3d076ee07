package workdir

import "strings"

// translate turns a glob of git into one of [path.Match], which reads the brackets
// differently.
func translate(glob string) string {
	var b strings.Builder
	for glob != "" {
		n := 1
		switch {
		case glob[0] == '\\' && len(glob) > 1:
			n = 2
		case glob[0] == '[':
			if inside, length := bracket(glob); length > 0 {
				b.WriteString(inside)
				glob = glob[length:]
				continue
			}
		}
		b.WriteString(glob[:n])
		glob = glob[n:]
	}
	return b.String()
}

// bracket translates the bracket expression that a glob begins with, of length bytes; 0
// when it has no end.
func bracket(glob string) (translated string, length int) {
	var b strings.Builder
	b.WriteByte('[')
	at := 1
	if at < len(glob) && (glob[at] == '!' || glob[at] == '^') {
		b.WriteByte('^')
		at++
	}
	for start := at; at < len(glob); {
		rest := glob[at:]
		switch class, n := posixClass(rest); {
		case n > 0:
			b.WriteString(class)
			at += n
		case rest[0] == ']' && at > start:
			return b.String() + "]", at + 1
		case rest[0] == '\\' && len(rest) > 1:
			b.WriteString(rest[:2])
			at += 2
		case rest[0] == ']', rest[0] == '-' && (at == start || strings.HasPrefix(rest, "-]")):
			b.WriteString(`\` + rest[:1])
			at++
		default:
			b.WriteByte(rest[0])
			at++
		}
	}
	return "", 0
}

// posixClass returns the ranges of a class such as "[:alpha:]" that text begins with, of
// n bytes; 0 for none.
func posixClass(text string) (ranges string, n int) {
	name, ok := strings.CutPrefix(text, "[:")
	name, _, found := strings.Cut(name, ":]")
	if !ok || !found {
		return "", 0
	}
	ranges = map[string]string{
		"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "xdigit": "0-9a-fA-F",
		"space": " \t\n\r\f\v", "blank": " \t", "punct": `!-/:-@\[-` + "`" + `{-~`,
	}[name]
	if ranges == "" {
		return "", 0
	}
	return ranges, len(name) + len("[::]")
}
