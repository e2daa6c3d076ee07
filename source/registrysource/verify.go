package registrysource

import (
	"bytes"
	"context"
	"fmt"

	"github.com/packtrain/pack"
)

// A Verifier decides whether an index may be used, by a signature for example. It has
// to be safe for concurrent use. Package signature has one.
type Verifier interface {
	// Verify returns who vouches for the index, for records and people; not "". An
	// error means that the index must not be used. name is that of the index (see
	// [Index.Name]). beside reads the file whose name has a suffix beyond that of the
	// index, 64 KiB at most; if there is none, its error matches [pack.ErrNotFound].
	Verify(ctx context.Context, name string, index []byte, beside func(ctx context.Context, suffix string) ([]byte, error)) (by string, err error)
}

const (
	proofSize = "size of the file beside the index"
	// maxProof bounds a file beside an index, in bytes.
	maxProof = 64 << 10
	// maxProofs is how many of them a [Verifier] may read.
	maxProofs = 4
)

// A besideFunc reads a file beside an index.
type besideFunc func(ctx context.Context, suffix string) ([]byte, error)

// A verdict is what a [Verifier] says of an index.
type verdict struct {
	by      string
	refused error             // why the index would be refused, when that is only reported
	proofs  map[string][]byte // the files that the Verifier has read, by suffix
}

// A judge reads what an index says, if it may be used.
type judge struct {
	limits   Limits
	verifier Verifier // nil accepts all
	name     string
	report   bool // what is refused is used
}

// read verifies data before it parses it, unless old, which may be nil, is the same.
func (j *judge) read(ctx context.Context, old *snapshot, data []byte, beside besideFunc) (*document, verdict, error) {
	same := old != nil && old.document != nil && bytes.Equal(old.document.data, data)
	if same && old.verdict.refused == nil {
		return old.document, old.verdict, nil
	}
	v, err := j.verify(ctx, data, beside)
	if err != nil {
		return nil, verdict{}, err
	}
	if same {
		return old.document, v, nil
	}
	doc, err := parseDocument(data, j.limits)
	return doc, v, err
}

// verify returns an error if the index must not be used.
func (j *judge) verify(ctx context.Context, data []byte, beside besideFunc) (verdict, error) {
	if j.verifier == nil {
		return verdict{}, nil
	}
	proofs := map[string][]byte{}
	by, err := j.verifier.Verify(ctx, j.name, data, func(ctx context.Context, suffix string) ([]byte, error) {
		if _, known := proofs[suffix]; !known && len(proofs) == maxProofs {
			return nil, &pack.LimitError{Limit: "number of files beside the index", Max: maxProofs, Value: maxProofs + 1}
		}
		proof, err := beside(ctx, suffix)
		if err == nil {
			proofs[suffix] = proof
		}
		return proof, err
	})
	switch {
	case err == nil:
		return verdict{by: by, proofs: proofs}, nil
	case ctx.Err() != nil:
		return verdict{}, ctx.Err()
	case j.report:
		return verdict{refused: err}, nil
	}
	return verdict{}, fmt.Errorf("it is refused: %w", err)
}

// inFlux says that an index and what lies beside it disagree, as they do between the two
// moments at which they are published.
func inFlux(err error) bool { return pack.CodeOf(err) == pack.CodeChecksumMismatch }

// tellBare tells a request that content of a pack has no checksum.
func (f found) tellBare(ctx context.Context) {
	for _, e := range f.entries {
		for _, p := range e.pins {
			if p.ArchiveDigest == "" && p.DirectoryChecksum == "" {
				pack.Note(ctx, "index %q states no checksum for %s: nothing binds its content", f.index.shown, e.id)
				return
			}
		}
	}
}

// tellUnverified tells a request that the index would be refused.
func (ix *index) tellUnverified(ctx context.Context, s *snapshot) {
	if s.verdict.refused != nil {
		pack.Note(ctx, "index %q: it is used although %v", ix.shown, s.verdict.refused)
	}
}
