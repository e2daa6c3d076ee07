package lock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
)

// packFacts are the facts of a pack, in their order.
func packFacts() []string {
	return []string{"entry", "pin", "alt", "archive", "directory", "tree", "need", "platform", "env"}
}

func (p *parser) fact(text string) error {
	kind, text, _ := strings.Cut(text, " ")
	switch {
	case p.env != nil:
		return p.envFact(kind, text)
	case p.pack == nil:
		return errors.New("an indented line belongs to a pack or an env")
	}
	place := slices.Index(packFacts(), kind)
	switch {
	case place < 0:
		return unknown("fact", kind)
	case place < p.place:
		return fmt.Errorf("want fact %q before %q", kind, packFacts()[p.place])
	case place == p.place && place > 0 && !slices.Contains([]string{"alt", "need", "env"}, kind):
		return fmt.Errorf("fact %q is there twice", kind)
	case place > 1 && len(p.pack.Pins) == 0:
		return fmt.Errorf("want the pin before fact %q", kind)
	}
	p.place = place
	return p.packFact(kind, text)
}

func (p *parser) packFact(kind, text string) (err error) {
	switch kind {
	case "entry", "pin", "alt":
		return p.pinFact(kind, text)
	case "archive":
		p.pack.Pins[0].ArchiveDigest, err = parseDigest(text)
	case "directory":
		p.pack.Pins[0].DirectoryChecksum, err = parseDigest(text)
	case "tree":
		p.pack.Pins[0].TreeDigest, err = parseDigest(text)
	case "need":
		return p.needFact(text)
	case "platform":
		p.pack.Platform, err = constraint(text)
	case "env":
		return p.envOf(text)
	}
	return err
}

// parseDigest accepts what is written: another spelling would be changed by writing.
func parseDigest(text string) (pack.Digest, error) {
	d, err := pack.ParseDigest(text)
	if err == nil && d.String() != text {
		return "", fmt.Errorf("digest %.80q has upper-case digits", text)
	}
	return d, err
}

func constraint(text string) (pack.Constraint, error) {
	text, err := unquoted(text)
	if err != nil {
		return pack.Constraint{}, err
	}
	return pack.ParseConstraint(text)
}

func (p *parser) needFact(text string) error {
	name, text, _ := strings.Cut(text, " ")
	ref, err := pack.ParseRef(name)
	if err != nil {
		return err
	}
	text, provided := strings.CutSuffix(text, " provided")
	text, url, followed := strings.Cut(text, " from ")
	if text == "" {
		return fmt.Errorf("want %q", "need REF CONSTRAINT")
	}
	if followed {
		if url, err = unquoted(url); err != nil || url == "" {
			return fmt.Errorf("want a URL after %q", "from")
		}
	}
	c, err := constraint(text)
	if err != nil {
		return err
	}
	p.pack.Needs = append(p.pack.Needs, pack.Dependency{Ref: ref, Constraint: c, URL: url})
	if provided && !slices.Contains(p.pack.Provided, ref) {
		p.pack.Provided = append(p.pack.Provided, ref)
	}
	return nil
}

func (p *parser) envOf(text string) error {
	runtime, text, _ := strings.Cut(text, " ")
	f, err := fields(text)
	switch {
	case err != nil:
		return err
	case len(f) != 1 || runtime == "":
		return fmt.Errorf("want %q", "env RUNTIME ID")
	case p.pack.Environments == nil:
		p.pack.Environments = map[pack.RuntimeName]string{}
	}
	name := pack.RuntimeName(runtime)
	if p.pack.Environments[name] != "" {
		return fmt.Errorf("env %s is there twice", runtime)
	}
	p.pack.Environments[name] = f[0]
	return nil
}

// pinFact reads an entry, a pin or an alternative.
func (p *parser) pinFact(kind, text string) error {
	f, err := fields(text)
	if err != nil {
		return err
	}
	if kind == "entry" {
		if len(f) != 2 || p.entry != (pack.Origin{}) {
			return fmt.Errorf("want %q once", "entry INDEX REF@VERSION")
		}
		p.entry = pack.Origin{Index: f[0], Entry: f[1]}
		return nil
	}
	pin, err := parsePin(f, kind == "alt")
	if err != nil {
		return err
	}
	pin.Via = p.entry
	p.pack.Pins = append(p.pack.Pins, pin)
	return nil
}

