package semrange

import (
	"strconv"
	"strings"
)

// version reads a version of which numbers may be missing or be wildcards.
func (p *parser) version() (partial, *SyntaxError) {
	p.take("v")
	var v partial
	wild := false
	for i := range 3 {
		if i > 0 && !p.take(".") {
			break
		}
		if p.skip1("xX*") {
			wild = true
			continue
		}
		if wild {
			return v, p.want(`"x" or "*", because a wildcard ends a version`)
		}
		n, err := p.number(i)
		if err != nil {
			return v, err
		}
		v.numbers = append(v.numbers, n)
	}
	return v, p.suffix(&v)
}

func (p *parser) skip1(set string) bool {
	if p.done() || strings.IndexByte(set, p.peek()) < 0 {
		return false
	}
	p.pos++
	return true
}

const digits = "0123456789"

func (p *parser) number(i int) (uint64, *SyntaxError) {
	start := p.pos
	if !p.skip(digits) {
		if i == 0 {
			return 0, p.want(`a version such as "1.2.3"`)
		}
		return 0, p.want(`a number, "x" or "*"`)
	}
	text := p.text[start:p.pos]
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || len(text) > 1 && text[0] == '0' {
		p.pos = start
		return 0, p.want("a number of at most 64 bits without a leading zero")
	}
	return n, nil
}

// suffix reads a pre-release and build metadata; the latter has no meaning.
func (p *parser) suffix(v *partial) *SyntaxError {
	start := p.pos
	if p.take("-") {
		id, err := p.identifiers(true)
		if err != nil {
			return err
		}
		v.pre = id
	}
	if p.take("+") {
		if _, err := p.identifiers(false); err != nil {
			return err
		}
	}
	if p.pos > start && len(v.numbers) < 3 {
		p.pos = start
		return p.want("three numbers before a pre-release or build metadata")
	}
	return nil
}

// identifiers reads words with dots between; numbers have no leading zero.
func (p *parser) identifiers(strict bool) (string, *SyntaxError) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"
	start := p.pos
	for {
		from := p.pos
		if !p.skip(digits + letters) {
			return "", p.want("letters, digits or hyphens")
		}
		word := p.text[from:p.pos]
		if strict && len(word) > 1 && word[0] == '0' && strings.Trim(word, digits) == "" {
			p.pos = from
			return "", p.want("a number without a leading zero")
		}
		if !p.take(".") {
			return p.text[start:p.pos], nil
		}
	}
}
