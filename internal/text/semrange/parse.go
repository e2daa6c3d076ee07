package semrange

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A SyntaxError says that text is not a range.
type SyntaxError struct {
	Offset int    // in bytes, where Want does not follow
	Want   string // what was expected, for people
	Try    string // a range that may have been meant, "" when there is no guess
}

// Error says what was expected where, and what to write.
func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("at byte %d: want %s", e.Offset+1, e.Want)
	if e.Try != "" {
		s += fmt.Sprintf("; write %q instead", e.Try)
	}
	return s
}

// Parse parses a range; text of spaces alone is the set of all versions. Errors are
// of type [*SyntaxError].
func Parse(text string) (Set, error) {
	s, err := parse(text)
	if err != nil {
		if len(text) <= maxGuess {
			err.Try = rewrite(text)
		}
		return Set{}, err
	}
	return s, nil
}

// maxGuess bounds the texts, in bytes, that are rewritten.
const maxGuess = 256

// A parser reads text from pos.
type parser struct {
	text string
	pos  int
}

func parse(text string) (Set, *SyntaxError) {
	p := &parser{text: text}
	if word := strings.TrimSpace(text); word == "" || word == "latest" {
		return All(), nil
	}
	all := Set{}
	for {
		s, err := p.alternative()
		if err != nil {
			return Set{}, err
		}
		all = all.Union(s)
		if p.done() {
			return all, nil
		}
		p.take("||")
	}
}

func (p *parser) done() bool { return p.pos == len(p.text) }

func (p *parser) peek() byte {
	if p.done() {
		return 0
	}
	return p.text[p.pos]
}

func (p *parser) take(token string) bool {
	if !strings.HasPrefix(p.text[p.pos:], token) {
		return false
	}
	p.pos += len(token)
	return true
}

// skip passes over bytes of a set, and reports whether there were any.
func (p *parser) skip(set string) bool {
	start := p.pos
	for !p.done() && strings.IndexByte(set, p.text[p.pos]) >= 0 {
		p.pos++
	}
	return p.pos > start
}

func (p *parser) space() bool { return p.skip(" \t\r\n") }

func (p *parser) want(format string, args ...any) *SyntaxError {
	return &SyntaxError{Offset: p.pos, Want: fmt.Sprintf(format, args...)}
}

// An alternative collects comparisons that all have to hold.
type alternative struct {
	line  spans
	named spans // pre-releases of the versions that are named with one
	every bool  // only wildcards so far
}

func (a *alternative) set() Set {
	if a.every {
		return All()
	}
	return Set{line: a.line, pre: a.line.intersect(a.named)}
}

func (p *parser) alternative() (Set, *SyntaxError) {
	a := &alternative{line: All().line, every: true}
	p.space()
	for {
		if err := p.comparison(a); err != nil {
			return Set{}, err
		}
		apart := p.space()
		if p.take(",") {
			p.space()
			continue
		}
		if p.done() || strings.HasPrefix(p.text[p.pos:], "||") {
			return a.set(), nil
		}
		if !apart {
			return Set{}, p.want(`a space, "," or "||" after a version`)
		}
	}
}

// operator reads an operator and the spaces after it; "" when there is none.
func (p *parser) operator() string {
	for _, op := range [...]string{"!=", "~>", ">=", "<=", "=", ">", "<", "~", "^"} {
		if p.take(op) {
			p.space()
			return op
		}
	}
	return ""
}

func (p *parser) comparison(a *alternative) *SyntaxError {
	op := p.operator()
	v, err := p.version()
	if err != nil {
		return err
	}
	if end := p.pos; op != "" || !p.space() || !p.take("-") {
		p.pos = end
		a.add(v.compared(op), v, op != "!=")
		return nil
	}
	return p.hyphen(a, v)
}

// hyphen reads the rest of "1.0 - 2.0" after "-".
func (p *parser) hyphen(a *alternative, from partial) *SyntaxError {
	if !p.space() {
		return p.want(`a space after the "-" of a range such as "1.0 - 2.0"`)
	}
	to, err := p.version()
	if err != nil {
		return err
	}
	a.add(from.compared(">="), from, true)
	a.add(to.compared("<="), to, true)
	return nil
}

func (a *alternative) add(s spans, v partial, naming bool) {
	a.line = a.line.intersect(s)
	a.every = a.every && len(s) == 1 && len(v.numbers) == 0
	if naming && v.pre != "" {
		a.named = a.named.union(spans{tuple(v.lowest())})
	}
}

// A partial is a version of which numbers may be missing at the end.
type partial struct {
	numbers []uint64 // at most three
	pre     string
}

// lowest returns the lowest version, but for pre-releases, that begins with v.
func (v partial) lowest() *semver.Version {
	var n [3]uint64
	copy(n[:], v.numbers)
	return semver.New(n[0], n[1], n[2], v.pre, "")
}

// after returns the lowest version above those that begin with v; nil if there is
// none.
func (v partial) after() *semver.Version {
	switch {
	case len(v.numbers) == 0:
		return nil
	case v.pre != "":
		return next(v.lowest())
	}
	return bump(len(v.numbers)-1, v.numbers...)
}

// compared returns the versions that compare with v as op demands.
func (v partial) compared(op string) spans {
	lo, hi := v.lowest(), v.after()
	if len(v.numbers) == 0 {
		lo = lowest()
	}
	same := spans{{lo, hi}}
	switch op {
	case "!=":
		return same.complement()
	case ">":
		if hi == nil {
			return nil
		}
		return spans{{lo: release0(hi, v)}}
	case ">=":
		return spans{{lo: lo}}
	case "<":
		return spans{{lowest(), v.floor()}}.intersect(All().line)
	case "<=":
		return spans{{lowest(), hi}}
	case "~", "~>":
		return spans{{lo, v.end(1)}}
	case "^":
		return spans{{lo, v.end(v.firstNonZero())}}
	}
	return same
}

// release0 is where versions above v begin: hi, without the pre-releases of a
// version of which v does not name the numbers: ">1" begins with 2.0.0.
func release0(hi *semver.Version, v partial) *semver.Version {
	if len(v.numbers) < 3 {
		return release(hi)
	}
	return hi
}

// floor is where versions below v end: "<2" ends before the pre-releases of 2.0.0.
func (v partial) floor() *semver.Version {
	if len(v.numbers) == 3 {
		return v.lowest()
	}
	return tuple(v.lowest()).lo
}

// end returns the lowest version whose number i, or the last one that v has, is
// higher than that of v.
func (v partial) end(i int) *semver.Version {
	if len(v.numbers) == 0 {
		return nil
	}
	return bump(min(i, len(v.numbers)-1), v.numbers...)
}

func (v partial) firstNonZero() int {
	for i, n := range v.numbers {
		if n != 0 {
			return i
		}
	}
	return 2
}
