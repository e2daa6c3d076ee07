package main

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/packtrain/pack"
)

// report prints a report: for programs, or the lines that text makes of it.
func (a *app) report(v any, text func()) error {
	a.live.stop()
	switch {
	case a.json:
		return a.encode(v)
	case a.format() == formatName:
		for _, name := range namesIn(v) {
			a.println("%s", name)
		}
	default:
		return a.printAtOnce(text)
	}
	return nil
}

// printAtOnce writes the lines that text prints in few steps.
func (a *app) printAtOnce(text func()) error {
	out, lines := a.stdout, bufio.NewWriter(a.stdout)
	a.stdout = lines
	defer func() { a.stdout = out }()
	text()
	return lines.Flush()
}

// finish prints the report that comes with err, when there is one: a batch of
// which items failed has both.
func finish[R any](a *app, r *R, err error, text func(*R)) error {
	if r == nil {
		return err
	}
	return errors.Join(err, a.report(r, func() { text(r) }))
}

func (a *app) printFindings(findings pack.Findings) {
	for _, f := range findings {
		a.println("  %s: %v", f.Severity, f)
	}
}

// println prints a line; columns that are empty leave no spaces at its end.
func (a *app) println(format string, args ...any) {
	a.printRaw(strings.TrimRight(plain(fmt.Sprintf(format, args...), ""), " "))
}

// printRaw prints a line whose control characters are our own.
func (a *app) printRaw(line string) { fmt.Fprintln(a.stdout, line) }

// plain escapes characters that could control a terminal, because labels and names
// of packs are arbitrary. The characters of keep are not escaped.
func plain(s, keep string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) || strings.ContainsRune(keep, r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}

// short shortens a digest for people to compare.
func short(d pack.Digest) string {
	const shown = len("sha256:") + 12
	if len(d) <= shown {
		return d.String()
	}
	return d.String()[:shown]
}

// counted returns n things, as in "1 pack" and "2 packs".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
