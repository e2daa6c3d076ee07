package envstore

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// The names of the files beside an environment end with these.
const (
	recordSuffix = ".json"
	filesSuffix  = ".files"
)

// seal takes the right to write away from the files of an environment, and notes what
// they are.
func (s *Store) seal(r *Record) error {
	err := Seal(r.Root)
	if err == nil && r.Listing == nil {
		r.Listing, err = Scan(r.Root)
	}
	if err != nil {
		return err
	}
	r.Files, r.Size = len(r.Listing), 0
	for _, f := range r.Listing {
		r.Size += f.Size
	}
	r.Fingerprint = Fingerprint(r.Listing)
	if err := s.writeJSON(r.Root+filesSuffix, r.Listing); err != nil {
		return err
	}
	r.Listing = nil
	r.Stamps, err = Stamps(r.Root)
	return err
}

// isWhole reports whether the environment of r is as it was built. If only the times of
// its files differ, as in a copy, the new ones are noted.
func (s *Store) isWhole(runtime pack.RuntimeName, r *Record) bool {
	if stamps, err := Stamps(r.Root); err == nil && stamps == r.Stamps {
		return true
	}
	differences, err := s.compare(r, true)
	if err != nil {
		differences = append(differences, err.Error())
	}
	if len(differences) > 0 {
		if s.OnDamage != nil {
			s.OnDamage(r.Root, differences)
		}
		return false
	}
	if stamps, err := Stamps(r.Root); err == nil {
		r.Stamps = stamps
		_ = s.writeJSON(r.Root+recordSuffix, r) // without it, the files are read again
		if current, ok := s.Current(runtime, r.Environment.Key); ok && current.Root == r.Root {
			_ = s.writeJSON(s.recordFile(runtime, r.Environment.Key), r)
		}
	}
	return true
}

// Verify compares all files of an environment with its record, and returns how they
// differ, a line for each; nil if they do not. Nothing is changed.
func (s *Store) Verify(r Record) ([]string, error) { return s.compare(&r, false) }

// compare compares the files of an environment with its record. With heal, bytecode that
// was added is removed.
func (s *Store) compare(r *Record, heal bool) ([]string, error) {
	var want []File
	if err := readJSON(r.Root+filesSuffix, &want); err != nil {
		return nil, err
	}
	if Fingerprint(want) != r.Fingerprint {
		return nil, errors.New("the list of its files does not have the digest in its record")
	}
	got, err := Scan(r.Root)
	if err == nil && heal {
		got, err = removeBytecode(r.Root, want, got)
	}
	return Differences(want, got), err
}

// Current returns the record of key, whatever the state of its environment.
func (s *Store) Current(runtime pack.RuntimeName, key string) (Record, bool) {
	var r Record
	err := readJSON(s.recordFile(runtime, key), &r)
	return r, err == nil
}

// Instance returns the record of a build, and whether there is one.
func (s *Store) Instance(e pack.Environment) (Record, bool) {
	if e.Instance == "" || filepath.Base(e.Key+"-"+e.Instance) != e.Key+"-"+e.Instance {
		return Record{}, false
	}
	var r Record
	err := readJSON(filepath.Join(s.Dir, string(e.Runtime), e.Key+"-"+e.Instance+recordSuffix), &r)
	return r, err == nil
}

// isUsable reports whether an environment that was attached is there, as it was built.
func (s *Store) isUsable(e pack.Environment) bool {
	if !alive(e) {
		return false
	}
	r, ok := s.Instance(e)
	if !ok {
		return e.Instance == ""
	}
	return s.isWhole(e.Runtime, &r)
}

// Records returns the records of all environments, also of those that were replaced.
func (s *Store) Records() ([]Record, error) {
	files, err := filepath.Glob(filepath.Join(escape(s.Dir), "*", "*-*"+recordSuffix))
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, file := range files {
		var r Record
		if err := readJSON(file, &r); err != nil || r.Format != format {
			continue // of another release
		}
		if _, err := os.Stat(r.Root); err == nil {
			records = append(records, r)
		}
	}
	return records, nil
}
