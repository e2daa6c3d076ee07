// Package envstore keeps built environments: it says which are ready, lets one
// builder at a time build one, and remembers which belong to which pack.
//
//	<dir>/<runtime>/<key>-<instance>/         an environment, built in place
//	<dir>/<runtime>/<key>-<instance>.json     its record
//	<dir>/<runtime>/<key>-<instance>.files    its files with their digests
//	<dir>/<runtime>/<key>-<instance>.pyc/     bytecode of its packages, if it was compiled
//	<dir>/<runtime>/<key>-<instance>.partial/ scratch space of a build that is not done
//	<dir>/<runtime>/<key>.json                the record of the instance that is ready
//	<dir>/attached/<tree digest>.json
//	<dir>/locks/
//
// Only the record makes an environment ready, and it is written when everything
// else is durable. So a build that dies at any point leaves nothing that is
// used. Builds that died are removed by the next build of their key, and their paths are
// never used again; a build that was replaced is kept, because it may still be in use.
//
// An environment is compared with its record before each use: the sizes and times of all
// files, and if these differ, the contents. One that was changed is not ready, so the
// next build makes another instance.
package envstore

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// A Store keeps environments below Dir. Its fields are not changed once it is
// in use; then it is safe for concurrent use, by several processes too.
type Store struct {
	Dir string
	// Lock excludes other builders, by a file, until release is called.
	Lock func(ctx context.Context, path string) (release func(), err error)
	// Sync makes files, and directories with their content, durable; SyncDir
	// only the names in one directory.
	Sync    func(paths ...string) error
	SyncDir func(dir string) error
	// OnDamage is called with the root of an environment that is not as it was built, and
	// how it differs; nil is fine.
	OnDamage func(root string, differences []string)
	// OnWait is called once a builder has waited for another one of its key for Notice, or
	// two seconds; nil is fine.
	OnWait func(other Owner)
	Notice time.Duration
}

// format is the number of the format of records.
const format = 1

// A Record says that an environment is ready.
type Record struct {
	Format      int              `json:"format"`
	Environment pack.Environment `json:"environment"`
	// Ingredients are what the key was computed from, and Tool is the tool that built it,
	// with its version.
	Ingredients json.RawMessage `json:"ingredients,omitempty"`
	Tool        string          `json:"tool,omitempty"`
	// Size is the size of all files in bytes, Files their number, and Fingerprint a digest
	// of their names and contents.
	Size        int64  `json:"size"`
	Files       int    `json:"files"`
	Fingerprint string `json:"fingerprint"`
	// Stamps is a digest of the sizes and times of the files.
	Stamps string `json:"stamps"`
	// PathFiles are the files that the interpreter reads at every start, and may run.
	PathFiles []string `json:"path_files,omitempty"`
	// Root is the directory in which it was built; it cannot be moved.
	Root string `json:"root"`
	// SkippedScripts are the packages whose install scripts were not run.
	SkippedScripts []string `json:"skipped_scripts,omitempty"`
	// FromSource are the packages that were built from source.
	FromSource []string  `json:"from_source,omitempty"`
	Built      time.Time `json:"built"`
	// Listing are all files; nil reads them. It is kept beside the record.
	Listing []File `json:"-"`
}

// A Site is where an environment is built.
type Site struct {
	// Dir is the final place: empty, and kept when the build succeeds.
	Dir string
	// Work is private scratch space, removed in any case.
	Work string
	// Instance is that of the environment.
	Instance string
}

// Find returns the record of key, and whether that environment is ready.
func (s *Store) Find(runtime pack.RuntimeName, key string) (Record, bool) {
	var r Record
	if err := readJSON(s.recordFile(runtime, key), &r); err != nil {
		return Record{}, false
	}
	return r, r.Format == format && s.isHere(runtime, r) && alive(r.Environment) && s.isWhole(runtime, &r)
}

// IsHere reports whether the environment of r is in this store, and has its interpreter.
func (s *Store) IsHere(r Record) bool {
	return r.Format == format && s.isHere(r.Environment.Runtime, r) && alive(r.Environment)
}

// isHere reports whether r is about a directory of this store, and was not
// copied or moved here from elsewhere.
func (s *Store) isHere(runtime pack.RuntimeName, r Record) bool {
	built, err := os.Stat(r.Root)
	if err != nil {
		return false
	}
	here, err := os.Stat(filepath.Join(s.Dir, string(runtime), filepath.Base(r.Root)))
	return err == nil && os.SameFile(built, here)
}

// alive reports whether what e names exists: in a virtualenv, the interpreter
// is a link to the one it was made with.
func alive(e pack.Environment) bool {
	for _, path := range []string{e.Path, e.Interpreter} {
		if _, err := os.Stat(path); path != "" && err != nil {
			return false
		}
	}
	return true
}

