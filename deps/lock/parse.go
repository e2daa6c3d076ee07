package lock

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/packtrain/pack"
)

// maxBytes bounds the text of a lock.
const maxBytes = 64 << 20

// A SyntaxError says where a text is not a lock.
type SyntaxError struct {
	Line    int // from 1
	Message string
}

// Error names the line.
func (e *SyntaxError) Error() string { return fmt.Sprintf("packs.lock line %d: %s", e.Line, e.Message) }

// ErrorCode implements [pack.Coder].
func (e *SyntaxError) ErrorCode() pack.Code { return pack.CodeMalformedContent }

// Parse reads the text of a lock. Its errors are of type [*SyntaxError], or have
// [pack.CodeLimitExceeded] for a text of more than 64 MiB.
func Parse(data []byte) (*Lock, error) {
	if len(data) > maxBytes {
		return nil, &pack.LimitError{Limit: "size of packs.lock in bytes", Max: maxBytes, Value: int64(len(data))}
	}
	if !utf8.Valid(data) {
		return nil, &SyntaxError{1 + bytes.Count(data[:invalid(data)], []byte("\n")), "the text is not UTF-8"}
	}
	lines := split(string(data))
	ours, theirs, err := sides(lines)
	if err != nil {
		return nil, err
	}
	l, err := parse(ours)
	if err != nil || theirs == nil {
		return l, err
	}
	other, err := parse(theirs)
	if err != nil {
		return nil, err
	}
	return unite(l, other), nil
}

