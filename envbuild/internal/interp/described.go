package interp

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Question is what a described runtime asks a program for its version.
type Question struct {
	Name string // of the program
	Args []string
	Exit int
	// Pattern is a regular expression that the output has to match, "" for any. The version
	// is the number in which the match ends.
	Pattern string
}

// Described returns the programs that answer a question, each once, in order of
// preference. A pattern that is none is an error.
func (f *Finder) Described(ctx context.Context, q Question) ([]Program, error) {
	pattern, err := regexp.Compile(q.Pattern)
	if err != nil {
		return nil, fmt.Errorf("pattern of %s: %w", q.Name, err)
	}
	names, err := regexp.Compile("^" + regexp.QuoteMeta(q.Name) + `(?:\.exe)?$`)
	if err != nil {
		return nil, fmt.Errorf("name %q: %w", q.Name, err)
	}
	return f.find(ctx, kind{
		names: names, args: q.Args, exit: q.Exit, question: fmt.Sprintf("\x00%+v", q),
		parse: func(path string, out []byte) (Program, error) { return parseVersion(path, string(out), pattern) },
	})
}

var printed = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)*`)

// parseVersion returns the program that prints out: its version is the first number that
// does not end before a match of pattern does.
func parseVersion(path, out string, pattern *regexp.Regexp) (Program, error) {
	match := pattern.FindStringIndex(out)
	if match == nil {
		return Program{}, fmt.Errorf("answer %.100q: want %q", out, pattern)
	}
	for _, at := range printed.FindAllStringIndex(out, -1) {
		if at[1] < match[1] || pattern.String() == "" && !strings.Contains(out[at[0]:at[1]], ".") {
			continue
		}
		line := strings.TrimSpace(out[strings.LastIndexByte(out[:at[0]], '\n')+1:])
		line, _, _ = strings.Cut(line, "\n")
		line = strings.TrimSpace(line)
		return Program{Path: path, Version: threeNumbers(out[at[0]:at[1]]), Printed: line, Build: line}, nil
	}
	return Program{}, fmt.Errorf("answer %.100q: no version", out)
}

// threeNumbers writes a version with three numbers, as ranges have them: 1.22 is 1.22.0.
func threeNumbers(text string) string {
	parts := append(strings.Split(text, "."), "0", "0")[:3]
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil { // it is too large for a version
			n = 0
		}
		parts[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(parts, ".")
}
