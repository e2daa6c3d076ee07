package registrysource

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/json"
)

// A Match is a pack that a search finds.
type Match struct {
	// ID is that of its highest version, a release if it has one.
	ID pack.ID
	// Index is the name of the index that supplies it.
	Index              string
	Label, Description string
	Keywords           []string
	// Versions are all that can be used, the highest first.
	Versions []pack.Version
}

// Search returns the packs of the configured indices in whose ref, label, keywords,
// description or names of components each word of query occurs, the best match first: a
// ref counts more than a label or a keyword, and those more than the rest. Case does
// not matter; "" matches every pack. A pack comes from the index that supplies it. An
// index that cannot be read is an error.
func (s *Source) Search(ctx context.Context, query string) ([]Match, error) {
	supplied, err := s.supplied(ctx)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(strings.ToLower(query))
	type ranked struct {
		Match
		score int
	}
	var list []ranked
	for ref, sup := range supplied {
		f, err := sup.index.lookUp(sup.state, ref)
		if err != nil {
			continue
		}
		chosen, err := choose(f.entries, pack.Constraint{})
		if err != nil {
			continue
		}
		card := cardOf(chosen.raw)
		if score := card.score(words); score > 0 {
			list = append(list, ranked{card.match(f, chosen), score})
		}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		return cmp.Or(b.score-a.score, strings.Compare(a.ID.Ref.String(), b.ID.Ref.String()))
	})
	matches := make([]Match, len(list))
	for i, r := range list {
		matches[i] = r.Match
	}
	return matches, nil
}

// A card is what people search in an entry.
type card struct {
	ref, label, description string
	keywords, components    []string
}

func cardOf(v json.Value) card {
	var c card
	c.ref, _ = v.Get("ref").Text()
	c.label, _ = v.Get("label").Text()
	c.description, _ = v.Get("description").Text()
	c.keywords, _ = texts(v.Get("keywords"), "keywords")
	for _, kind := range v.Get("contents").Members() {
		for item := range kind.Elements() {
			if name, ok := item.Get("name").Text(); ok {
				c.components = append(c.components, name)
			}
		}
	}
	return c
}

func (c card) match(f found, chosen *entry) Match {
	m := Match{ID: chosen.id, Index: f.index.name, Label: c.label, Description: c.description, Keywords: c.keywords}
	for _, e := range f.entries {
		m.Versions = append(m.Versions, e.id.Version)
	}
	return m
}

// score is zero when a word does not occur.
func (c card) score(words []string) int {
	total := 1
	for _, word := range words {
		points := c.points(word)
		if points == 0 {
			return 0
		}
		total += points
	}
	return total
}

func (c card) points(word string) int {
	has := func(text string) bool { return strings.Contains(strings.ToLower(text), word) }
	switch {
	case c.ref == word:
		return 100
	case strings.HasPrefix(c.ref, word):
		return 50
	case has(c.ref):
		return 20
	case slices.ContainsFunc(c.keywords, func(k string) bool { return strings.EqualFold(k, word) }):
		return 15
	case has(c.label):
		return 10
	case slices.ContainsFunc(c.keywords, has), slices.ContainsFunc(c.components, has):
		return 3
	case has(c.description):
		return 1
	}
	return 0
}
