package lock

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/packtrain/pack"
)

// head is the first line.
const head = "packs.lock 1"

// Bytes returns the text of the lock. Equal locks have equal texts.
func (l *Lock) Bytes() []byte {
	c := Lock{Indices: slices.Clone(l.Indices), Wants: slices.Clone(l.Wants), Packs: slices.Clone(l.Packs), Environments: slices.Clone(l.Environments)}
	c.sort()
	w := &writer{}
	w.line(head)
	w.group(len(c.Indices))
	for _, i := range c.Indices {
		w.line("index", quoted(i.Name), quoted(Shown(i.Location)))
	}
	w.group(len(c.Wants))
	for _, x := range c.Wants {
		w.line("want", x.Ref.String(), rest(x.Text()))
	}
	for i := range c.Packs {
		w.pack(&c.Packs[i])
	}
	for i := range c.Environments {
		w.environment(&c.Environments[i])
	}
	return []byte(w.text.String())
}

type writer struct{ text strings.Builder }

func (w *writer) line(fields ...string) {
	w.text.WriteString(strings.Join(fields, " "))
	w.text.WriteByte('\n')
}

// group begins a block of n lines.
func (w *writer) group(n int) {
	if n > 0 {
		w.text.WriteByte('\n')
	}
}

func (w *writer) pack(p *Pack) {
	w.group(1)
	w.line("pack", p.Ref.String(), p.Version.String())
	for i := range p.Pins {
		w.pin(i, &p.Pins[i])
	}
	if len(p.Pins) > 0 {
		w.digest("archive", p.Pins[0].ArchiveDigest)
		w.digest("directory", p.Pins[0].DirectoryChecksum)
		w.digest("tree", p.Pins[0].TreeDigest)
	}
	w.facts(needLines(p))
	if !p.Platform.Any() {
		w.line("  platform", rest(p.Platform.String()))
	}
	for _, runtime := range slices.Sorted(maps.Keys(p.Environments)) {
		w.line("  env", string(runtime), quoted(p.Environments[runtime]))
	}
}

func needLines(p *Pack) (lines []string) {
	for _, d := range p.Needs {
		text := "  need " + d.Ref.String() + " " + rest(d.Constraint.String())
		if d.URL != "" {
			text += " from " + rest(d.URL)
		}
		if slices.Contains(p.Provided, d.Ref) {
			text += " provided"
		}
		lines = append(lines, text)
	}
	return lines
}

// facts writes lines sorted, each once.
func (w *writer) facts(lines []string) {
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		w.line(line)
	}
}

func (w *writer) digest(kind string, d pack.Digest) {
	if d != "" {
		w.line("  "+kind, d.String())
	}
}

// pin writes the alternative number n of a pack.
func (w *writer) pin(n int, p *pack.Pin) {
	kind := "  alt"
	if n == 0 {
		kind = "  pin"
		if p.Via != (pack.Origin{}) {
			w.line("  entry", quoted(Shown(p.Via.Index)), quoted(p.Via.Entry))
		}
	}
	location := Shown(p.Location)
	fields := []string{kind, quoted(p.Scheme), quoted(location)}
	if named(p.Scheme, location) {
		fields = slices.Delete(fields, 1, 2)
	}
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, name, quoted(value))
		}
	}
	add("rev", p.Rev)
	add("commit", p.Commit)
	add("subdir", p.Subdir)
	if p.StripTop {
		fields = append(fields, "strip")
	}
	if p.Size > 0 {
		add("size", strconv.FormatInt(p.Size, 10))
	}
	if n > 0 {
		add("archive", p.ArchiveDigest.String())
	}
	if queryLeftOut(p) {
		fields = append(fields, "query-left-out")
	}
	w.line(fields...)
}

// named reports whether a location tells its scheme.
func named(scheme, location string) bool {
	return (scheme == "https" || scheme == "http") && strings.HasPrefix(location, scheme+"://")
}

// leftOut marks a location that had a query. It is a fragment, which no pin has.
const leftOut = "#query-left-out"

func queryLeftOut(p *pack.Pin) bool {
	return p.WithoutQuery().Location != p.Location || strings.HasSuffix(p.Location, leftOut)
}

// QueryLeftOut reports whether p is the pin of a lock whose location had a query, which
// may have been a secret: then it cannot be fetched from there.
func QueryLeftOut(p *pack.Pin) bool { return strings.HasSuffix(p.Location, leftOut) }

func (w *writer) environment(e *Environment) {
	w.group(1)
	fields := []string{"env", quoted(e.ID), string(e.Runtime)}
	if e.Range != "" {
		fields = append(fields, rest(e.Range))
	}
	w.line(fields...)
	var lines []string
	for _, text := range e.Wants {
		lines = append(lines, "  want "+rest(text))
	}
	w.facts(lines)
	lines = nil
	for i := range e.Distributions {
		lines = append(lines, distributionLine(&e.Distributions[i]))
	}
	w.facts(lines)
}

func distributionLine(d *Distribution) string {
	fields := []string{" ", quoted(d.Platform)}
	if d.Name != "" {
		fields = append(fields, quoted(d.Name), quoted(d.Version))
		for _, digest := range sortedTexts(d.Digests) {
			fields = append(fields, quoted(digest))
		}
	}
	if source := Shown(d.Source); source != "" {
		fields = append(fields, "from", quoted(source))
	}
	if d.Details != "" {
		fields = append(fields, "with", d.Details)
	}
	return strings.Join(fields, " ")
}

// quoted returns a field.
func quoted(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r == ' ' || r == '"' || r == '\ufffd' || !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// rest returns the last field of a line, which may hold spaces.
func rest(s string) string {
	if s == "" || s != strings.TrimSpace(s) || strings.ContainsFunc(s, func(r rune) bool { return r == '"' || r == '\ufffd' || !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// Shown returns a locator or a location without user information and query.
func Shown(locator string) string {
	text, _, _ := strings.Cut(locator, leftOut)
	scheme, text, isURL := strings.Cut(text, "://")
	if !isURL {
		return scheme
	}
	text, fragment, marked := strings.Cut(text, "#")
	text, _, _ = strings.Cut(text, "?")
	authority, path, slash := strings.Cut(text, "/")
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	if slash {
		authority += "/" + path
	}
	if marked {
		authority += "#" + fragment
	}
	return scheme + "://" + authority
}
