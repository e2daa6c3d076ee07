package deps

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// maxURLs bounds how many dependencies that are URLs one call of [Resolve] follows.
const maxURLs = 100

// A URLReason says why a dependency that is a URL is not met.
type URLReason string

// The reasons.
const (
	// URLNotThere: the World does not find the pack there, or does not look. Err says why.
	URLNotThere URLReason = "not_there"
	// URLReserved: the host provides the pack that is there, and keeps its ref.
	URLReserved URLReason = "reserved"
	// URLAmbiguous: another URL has other content of the same pack.
	URLAmbiguous URLReason = "ambiguous"
	// URLLimit: there are too many URLs.
	URLLimit URLReason = "limit"
)

// A URLError says why a dependency of By that is a URL is not met.
type URLError struct {
	URL    string
	By     pack.ID
	Reason URLReason
	Err    error
}

// Error names the URL.
func (e *URLError) Error() string {
	return fmt.Sprintf("dependency %.128q of %s: %v", e.URL, e.By, e.Err)
}

// Unwrap returns Err.
func (e *URLError) Unwrap() error { return e.Err }

// A place is what a URL turned out to be.
type place struct {
	url   string
	by    pack.ID // the first that needs it
	found []pack.Candidate
	err   error
}

// follow finds out which packs the URLs are that chosen versions need. A version whose
// URLs are refused cannot be chosen.
func (s *search) follow(ctx context.Context, chosen selection) (bool, settled, error) {
	var open []pack.Candidate
	for _, ref := range slices.Sorted(maps.Keys(chosen)) {
		if c := chosen[ref]; len(c.URLs) > 0 && !s.guesses && !s.stays(c) {
			open = append(open, c)
		}
	}
	if len(open) == 0 || !s.reads {
		return false, settled{unread: len(open) > 0}, nil
	}
	if err := s.visit(ctx, open); err != nil {
		return false, settled{}, err
	}
	unmet := map[int]error{}
	for _, c := range open {
		if err := s.meetURLs(s.original(c)); err != nil {
			s.refuse(chosen, c, err, unmet)
		}
	}
	if len(unmet) > 0 {
		return false, settled{unmet: unmet}, nil
	}
	return true, settled{}, nil
}

// visit asks the World for the places that were not asked for yet, and by their refs for
// the packs that are there.
func (s *search) visit(ctx context.Context, open []pack.Candidate) error {
	var news []*place
	for _, c := range open {
		if len(c.URLs) > maxURLs {
			continue // refused as a whole
		}
		for _, url := range slices.Sorted(slices.Values(c.URLs)) {
			if s.places[url] == nil {
				s.places[url] = &place{url: url, by: c.ID}
				news = append(news, s.places[url])
			}
		}
	}
	for i, p := range news {
		if over := len(s.places) - len(news) + i + 1; over > maxURLs {
			p.err = urlLimit(int64(over))
		}
	}
	batch.Each(news, s.policy.Parallel, func(p *place) { s.askPlace(ctx, p) })
	if err := context.Cause(ctx); err != nil {
		return err
	}
	var demands []demand
	for _, p := range news {
		if p.err == nil {
			s.know(p.found[0].Ref).place(p)
			demands = append(demands, demand{Dependency: pack.Dependency{Ref: p.found[0].Ref}, by: p.by.String()})
		}
	}
	return s.lookUp(ctx, demands, false)
}

func urlLimit(value int64) error {
	return &pack.LimitError{Limit: "number of dependencies that are URLs", Max: maxURLs, Value: value}
}

// askPlace asks the World for one place.
func (s *search) askPlace(ctx context.Context, p *place) {
	if p.err != nil {
		return
	}
	p.found, p.err = s.candidates(ctx, pack.Want{Spec: p.url, By: p.by.String()})
	if p.err != nil {
		return
	}
	if len(p.found) == 0 {
		p.err = pack.Errorf(pack.CodeNotFound, "no pack was found")
		return
	}
	for _, c := range p.found {
		if c.Ref != p.found[0].Ref {
			p.err = pack.Errorf(pack.CodeConflict, "packs %s and %s were found, want one", p.found[0].Ref, c.Ref)
		}
	}
}

// place notes the content at a place, which is taken where nothing else has the pack.
func (k *known) place(p *place) {
	if k.placed != nil {
		return
	}
	k.placed = p
	if k.asked && errors.Is(k.absent, pack.ErrNotFound) && len(k.candidates)+len(k.excluded) == 0 {
		k.asked, k.absent = false, nil // it is asked for again
	}
}

// meetURLs adds the packs at the URLs of c to its dependencies.
func (s *search) meetURLs(c *pack.Candidate) *URLError {
	if len(c.URLs) > maxURLs {
		return &URLError{URL: c.URLs[0], By: c.ID, Reason: URLLimit, Err: urlLimit(int64(len(c.URLs)))}
	}
	var met []pack.Dependency
	for _, url := range slices.Sorted(slices.Values(c.URLs)) {
		p := s.places[url]
		if reason, err := s.judgePlace(p); err != nil {
			return &URLError{URL: url, By: c.ID, Reason: reason, Err: err}
		}
		met = append(met, pack.Dependency{Ref: p.found[0].Ref, URL: url})
	}
	c.Dependencies, c.URLs = slices.Concat(c.Dependencies, met), nil
	return nil
}

// judgePlace returns why what was found at a place cannot be taken.
func (s *search) judgePlace(p *place) (URLReason, error) {
	if _, limit := errors.AsType[*pack.LimitError](p.err); limit {
		return URLLimit, p.err
	}
	if p.err != nil {
		return URLNotThere, p.err
	}
	ref := p.found[0].Ref
	if provided, reserved := s.provided[ref]; reserved {
		return URLReserved, provided.Reserved()
	}
	k := s.packs[ref]
	if k.fromPlace && !sameContents(k.placed.found, p.found) {
		return URLAmbiguous, pack.Errorf(pack.CodeConflict, "it is pack %s, of which %s needs other content, from %.128q; name the pack in the request", ref, k.placed.by, k.placed.url)
	}
	return "", nil
}

// sameContents reports whether two places have the same version with the same content.
func sameContents(a, b []pack.Candidate) bool {
	same := func(x pack.Candidate) bool {
		return slices.ContainsFunc(b, func(y pack.Candidate) bool {
			return x.ID == y.ID && slices.ContainsFunc(x.Pins, func(p pack.Pin) bool { return slices.ContainsFunc(y.Pins, p.SameContent) })
		})
	}
	return slices.ContainsFunc(a, same)
}

// refuse makes a version unusable whose URLs are refused. The wants that need it fail if
// the reason is not in the version: no server answers, or there are too many URLs.
func (s *search) refuse(chosen selection, c pack.Candidate, err *URLError, unmet map[int]error) {
	k := s.packs[c.Ref]
	if k.fixed != nil || err.Reason == URLLimit || errors.Is(err, pack.ErrUnavailable) {
		s.blame(unmet, chosen, c.Ref, err, "%s is needed", c.ID)
		return
	}
	k.candidates = slices.DeleteFunc(k.candidates, func(o pack.Candidate) bool { return o.Version == c.Version })
	c.Unusable = err
	k.excluded = append(k.excluded, c)
	slices.SortFunc(k.excluded, Preferred)
}
