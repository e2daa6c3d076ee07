package operations

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// The names in Config.Dir, beside those of operations.
const (
	lockName  = "lock"
	newName   = "new"
	trashName = "trash"
)

// The names in the directory of an operation.
const (
	requestName   = "request.json"
	operationName = "operation.json"
	eventsName    = "events.ndjson"
)

// format is written into the files of operations; others are not touched.
const format = 1

// A request is the content of request.json. Its body is there as long as it may
// be needed: it may hold secrets, such as the query of a signed URL.
type request struct {
	Format int    `json:"format"`
	Key    string `json:"idempotency_key"`
	Work
	Sum []byte `json:"sum,omitempty"` // of the work, once its body is gone
}

// digest identifies the work.
func (r request) digest() [sha256.Size]byte {
	if r.Sum != nil {
		return [sha256.Size]byte(r.Sum)
	}
	return r.sum()
}

// A record is the content of operation.json.
type record struct {
	Format int `json:"format"`
	wire.Operation
	CancelRequested bool `json:"cancel_requested"`
}

// create makes the directory of an operation appear in dir, complete and
// durable, or not at all.
func create(dir string, req request, rec record) error {
	staged := filepath.Join(dir, newName, rec.ID)
	if err := os.Mkdir(staged, 0o700); err != nil {
		return err
	}
	err := errors.Join(
		writeJSON(filepath.Join(staged, requestName), req),
		writeJSON(filepath.Join(staged, operationName), rec),
		syncDir(staged))
	if err == nil {
		err = os.Rename(staged, filepath.Join(dir, rec.ID))
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(staged))
	}
	return syncDir(dir)
}

// replace replaces a file in the directory of an operation.
func replace(dir, name string, v any) error {
	file := filepath.Join(dir, name)
	err := writeJSON(file+".tmp", v)
	if err == nil {
		err = os.Rename(file+".tmp", file)
	}
	if err == nil {
		err = syncDir(dir)
	}
	return err
}

// discard makes an operation disappear from dir at once, and its files after
// that.
func discard(dir, id string) error {
	gone := filepath.Join(dir, trashName, id)
	if err := os.Rename(filepath.Join(dir, id), gone); err != nil {
		return err
	}
	return os.RemoveAll(gone)
}

// sizeOf returns how many bytes the files in a directory have. Those that cannot
// be looked at have none.
func sizeOf(dir string) (size int64) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			size += info.Size()
		}
	}
	return size
}

func readRequest(dir string) (r request, err error) {
	if err = readJSON(filepath.Join(dir, requestName), &r); err == nil && r.Format != format {
		err = pack.Errorf(pack.CodeStoreCorrupt, "%s has format %d, want %d", requestName, r.Format, format)
	}
	if err == nil && r.Sum != nil && len(r.Sum) != sha256.Size {
		err = pack.Errorf(pack.CodeStoreCorrupt, "%s has a sum of %d bytes, want %d", requestName, len(r.Sum), sha256.Size)
	}
	return r, err
}

func readRecord(dir string) (r record, err error) {
	if err = readJSON(filepath.Join(dir, operationName), &r); err == nil && (r.Format != format || r.ID != filepath.Base(dir)) {
		err = pack.Errorf(pack.CodeStoreCorrupt, "%s has format %d and id %q, want %d and that of its directory", operationName, r.Format, r.ID, format)
	}
	return r, err
}

func readJSON(file string, v any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return pack.Errorf(pack.CodeStoreCorrupt, "read %s: %w", filepath.Base(file), err)
	}
	return nil
}

// writeJSON writes a file that is durable except for its name. Texts in it stay
// as they are: the body of a request is compared when it is read again.
func writeJSON(file string, v any) (err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	enc := json.NewEncoder(f) // which writes once
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir makes the names in dir durable.
func syncDir(dir string) (err error) {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}
