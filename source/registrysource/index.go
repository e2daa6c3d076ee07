package registrysource

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// An index is one registry index, as a [Source] reads it.
type index struct {
	Index

	name    string // what pins call it
	shown   string // what messages call it
	slot    *slot
	decoder decoder
}

func (s *Source) newIndex(c Index, shelf source.Shelf) (*index, error) {
	if c.Client == nil {
		c.Client = s.cfg.Client
	}
	name, err := nameOf(c)
	if err != nil {
		return nil, err
	}
	for _, claim := range c.Claims {
		if !claimPattern.MatchString(claim) {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "index %q claims %.80q: want the name of a pack, or a pattern such as %q", name, claim, "infra-*")
		}
	}
	j := &judge{limits: s.cfg.Limits, verifier: c.Verifier, name: name, report: c.ReportOnly}
	load, err := s.loader(c.URL, c.Client, shelf, j)
	if err != nil {
		return nil, err
	}
	ix := &index{Index: c, name: name, shown: c.Name, slot: newSlot(load)}
	if ix.shown == "" {
		ix.shown = shown(c.URL)
	}
	ix.decoder = decoder{client: c.Client, gitFirst: s.cfg.GitFirst, index: c.URL, kinds: entryKinds(), bare: c.NoChecksums}
	return ix, nil
}

var (
	// namePattern excludes what is part of every URL and path, so that a name is not
	// taken for one.
	namePattern  = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127}\z`)
	claimPattern = regexp.MustCompile(`^[a-z0-9_*-]{1,255}\z`)
)

// nameOf returns the name of a configured index.
func nameOf(c Index) (string, error) {
	switch {
	case c.Name != "" && !namePattern.MatchString(c.Name):
		return "", pack.Errorf(pack.CodeInvalidRequest, "index name %.80q: want at most 128 letters, digits, dots, colons, hyphens and underscores, a letter or digit first", c.Name)
	case c.Name != "":
		return c.Name, nil
	case !isURL(c.URL):
		return filepath.Base(c.URL), nil
	}
	u, err := c.Client.ParseURL(c.URL)
	if err != nil {
		return "", err
	}
	return u.Host, nil
}

// read returns the current state of the index.
func (ix *index) read(ctx context.Context) (*snapshot, error) {
	snapshot, err := ix.slot.get(ctx)
	if err == nil {
		err = ix.checkAge(ctx, snapshot)
	}
	if err != nil {
		return nil, fmt.Errorf("read index %q: %w", ix.shown, err)
	}
	ix.tellUnverified(ctx, snapshot)
	return snapshot, nil
}

// claims says whether a pack comes from this index and from no other.
func (ix *index) claims(ref pack.Ref) bool {
	for _, claim := range ix.Claims {
		if ok, _ := path.Match(claim, ref.String()); ok {
			return true
		}
	}
	return false
}

// lookUp returns the entries of a pack in what the index says, the highest version
// first, and those that cannot be used.
func (ix *index) lookUp(s *snapshot, ref pack.Ref) (found, error) {
	entries, out, err := s.document.lookup(ref.String(), &ix.decoder)
	if err != nil {
		err = &entryError{fmt.Errorf("index %q: %w", ix.shown, err)}
	}
	return found{ix, s.verdict.by, entries, out}, err
}

// A found is what an index has of one pack.
type found struct {
	index   *index
	by      string   // who vouches for it
	entries []*entry // the highest version first
	out     []skipped
}

// pins completes the pins of an entry.
func (f found) pins(e *entry, subdir string) []pack.Pin {
	pins := make([]pack.Pin, len(e.pins))
	for i, p := range e.pins {
		p.Subdir = subdir
		p.Via = pack.Origin{Index: f.index.name, Entry: e.id.String(), VerifiedBy: f.by}
		pins[i] = p
	}
	return pins
}

// other returns an index that only a locator names. It has no other name than its
// address, whose query may hold a secret.
func (s *Source) other(address string) (*index, error) {
	if s.cfg.AllowIndex == nil || !isURL(address) || !s.cfg.AllowIndex(address) {
		return nil, pack.Errorf(pack.CodePolicyDenied, "index %q is not a configured one, and no other is allowed here", shown(address))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ix, ok := s.others[address]; ok {
		return ix, nil
	}
	ix, err := s.newIndex(Index{URL: address}, nil) // requests could fill a shelf
	if err != nil {
		return nil, err
	}
	ix.name, _, _ = strings.Cut(web.Redact(address), "?")
	if len(s.others) >= maxOthers {
		clear(s.others)
	}
	s.others[address] = ix
	return ix, nil
}
