package registrysource

import (
	"context"
	"maps"
)

// A Document is an index as it was received, to be handed on.
type Document struct {
	// URL is where it is, without credentials and query, or the path of its file.
	URL  string
	Data []byte
	// Beside are the files beside it by which it was verified, by what their names have
	// beyond that of the index.
	Beside map[string][]byte
}

// Document reads the index with that name, or at that URL, which are those of locators. The
// caller may not change its data.
func (s *Source) Document(ctx context.Context, index string) (*Document, error) {
	ix, err := s.named(index)
	if err != nil {
		return nil, err
	}
	state, err := ix.read(ctx)
	if err != nil {
		return nil, err
	}
	return &Document{URL: shown(ix.URL), Data: state.document.data, Beside: maps.Clone(state.verdict.proofs)}, nil
}
