package registrysource

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// A shelfHead is the second line of an entry on a shelf, as JSON. The first is the hash of
// this line and of the index, which follows as it was received.
type shelfHead struct {
	Format int    `json:"format"`
	Key    string `json:"key"`
	ETag   string `json:"etag"`
	Size   int64  `json:"size"` // of the index, in bytes
	// Newest is the latest date that the index has stated.
	Newest time.Time `json:"newest"`
	// Proofs are the files beside the index by which it was verified, by suffix.
	Proofs map[string][]byte `json:"proofs,omitempty"`
}

const (
	shelfFormat = 2
	// maxShelfHead is more than the headers of a response and all proofs take.
	maxShelfHead = 64<<10 + 2*maxProofs*maxProof
)

// shelfKey hides the URL of an index, whose query may hold a secret.
func shelfKey(url string) string { return "index/" + hexSHA256([]byte(url)) }

func hexSHA256(parts ...[]byte) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// shelved returns the snapshot on the shelf, nil when it is missing or damaged.
// It counts as old, so that the server is asked whether it is current. One that would not
// be accepted now, because other keys are trusted for example, is known by its date alone.
func (r *remote) shelved(ctx context.Context) *snapshot {
	if r.shelf == nil {
		return nil
	}
	entry, err := r.shelf.Open(ctx, shelfKey(r.url))
	if err != nil {
		return nil
	}
	defer entry.Close() //nolint:errcheck // it was read
	in := bufio.NewReaderSize(entry, 4<<10)
	sum, line, head, ok := readShelfHead(in)
	if !ok || head.Key != shelfKey(r.url) {
		return nil
	}
	data, err := r.judge.limits.read(in, head.Size)
	if err != nil || hexSHA256(line, data) != sum {
		return nil
	}
	doc, v, err := r.judge.read(ctx, nil, data, head.beside)
	if err != nil {
		return &snapshot{newest: head.Newest}
	}
	return &snapshot{document: doc, verdict: v, etag: head.ETag, newest: head.Newest}
}

// beside is a [besideFunc].
func (h *shelfHead) beside(_ context.Context, suffix string) ([]byte, error) {
	proof, ok := h.Proofs[suffix]
	if !ok {
		return nil, pack.Errorf(pack.CodeNotFound, "it was not needed before")
	}
	return proof, nil
}

// readShelfHead reads the first two lines of an entry.
func readShelfHead(in *bufio.Reader) (sum string, line []byte, head shelfHead, ok bool) {
	first, ok := readLine(in)
	if !ok {
		return "", nil, head, false
	}
	line, ok = readLine(in)
	if !ok || json.Unmarshal(line, &head) != nil {
		return "", nil, head, false
	}
	return strings.TrimSuffix(string(first), "\n"), line, head, head.Format == shelfFormat
}

// readLine reads a line with its line feed.
func readLine(in *bufio.Reader) (line []byte, ok bool) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, true
		case !errors.Is(err, bufio.ErrBufferFull) || len(line) > maxShelfHead:
			return nil, false
		}
	}
}

// keep puts a snapshot on the shelf when it has an entity tag; a date is too
// coarse to detect months later that the index has changed. A failing shelf only
// costs another transfer.
func (r *remote) keep(ctx context.Context, s *snapshot) {
	if r.shelf == nil || s.etag == "" {
		return
	}
	w, err := r.shelf.Create(ctx, shelfKey(r.url))
	if err != nil {
		return
	}
	defer w.Discard() //nolint:errcheck // the shelf cleans up the rest
	_ = s.write(w, shelfKey(r.url))
}

func (s *snapshot) write(w source.ShelfWriter, key string) error {
	head := shelfHead{Format: shelfFormat, Key: key, ETag: s.etag, Size: int64(len(s.document.data)), Newest: s.newest, Proofs: s.verdict.proofs}
	line, err := json.Marshal(head)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	sum := hexSHA256(line, s.document.data) + "\n"
	for _, part := range [][]byte{[]byte(sum), line, s.document.data} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return w.Commit()
}