// invalid returns where the text stops being UTF-8.
func invalid(data []byte) int {
	at := 0
	for at < len(data) {
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

// A line is a line of the text with its number.
type line struct {
	n    int
	text string
}

func split(text string) (lines []line) {
	n := 0
	for s := range strings.SplitSeq(text, "\n") {
		n++
		lines = append(lines, line{n, strings.TrimSuffix(s, "\r")})
	}
	return lines
}

// A parser reads the blocks of one text.
type parser struct {
	lock  *Lock
	seen  map[string]int // the lines of blocks
	pack  *Pack          // the block that facts belong to, or
	env   *Environment
	entry pack.Origin // of the pins of the pack
	place int         // of the last fact, in the order of facts
}

func parse(lines []line) (*Lock, error) {
	p := &parser{lock: &Lock{}, seen: map[string]int{}}
	if lines[0].text != head {
		return nil, &SyntaxError{lines[0].n, headProblem(lines[0].text)}
	}
	for _, l := range lines[1:] {
		if err := p.line(l); err != nil {
			return nil, &SyntaxError{l.n, err.Error()}
		}
	}
	if err := p.end(); err != nil {
		return nil, &SyntaxError{lines[len(lines)-1].n, err.Error()}
	}
	p.lock.uniteEnvironments()
	p.lock.sort()
	return p.lock, nil
}

func headProblem(text string) string {
	if v, ok := strings.CutPrefix(text, "packs.lock "); ok {
		return fmt.Sprintf("the format has version %.20q, and this program reads version 1: upgrade it", v)
	}
	return fmt.Sprintf("a lock begins with the line %q", head)
}

func (p *parser) line(l line) error {
	if l.text == "" {
		return nil
	}
	if fact, ok := strings.CutPrefix(l.text, "  "); ok {
		return p.fact(fact)
	}
	if err := p.end(); err != nil {
		return err
	}
	kind, text, _ := strings.Cut(l.text, " ")
	begin := map[string]func(string) (string, error){"index": p.index, "want": p.want, "pack": p.packBlock, "env": p.envBlock}[kind]
	if begin == nil {
		return unknown("block", kind)
	}
	name, err := begin(text)
	if err != nil {
		return err
	}
	key := kind + " " + name
	if at := p.seen[key]; at > 0 && kind != "env" { // of which git makes two when both sides add one
		return fmt.Errorf("%.100s is there already, on line %d", key, at)
	}
	p.seen[key] = l.n
	return nil
}

func unknown(what, kind string) error {
	return fmt.Errorf("%s %.40q is not known in version 1 of the format: a later version of the program may have written it, so upgrade this one", what, kind)
}

// end completes the block.
func (p *parser) end() error {
	done := p.pack
	p.pack, p.env, p.entry, p.place = nil, nil, pack.Origin{}, 0
	if done == nil {
		return nil
	}
	if len(done.Pins) == 0 {
		return fmt.Errorf("pack %s has no pin", done.Ref)
	}
	for i := range done.Pins {
		pin := &done.Pins[i]
		pin.Ref, pin.Version, pin.Via = done.Ref, done.Version, done.Pins[0].Via
		pin.DirectoryChecksum, pin.TreeDigest = done.Pins[0].DirectoryChecksum, done.Pins[0].TreeDigest
		if QueryLeftOut(pin) && pin.ArchiveDigest == "" && pin.TreeDigest == "" {
			return fmt.Errorf("pack %s: a pin whose query was left out needs a digest", done.Ref)
		}
	}
	p.lock.Packs = append(p.lock.Packs, *done)
	return nil
}

func (p *parser) index(text string) (string, error) {
	f, err := fields(text)
	if err != nil {
		return "", err
	}
	if len(f) != 2 {
		return "", fmt.Errorf("want %q", "index NAME URL")
	}
	p.lock.Indices = append(p.lock.Indices, Index{f[0], f[1]})
	return f[0], nil
}

func (p *parser) want(text string) (string, error) {
	name, text, _ := strings.Cut(text, " ")
	ref, err := pack.ParseRef(name)
	if err != nil {
		return "", err
	}
	text, err = unquoted(text)
	if err != nil {
		return "", err
	}
	if text == "" {
		return "", fmt.Errorf("want %q", "want REF CONSTRAINT")
	}
	w, err := NewWant(ref, text)
	p.lock.Wants = append(p.lock.Wants, w)
	return name, err
}

// NewWant returns a want of a constraint or of a locator. A locator has a ":" or a "/",
// or is a relative path that begins with a ".", and a constraint has neither.
func NewWant(ref pack.Ref, text string) (Want, error) {
	if strings.ContainsAny(text, ":/\\") || strings.HasPrefix(text, ".") {
		return Want{Ref: ref, From: text}, nil
	}
	c, err := pack.ParseConstraint(text)
	return Want{Ref: ref, Constraint: c}, err
}

func (p *parser) packBlock(text string) (string, error) {
	f, err := fields(text)
	if err != nil {
		return "", err
	}
	if len(f) != 2 {
		return "", fmt.Errorf("want %q", "pack REF VERSION")
	}
	ref, err := pack.ParseRef(f[0])
	if err != nil {
		return "", err
	}
	v, err := pack.ParseVersion(f[1])
	p.pack = &Pack{ID: pack.ID{Ref: ref, Version: v}}
	return f[0], err
}

func (p *parser) envBlock(text string) (string, error) {
	id, text, err := field(text)
	if err != nil {
		return "", err
	}
	name, text, _ := strings.Cut(text, " ")
	if name == "" {
		return "", fmt.Errorf("want %q", "env ID RUNTIME RANGE")
	}
	versions, err := unquoted(text)
	p.lock.Environments = append(p.lock.Environments, Environment{ID: id, Runtime: pack.RuntimeName(name), Range: versions})
	p.env = &p.lock.Environments[len(p.lock.Environments)-1]
	return id, err
}

// fields splits a text.
func fields(text string) (all []string, err error) {
	for text != "" {
		var f string
		if f, text, err = field(text); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// field returns the first field of a text, and what comes after it.
func field(text string) (first, after string, err error) {
	if strings.HasPrefix(text, `"`) {
		quotedText, err := strconv.QuotedPrefix(text)
		if err != nil {
			return "", "", fmt.Errorf("field %.40q is not a complete string", text)
		}
		after = text[len(quotedText):]
		if after != "" && after[0] != ' ' {
			return "", "", fmt.Errorf("want a space after %.40s", quotedText)
		}
		first, err = unquoted(quotedText)
		return first, strings.TrimPrefix(after, " "), err
	}
	first, after, _ = strings.Cut(text, " ")
	if first == "" {
		return "", "", fmt.Errorf("want one space between fields")
	}
	return first, after, nil
}

// unquoted returns the last field of a line.
func unquoted(text string) (string, error) {
	if !strings.HasPrefix(text, `"`) {
		return text, nil
	}
	s, err := strconv.Unquote(text)
	if err != nil || !utf8.ValidString(s) {
		return "", fmt.Errorf("field %.40q is not a complete string", text)
	}
	return s, nil
}
