package registrysource

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/nearest"
)

// lookUp returns what the index that supplies a pack has of it: the named one or, with
// "", the first of those to ask that lists the pack.
func (s *Source) lookUp(ctx context.Context, ref pack.Ref, named string) (found, error) {
	indices, err := s.toAsk(ref, named)
	if err != nil {
		return found{}, fmt.Errorf("find pack %s: %w", ref, err)
	}
	var refs []string
	for i, ix := range indices {
		state, err := ix.read(ctx)
		if err != nil {
			return found{}, unread(ref, err, indices[i+1:])
		}
		if state.document.has(ref) {
			if err := s.checkOnly(ctx, ref, indices[i:]); err != nil {
				return found{}, err
			}
			got, err := ix.lookUp(state, ref)
			got.tellBare(ctx)
			return got, err
		}
		refs = append(refs, state.document.refs()...)
	}
	return found{}, notListed(ref, indices, refs)
}

// toAsk returns the indices that may supply a pack, in order.
func (s *Source) toAsk(ref pack.Ref, named string) ([]*index, error) {
	claiming := s.claiming(ref)
	switch {
	case named != "":
		ix, err := s.named(named)
		if err == nil && len(claiming) > 0 && !slices.Contains(claiming, ix) {
			err = pack.Errorf(pack.CodePolicyDenied, "index %q claims it, so index %q cannot supply it", claiming[0].shown, ix.shown)
		}
		return []*index{ix}, err
	case len(claiming) > 0:
		return claiming, nil
	case len(s.indices) == 0:
		return nil, &NoIndexError{}
	}
	return s.indices, nil
}

func (s *Source) claiming(ref pack.Ref) []*index {
	return slices.DeleteFunc(slices.Clone(s.indices), func(ix *index) bool { return !ix.claims(ref) })
}

// Claiming returns the first index that claims a pack (see [Index.Claims]), as people
// know it; "" if none does.
func (s *Source) Claiming(ref pack.Ref) string {
	for _, ix := range s.claiming(ref) {
		return ix.shown
	}
	return ""
}

// Configured says whether an index is configured that has the name or the address.
func (s *Source) Configured(index string) bool { return s.configured(index) != nil }

func (s *Source) configured(named string) *index {
	for _, ix := range s.indices {
		if ix.name == named || ix.URL == named {
			return ix
		}
	}
	return nil
}

// named returns the index with a name or an address.
func (s *Source) named(named string) (*index, error) {
	if ix := s.configured(named); ix != nil {
		return ix, nil
	}
	return s.other(named)
}

// checkOnly refuses, if the source is strict, a pack that the first of indices lists
// without a claim, and another one lists, too.
func (s *Source) checkOnly(ctx context.Context, ref pack.Ref, indices []*index) error {
	first := indices[0]
	if !s.cfg.Strict || first.claims(ref) {
		return nil
	}
	for _, ix := range indices[1:] {
		state, err := ix.read(ctx)
		if err != nil {
			return unread(ref, err, nil)
		}
		if state.document.has(ref) {
			return pack.Errorf(pack.CodePolicyDenied, "find pack %s: the indices %q and %q list it: let one of them claim it, or name the one to use", ref, first.shown, ix.shown)
		}
	}
	return nil
}

// unread is the error for a pack whose index cannot be read, while the rest could be.
func unread(ref pack.Ref, err error, rest []*index) error {
	if len(rest) == 0 {
		return fmt.Errorf("find pack %s: %w", ref, err)
	}
	return fmt.Errorf("find pack %s: %w; the indices after it are not asked in its place", ref, err)
}

func notListed(ref pack.Ref, indices []*index, refs []string) error {
	var names []string
	for _, ix := range indices {
		names = append(names, strconv.Quote(ix.shown))
	}
	where := "index " + names[0]
	if len(names) > 1 {
		where = "indices " + strings.Join(names, ", ")
	}
	if indices[0].claims(ref) {
		where += ", to which this name belongs"
	}
	return pack.Errorf(pack.CodeNotFound, "%s: there is no pack %q%s", where, ref, nearest.Hint(ref.String(), refs))
}
