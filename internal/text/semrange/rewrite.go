package semrange

import (
	"regexp"
	"strings"
	"sync"
)

// rewrite returns the range that text was probably meant to be, "" when there is
// no guess. Each habit of other notations is tried on what those before it left,
// and the first result that is a range is returned.
func rewrite(text string) string {
	guess := strings.TrimSpace(text)
	for _, h := range habits() {
		guess = strings.TrimSpace(h.from.ReplaceAllString(guess, h.to))
		if _, err := parse(guess); err == nil && guess != "" {
			return guess
		}
	}
	return ""
}

// A habit is how another notation writes something.
type habit struct {
	from *regexp.Regexp
	to   string
}

var habits = sync.OnceValue(func() []habit {
	const version = `v?[0-9]+(?:\.[0-9]+)*(?:-[0-9A-Za-z.-]+)?`
	var list []habit
	for _, h := range [][2]string{
		{`≥`, ">="},
		{`≤`, "<="},
		{`≠`, "!="},
		{`[–—−]`, "-"},
		{`===?`, "="},
		{`=>`, ">="},
		{`=<`, "<="},
		{`([<>])\s+=`, "$1="},
		{`~=\s*(v?[0-9]+\.[0-9]+\.)`, "~$1"},
		{`~=\s*(v?0\.[0-9]+)`, ">=$1 <1"},
		{`~=\s*(v?[0-9]+(?:\.[0-9]+)?)`, "^$1"},
		{`!([0-9])`, "!=$1"},
		{`\^\^+`, "^"},
		{`(?i)\s+and\s+|\s*&&?\s*`, " "},
		{`(?i)\s+or\s+|\s*\|+\s*`, " || "},
		{`^\s*\|\|\s*|\s*\|\|\s*$`, ""},
		{`[\[(]\s*,\s*\)|^(?:any|stable|latest|all)$|[<>=^~]*\s*latest`, "*"},
		{`\[\s*(` + version + `)\s*\]`, "=$1"},
		{`\[\s*(` + version + `)\s*,\s*`, ">=$1 "},
		{`\(\s*(` + version + `)\s*,\s*`, ">$1 "},
		{`[\[(]\s*,\s*(` + version + `)`, "$1"},
		{`\s(` + version + `)\s*\]|^(` + version + `)\s*\]`, " <=$1$2"},
		{`\s(` + version + `)\s*\)|^(` + version + `)\s*\)`, " <$1$2"},
		{`[;,]\s*$|^\s*,`, ""},
		{`[()\[\]"']`, ""},
		{`\b0+([0-9])`, "$1"},
		{`([0-9]+\.[0-9]+\.[0-9]+)(?:\.[0-9]+)+`, "$1"},
		{`([xX*])(?:\.[0-9]+)+`, "$1"},
		{`([0-9]+\.[0-9]+\.[0-9]+)-\*`, "$1-0"},
		{`\b([0-9]+(?:\.[0-9]+)?)\s*-\s*(` + version + `)`, "$1 - $2"},
		{`^[A-Za-z][A-Za-z0-9_-]*\s*@?\s*([<>=!~^])`, "$1"},
	} {
		list = append(list, habit{regexp.MustCompile(h[0]), h[1]})
	}
	return list
})
