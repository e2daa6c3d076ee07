package generations

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// An intent is what the journal holds about a change in progress, one per pack:
// the lock of a ref admits one change at a time. Together with the metadata of
// the generation it says all that another process needs to finish the change or
// to undo it.
type intent struct {
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
	Ref  pack.Ref  `json:"ref"`
	// Pointer and To are the generations that the pointer names before and
	// after the change; "" for none.
	Pointer string `json:"pointer"`
	To      string `json:"to"`
	// From is the active generation in the records before the change. It
	// differs from Pointer only after the records or the files were restored
	// from a copy.
	From string `json:"from"`
	// New says that this change publishes To, so that undoing it discards To.
	New bool `json:"new"`
}

// operation returns the operation that the intent stands for.
func (in *intent) operation(metadata []byte) Operation {
	return Operation{ID: in.ID, Time: in.Time, Moves: []Move{{Ref: in.Ref, From: in.From, To: in.To, Metadata: metadata}}}
}

// writeIntent writes in to the journal and makes it durable, together with the
// directory staged unless that is "". The file may be torn when the process or
// the machine dies before the sync has finished; nothing else has changed then.
func (d *Disk) writeIntent(in *intent, staged string) error {
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

// readIntent returns the intent of ref in the journal. It returns nil when
// there is none, and when it is torn.
func (d *Disk) readIntent(ref pack.Ref) (in *intent, torn bool, err error) {
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

// sound reports whether the names in the intent, which become parts of paths,
// are names of generations.
func (in *intent) sound() bool {
	for _, name := range []string{in.Pointer, in.To} {
		if name != "" && !isName(name) {
			return false
		}
	}
	return in.Pointer != in.To
}

// intents returns the packs that have an intent in the journal.
func (d *Disk) intents() ([]pack.Ref, error) {
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
