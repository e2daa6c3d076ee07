package registry

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// An intent is what the journal holds of a change under way, one per pack: the
// lock of a pack's ref admits one change at a time. With the metadata of the
// generation it says all that another process needs to finish the change, or to
// undo it.
type intent struct {
	Ref pack.Ref `json:"ref"`
	// From and To are what the pointer names before and after the change; ""
	// for nothing.
	From string `json:"from"`
	To   string `json:"to"`
	// Known is the generation that the records take for the active one before
	// the change. It differs from From only after somebody else restored the
	// records or the files from a copy.
	Known string `json:"known"`
	// New says that this change published To, so that undoing it drops To.
	New  bool      `json:"new"`
	Time time.Time `json:"time"`
}

const intentSuffix = ".json"

func (d *disk) intentFile(ref pack.Ref) string {
	return filepath.Join(d.dir(journalDir), ref.String()+intentSuffix)
}

// writeIntent writes in into the journal and makes it durable, together with
// the directory staged if there is one. The file may be torn when the process
// or the machine dies before the sync is through; nothing else has changed then.
func (d *disk) writeIntent(in intent, staged string) error {
	data, err := json.Marshal(in)
	if err != nil {
		return err
	}
	file := d.intentFile(in.Ref)
	if err := d.do("write intent", func() error { return os.WriteFile(file, data, 0o600) }); err != nil {
		return err
	}
	paths := []string{d.dir(journalDir)}
	if staged != "" {
		paths = append(paths, staged)
	}
	return d.sync("sync content and intent", paths...)
}

// readIntent returns the intent that is in the journal, nil when there is none
// or when it is torn.
func (d *disk) readIntent(ref pack.Ref) (in *intent, torn bool, err error) {
	data, err := os.ReadFile(d.intentFile(ref))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, nil
	case err != nil:
		return nil, false, pack.Errorf(pack.CodeIO, "read journal: %w", err)
	}
	in, ok := parseIntent(data)
	if !ok || in.Ref != ref {
		return nil, true, nil
	}
	return in, false, nil
}

// parseIntent reports whether data is an intent that can be trusted.
func parseIntent(data []byte) (*intent, bool) {
	var in intent
	err := json.Unmarshal(data, &in)
	return &in, err == nil && in.sound()
}

// sound reports whether the names in the intent are ones of ours: they become
// parts of paths.
func (in *intent) sound() bool {
	for _, name := range []string{in.From, in.To} {
		if name != "" && !isGenerationName(name) {
			return false
		}
	}
	return in.From != in.To
}

func (d *disk) removeIntent(ref pack.Ref) error {
	return d.do("remove intent", func() error { return os.Remove(d.intentFile(ref)) })
}

// intents returns the packs that have an intent in the journal.
func (d *disk) intents() ([]pack.Ref, error) {
	entries, err := os.ReadDir(d.dir(journalDir))
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "list journal: %w", err)
	}
	var refs []pack.Ref
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), intentSuffix)
		if ref, err := pack.ParseRef(name); ok && err == nil {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}
