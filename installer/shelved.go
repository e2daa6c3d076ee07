package installer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"

	"github.com/packtrain/pack"
)

// A shelvedManifest is what a pack.yaml says, as an entry of a shelf: the hash of the
// JSON, a line feed, and the JSON.
type shelvedManifest struct {
	ID           pack.ID           `json:"id"`
	Dependencies []pack.Dependency `json:"dependencies"`
	URLs         []string          `json:"urls"`
	Platform     pack.Constraint   `json:"platform"`
}

// maxShelved is more than any pack.yaml says.
const maxShelved = 1 << 20

func shelfKeyOf(d pack.Digest) string {
	return "manifest/" + strings.TrimPrefix(string(d), "sha256:")
}

// shelved completes c with what is on the shelf. An entry that is damaged counts as none.
func (w *World) shelved(ctx context.Context, c pack.Candidate) (pack.Candidate, bool) {
	if w.config.Shelf == nil {
		return c, false
	}
	for _, d := range digests(c.Pins) {
		entry, err := w.config.Shelf.Open(ctx, shelfKeyOf(d))
		if err != nil {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(entry, maxShelved))
		if entry.Close() != nil || err != nil {
			continue
		}
		sum, text, _ := strings.Cut(string(data), "\n")
		var m shelvedManifest
		if sum == hashOf(text) && json.Unmarshal([]byte(text), &m) == nil && m.ID == c.ID {
			c.Dependencies, c.URLs, c.Platform, c.DependenciesKnown = m.Dependencies, m.URLs, m.Platform, true
			return c, true
		}
	}
	return c, false
}

// shelve keeps what is known of c. What cannot be kept is read again.
func (w *World) shelve(ctx context.Context, c pack.Candidate) {
	if w.config.Shelf == nil {
		return
	}
	text, err := json.Marshal(shelvedManifest{ID: c.ID, Dependencies: c.Dependencies, URLs: c.URLs, Platform: c.Platform})
	if err != nil {
		return
	}
	for _, d := range digests(c.Pins) {
		entry, err := w.config.Shelf.Create(ctx, shelfKeyOf(d))
		if err != nil {
			continue
		}
		if _, err = io.WriteString(entry, hashOf(string(text))+"\n"+string(text)); err == nil {
			err = entry.Commit()
		}
		if err != nil {
			_ = entry.Discard() // it is temporary
		}
	}
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
