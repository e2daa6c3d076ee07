package registry

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/packtrain/pack"
)

// A history contains the changes of the latest operations, encoded, the oldest first. The
// last one has the position last, and every operation takes one; those that changed
// nothing are empty.
type history struct {
	last    int64
	entries [][]byte
}

// add adds the change of one more operation.
func (h *history) add(change []byte) {
	if len(h.entries) >= 2*RememberedOperations {
		h.entries = slices.Clone(h.entries[RememberedOperations:])
	}
	h.entries = append(h.entries, bytes.Clone(change)) // not with the rest of its frame
	h.last++
}

// An encodedChange is a change in a history.
type encodedChange struct {
	position int64
	data     []byte
}

// since returns the changes after a position, at most MaxChanges.
func (h *history) since(since int64) (found []encodedChange, next int64, err error) {
	first := h.last - int64(len(h.entries)) + 1
	switch {
	case since < 0:
		return nil, h.last, nil
	case since > h.last || since < first-1:
		return nil, 0, &FeedError{Since: since, Next: h.last}
	}
	for next = since; next < h.last && len(found) < MaxChanges; next++ {
		if entry := h.entries[next+1-first]; len(entry) > 0 {
			found = append(found, encodedChange{next + 1, entry})
		}
	}
	return found, next, nil
}

const entryEnd = "\n"

// encode returns the latest entries as one value.
func (h *history) encode() []byte {
	entries := h.entries[max(0, len(h.entries)-RememberedOperations):]
	return bytes.Join(append(slices.Clone(entries), nil), []byte(entryEnd))
}

// restore makes h the history that was encoded.
func (h *history) restore(last int64, data []byte) {
	entries := bytes.Split(data, []byte(entryEnd))
	h.last, h.entries = last, entries[:len(entries)-1]
}

// size is about the number of bytes of the encoded history.
func (h *history) size() int {
	n := 0
	for _, entry := range h.entries[max(0, len(h.entries)-RememberedOperations):] {
		n += len(entry) + len(entryEnd)
	}
	return n
}

// encodeChange returns the change that op makes in t, or nil if it changes nothing. Its
// JSON is one line.
func (t *table) encodeChange(op *Operation) ([]byte, error) {
	from := map[pack.Ref]GenerationID{}
	for _, ref := range op.Refs() {
		if r := t.packs[ref]; r != nil {
			from[ref] = r.generationID()
		}
	}
	c := op.Change(from)
	if len(c.Packs) == 0 {
		return nil, nil
	}
	data, err := json.Marshal(c)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "encode change of operation %s: %w", op.ID, err)
	}
	return data, nil
}

// generationID returns the active generation, without a version if that cannot be
// decoded.
func (r *row) generationID() GenerationID {
	var g struct {
		Version pack.Version `json:"pack_version"`
	}
	_ = json.Unmarshal(r.generation(r.active), &g)
	return GenerationID{r.active, g.Version}
}

// decodeChanges returns the batch of encoded changes, which were found after since.
func decodeChanges(found []encodedChange, since, next, last int64) (ChangeBatch, error) {
	batch := ChangeBatch{Changes: make([]Change, len(found)), Next: next}
	for i, e := range found {
		c, err := decode[Change](e.data)
		if err != nil {
			return ChangeBatch{}, &FeedError{Since: since, Next: last}
		}
		c.Position = e.position
		batch.Changes[i] = c
	}
	return batch, nil
}
