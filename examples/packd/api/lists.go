package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// Conditional is the part of a request that names an answer that the client has.
type Conditional struct {
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an answer that the client has: while it is the same, the status is 304, without a body"`
}

// A tagged answer has an ETag, and where a list continues.
type tagged[T any] struct {
	Status int
	ETag   string `header:"ETag" doc:"Changes with the body"`
	Link   string `header:"Link" doc:"The next part of the list, as a URL relative to this one, rel=next; absent at the end"`
	Total  string `header:"Total-Count" doc:"How many elements the parts of the list have together, where that is known"`
	Body   wire.Envelope[T]
}

// tag returns the answer with data, or with the status 304 if the client has it.
func tag[T any](in Conditional, data T) (*tagged[T], error) {
	a := &tagged[T]{Status: http.StatusOK, Body: wire.Envelope[T]{Data: data}}
	var b bytes.Buffer
	if err := wire.WriteJSON(&b, a.Body); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b.Bytes())
	a.ETag = `"` + hex.EncodeToString(sum[:16]) + `"`
	if in.has(a.ETag) {
		a.Status = http.StatusNotModified
	}
	return a, nil
}

// has reports whether the client has the answer with a tag.
func (in Conditional) has(etag string) bool {
	for part := range strings.SplitSeq(in.IfNoneMatch, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == etag {
			return true
		}
	}
	return false
}

// packsInput chooses installed packs.
type packsInput struct {
	Conditional
	Query  string `query:"q" maxLength:"200" doc:"Only packs in whose ref this text occurs"`
	Broken bool   `query:"broken" doc:"Only packs that need repair, or a pack that is missing"`
	After  string `query:"after" doc:"Only packs whose ref comes after this one"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"1000" doc:"At most so many; the header Link has the rest"`
}

// query returns the URL of the part after a ref.
func (in *packsInput) query(after pack.Ref) string {
	q := url.Values{"after": {after.String()}, "limit": {strconv.Itoa(in.Limit)}}
	if in.Query != "" {
		q.Set("q", in.Query)
	}
	if in.Broken {
		q.Set("broken", "true")
	}
	return "?" + q.Encode()
}

// A listed pack is what the choice of packs looks at.
type listed struct {
	ref    pack.Ref
	broken bool
}

// part returns the answer with the packs that a request chooses. They are ordered by ref.
func part[P, W any](in *packsInput, packs []P, look func(*P) listed, convert func([]P) []W) (*tagged[[]W], error) {
	chosen := slices.DeleteFunc(packs, func(p P) bool {
		l := look(&p)
		return in.Broken && !l.broken || !strings.Contains(l.ref.String(), in.Query)
	})
	total := len(chosen)
	chosen = slices.DeleteFunc(chosen, func(p P) bool { return look(&p).ref.String() <= in.After })
	next := ""
	if len(chosen) > in.Limit {
		chosen = chosen[:in.Limit]
		next = linkNext(in.query(look(&chosen[in.Limit-1]).ref))
	}
	a, err := tag(in.Conditional, convert(chosen))
	if err != nil {
		return nil, err
	}
	if a.Status == http.StatusOK {
		a.Link, a.Total = next, strconv.Itoa(total)
	}
	return a, nil
}

// linkNext returns the header that says where a list continues. The URL is relative: only
// the client knows under which one it reached the service.
func linkNext(query string) string { return fmt.Sprintf(`<%s>; rel="next"`, query) }