func parsePin(f []string, alternative bool) (pin pack.Pin, err error) {
	if len(f) == 0 {
		return pin, fmt.Errorf("want %q", "pin LOCATION")
	}
	pin.Scheme, f = f[0], f[1:]
	if scheme, _, ok := strings.Cut(pin.Scheme, "://"); ok {
		pin.Scheme, pin.Location = scheme, pin.Scheme
		if !named(scheme, pin.Location) {
			return pin, fmt.Errorf("pin %.80q: want its scheme before it", pin.Location)
		}
	} else if len(f) > 0 {
		pin.Location, f = f[0], f[1:]
	}
	if pin.Location == "" {
		return pin, fmt.Errorf("pin %.80q: want a location", pin.Scheme)
	}
	for last := -1; len(f) > 0; {
		place := slices.Index(pinWords(), f[0])
		if place <= last {
			return pin, fmt.Errorf("%.40q is not expected at this place of a pin, whose words are %s", f[0], strings.Join(pinWords(), ", "))
		}
		last = place
		if f, err = pinWord(&pin, f, alternative); err != nil {
			return pin, err
		}
	}
	return pin, nil
}

// pinWords are the words of a pin, in their order.
func pinWords() []string {
	return []string{"rev", "commit", "subdir", "strip", "size", "archive", "query-left-out"}
}

// pinWord reads one word, and returns what comes after it.
func pinWord(pin *pack.Pin, f []string, alternative bool) (after []string, err error) {
	word, f := f[0], f[1:]
	switch word {
	case "strip":
		pin.StripTop = true
		return f, nil
	case "query-left-out":
		pin.Location += leftOut
		return f, nil
	}
	if len(f) == 0 || f[0] == "" {
		return nil, fmt.Errorf("want a value after %q", word)
	}
	switch value := f[0]; word {
	case "rev":
		pin.Rev = value
	case "commit":
		pin.Commit = value
	case "subdir":
		pin.Subdir = value
	case "size":
		if pin.Size, err = strconv.ParseInt(value, 10, 64); err != nil || pin.Size <= 0 || strconv.FormatInt(pin.Size, 10) != value {
			err = fmt.Errorf("size %.40q is not a number of bytes", value)
		}
	case "archive":
		if pin.ArchiveDigest, err = parseDigest(value); !alternative {
			err = errors.New("the digest of the archive of a pin has a line of its own")
		}
	}
	return f[1:], err
}

// envFact reads what an environment wants, or what is in it.
func (p *parser) envFact(kind, text string) error {
	if kind == "want" {
		text, err := unquoted(text)
		p.env.Wants = append(p.env.Wants, text)
		return err
	}
	platform, err := unquoted(kind)
	if err != nil {
		return err
	}
	if platform != "any" && !strings.Contains(platform, "/") {
		return unknown("fact", kind)
	}
	d, err := parseDistribution(text)
	d.Platform = platform
	p.env.Distributions = append(p.env.Distributions, d)
	return err
}

// parseDistribution reads what is installed on a platform; "" is nothing.
func parseDistribution(text string) (d Distribution, err error) {
	if text == "" {
		return d, nil
	}
	f, details, detailed, err := fieldsBefore(text, 3, "with")
	if err != nil {
		return d, err
	}
	if n := len(f); n > 2 && f[n-2] == "from" {
		d.Source, f = f[n-1], f[:n-2]
	}
	notDigest := func(text string) bool { return !strings.ContainsAny(text, ":-") }
	if len(f) < 3 || f[0] == "" || slices.ContainsFunc(f[2:], notDigest) {
		return d, fmt.Errorf("want %q", "PLATFORM NAME VERSION DIGEST")
	}
	if detailed && !shortestObject(details) {
		return d, fmt.Errorf("want a JSON object in its shortest form after %q", "with")
	}
	d.Name, d.Version, d.Digests, d.Details = f[0], f[1], slices.Clone(f[2:]), details
	return d, nil
}

// fieldsBefore returns the fields before a word, at least least of them, and the text after
// it.
func fieldsBefore(text string, least int, word string) (f []string, after string, found bool, err error) {
	for text != "" {
		if after, found = strings.CutPrefix(text, word+" "); found && len(f) >= least && f[len(f)-1] != "from" {
			return f, after, true, nil
		}
		var next string
		if next, text, err = field(text); err != nil {
			return nil, "", false, err
		}
		f = append(f, next)
	}
	return f, "", false, nil
}

// shortestObject reports whether a text is a JSON object without spaces around its parts.
func shortestObject(text string) bool {
	var b bytes.Buffer
	return strings.HasPrefix(text, "{") && json.Compact(&b, []byte(text)) == nil && b.String() == text
}
