package generations

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// intentFormat is the version of the format of intents.
const intentFormat = 1

// An intent is what the journal holds about an operation in progress, in a file
// named by its ID. Together with the metadata of the generations it says all
// that another process needs to finish the operation or to undo it.
type intent struct {
	Format int          `json:"format"`
	ID     string       `json:"id"`
	Time   time.Time    `json:"time"`
	Actor  string       `json:"actor"`
	Moves  []intentMove `json:"moves"`
}

type intentMove struct {
	Ref  pack.Ref `json:"ref"`
	From string   `json:"from"`
	To   string   `json:"to"`
	// New says that the operation publishes To, so that undoing it discards To.
	New bool `json:"new"`
}

func newIntent(op *Operation) *intent {
	in := &intent{Format: intentFormat, ID: op.ID, Time: op.Time, Actor: op.Actor}
	for i := range op.Moves {
		m := &op.Moves[i]
		in.Moves = append(in.Moves, intentMove{m.Ref, m.From, m.To, m.Staged != ""})
	}
	return in
}

func (in *intent) refs() []pack.Ref {
	refs := make([]pack.Ref, len(in.Moves))
	for i := range in.Moves {
		refs[i] = in.Moves[i].Ref
	}
	return refs
}

var idPattern = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// check reports an intent whose names, which become parts of paths, are not
// names of operations, packs and generations.
func (in *intent) check() error {
	if !idPattern.MatchString(in.ID) || len(in.Moves) == 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "operation %q of %d moves: want 1 to 64 letters or digits, and at least one move", in.ID, len(in.Moves))
	}
	seen := map[pack.Ref]bool{}
	for _, m := range in.Moves {
		if _, err := pack.ParseRef(m.Ref.String()); err != nil {
			return err
		}
		if seen[m.Ref] {
			return pack.Errorf(pack.CodeInvalidRequest, "operation %s changes pack %s twice", in.ID, m.Ref)
		}
		seen[m.Ref] = true
		if m.From == m.To || m.New && m.To == "" || m.From != "" && !isName(m.From) || m.To != "" && !isName(m.To) {
			return pack.Errorf(pack.CodeInvalidRequest, "operation %s moves pack %s from generation %q to %q", in.ID, m.Ref, m.From, m.To)
		}
	}
	return nil
}

// writeIntent writes in to the journal. When it returns, the intent is durable,
// and so is everything in the directories staged. The file appears in the
// journal as a whole: one that cannot be read was damaged later.
func (s *Staging) writeIntent(in *intent, staged []string) error {
	data, err := json.Marshal(in)
	if err != nil {
		return err
	}
	d, file := s.disk, filepath.Join(s.Dir, in.ID+intentSuffix)
	if err := d.do("write intent", func() error { return fsx.WriteFile(file, data) }); err != nil {
		return err
	}
	if err := d.sync("sync content and intent", append(staged, file)...); err != nil {
		return err
	}
	if err := d.do("publish intent", func() error { return os.Rename(file, d.intentFile(in.ID)) }); err != nil {
		return err
	}
	return d.syncDir("sync journal", d.dir(journalDir))
}

// removeIntent removes in from the journal, after the links that did not become
// pointers.
func (d *Disk) removeIntent(in *intent, lock Lock) error {
	return d.do("remove intent", func() error {
		for _, ref := range in.refs() {
			if err := d.dropLinks(ref, lock.Fence()); err != nil {
				return err
			}
		}
		return removeIfThere(d.intentFile(in.ID))
	})
}

// intents returns the IDs of the operations in the journal.
func (d *Disk) intents() ([]string, error) {
	entries, err := os.ReadDir(d.dir(journalDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, pack.Errorf(pack.CodeIO, "list journal: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), intentSuffix); ok && idPattern.MatchString(id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// readIntent returns the intent with the given ID, nil when it is gone. One
// that cannot be understood is a [*RepairError], which names the packs as far as
// they are known.
func (d *Disk) readIntent(id string) (*intent, error) {
	data, err := os.ReadFile(d.intentFile(id))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, &RepairError{Operation: id, Err: pack.Errorf(pack.CodeIO, "read journal: %w", err)}
	}
	in, err := parseIntent(id, data)
	if err != nil {
		return nil, &RepairError{Operation: id, Refs: mentionedRefs(data), Err: err}
	}
	return in, nil
}

// parseIntent returns the intent in data, if it can be trusted.
func parseIntent(id string, data []byte) (*intent, error) {
	const advice = "restore the file from a copy, or remove it and register its packs again"
	var in intent
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&in)
	if err == nil {
		if _, extra := dec.Token(); !errors.Is(extra, io.EOF) {
			err = errors.New("data after the value")
		}
	}
	if format := formatOf(data); format > intentFormat {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "journal entry has format %d, this release supports formats up to %d: use a newer release", format, intentFormat)
	}
	switch {
	case err != nil && strings.Contains(err.Error(), "unknown field"): // encoding/json has no type for it
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "journal entry has a newer format than this release supports: %w: use a newer release", err)
	case err != nil:
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "journal entry cannot be read: %w: %s", err, advice)
	case in.Format != intentFormat || in.ID != id:
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "journal entry has format %d and ID %q: %s", in.Format, in.ID, advice)
	}
	if err := in.check(); err != nil {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "journal entry is damaged: %w: %s", err, advice)
	}
	return &in, nil
}

// formatOf returns the format of an intent that may hold unknown fields, 0 when
// it has none.
func formatOf(data []byte) int {
	var in struct {
		Format int `json:"format"`
	}
	_ = json.Unmarshal(data, &in)
	return in.Format
}

// mentionedRefs returns the packs that an intent of any format names.
func mentionedRefs(data []byte) []pack.Ref {
	var in struct {
		Moves []struct {
			Ref string `json:"ref"`
		} `json:"moves"`
	}
	_ = json.Unmarshal(data, &in)
	var refs []pack.Ref
	for _, m := range in.Moves {
		if ref, err := pack.ParseRef(m.Ref); err == nil {
			refs = append(refs, ref)
		}
	}
	return refs
}