// Build returns the environment of key, and whether it was ready before. If it
// was not, or when force is set, it is built by build, which returns its
// record. Builders of one key wait for each other until ctx ends; a builder that
// waited uses the result of the other one.
func (s *Store) Build(ctx context.Context, runtime pack.RuntimeName, key string, force bool, build func(Site) (Record, error)) (Record, bool, error) {
	before, ready := s.Find(runtime, key)
	if ready && !force {
		s.NoteUse(&before)
		return before, true, nil
	}
	release, err := s.lockKey(ctx, runtime, key)
	if err != nil {
		return Record{}, false, err
	}
	defer release()
	now, ready := s.Find(runtime, key)
	if ready && (!force || now.Root != before.Root) {
		s.NoteUse(&now)
		return now, true, nil
	}
	r, err := s.build(runtime, key, build)
	return r, false, err
}

func (s *Store) lock(ctx context.Context, name string) (func(), error) {
	dir := filepath.Join(s.Dir, "locks")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return s.Lock(ctx, filepath.Join(dir, name+".lock"))
}

func (s *Store) build(runtime pack.RuntimeName, key string, build func(Site) (Record, error)) (Record, error) {
	if err := s.clear(runtime, key); err != nil {
		return Record{}, fmt.Errorf("remove incomplete builds: %w", err)
	}
	site, err := s.begin(runtime, key)
	if err != nil {
		return Record{}, fmt.Errorf("begin to build: %w", err)
	}
	r, err := build(site)
	if err == nil {
		r.Format, r.Root, r.Built, r.Environment.Instance = format, site.Dir, time.Now().UTC(), site.Instance
		err = s.publish(runtime, key, &r)
	}
	if err != nil {
		return Record{}, errors.Join(err, os.RemoveAll(site.Dir), os.RemoveAll(site.Dir+filesSuffix), os.RemoveAll(site.Work))
	}
	return r, os.RemoveAll(site.Work)
}

// clear removes builds of key that died. What cannot be removed, because a process of such a
// build still writes for example, is left for the next build: each has a name of its own.
func (s *Store) clear(runtime pack.RuntimeName, key string) error {
	parent := filepath.Join(s.Dir, string(runtime))
	files, err := os.ReadDir(parent)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var current Record
	_ = readJSON(s.recordFile(runtime, key), &current) // none: nothing is current
	for _, file := range files {
		build, isPartial := strings.CutSuffix(file.Name(), partial)
		if !isPartial || !strings.HasPrefix(build, key) {
			continue
		}
		var left error
		// It may have died after its record was written.
		if build != filepath.Base(current.Root) {
			for _, suffix := range []string{"", filesSuffix, recordSuffix} {
				left = errors.Join(left, os.RemoveAll(filepath.Join(parent, build+suffix)))
			}
		}
		if left == nil {
			_ = os.RemoveAll(filepath.Join(parent, file.Name()))
		}
	}
	return nil
}

const partial = ".partial"

// begin makes the directories of a build: first the scratch space, which marks
// it as not done.
func (s *Store) begin(runtime pack.RuntimeName, key string) (Site, error) {
	parent := filepath.Join(s.Dir, string(runtime))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return Site{}, err
	}
	instance := strings.ToLower(rand.Text()[:16])
	dir := filepath.Join(parent, key+"-"+instance)
	site := Site{Dir: dir, Work: dir + partial, Instance: instance}
	if err := os.Mkdir(site.Work, 0o700); err != nil {
		return Site{}, err
	}
	writeOwner(site)
	return site, os.Mkdir(site.Dir, 0o755)
}

// publish makes an environment durable and then, in one step, ready.
func (s *Store) publish(runtime pack.RuntimeName, key string, r *Record) error {
	if err := s.seal(r); err != nil {
		return fmt.Errorf("note the files of the environment: %w", err)
	}
	if err := s.Sync(r.Root, r.Root+filesSuffix); err != nil {
		return fmt.Errorf("make the environment durable: %w", err)
	}
	return s.writeRecord(runtime, key, *r)
}

// writeRecord writes a record, as that of its instance and as that which is ready.
func (s *Store) writeRecord(runtime pack.RuntimeName, key string, r Record) error {
	if err := s.writeJSON(r.Root+recordSuffix, r); err != nil {
		return err
	}
	return s.writeJSON(s.recordFile(runtime, key), r)
}

func (s *Store) recordFile(runtime pack.RuntimeName, key string) string {
	return filepath.Join(s.Dir, string(runtime), key+recordSuffix)
}

func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// writeJSON replaces a file durably and in one step.
func (s *Store) writeJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return s.SyncDir(dir)
}
