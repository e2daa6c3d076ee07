package envstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// NoteUse notes that an environment was used now: the time of its record says when.
func (s *Store) NoteUse(r *Record) {
	now := time.Now()
	_ = os.Chtimes(r.Root+recordSuffix, now, now) // without it, it is removed earlier
}

// Used returns when an environment was used last, the zero time if that is not known.
func (s *Store) Used(r Record) time.Time {
	info, err := os.Stat(r.Root + recordSuffix)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// Remove removes an environment that was not used for a time, and reports whether it did.
// Builders of its key wait meanwhile. With dry, nothing is removed.
func (s *Store) Remove(ctx context.Context, e pack.Environment, idle time.Duration, dry bool) (bool, error) {
	release, err := s.lock(ctx, string(e.Runtime)+"-"+e.Key)
	if err != nil {
		return false, err
	}
	defer release()
	r, ok := s.Instance(e)
	if !ok {
		return false, nil // another process removed it
	}
	info, err := os.Stat(r.Root + recordSuffix)
	if err != nil || time.Since(info.ModTime()) < idle {
		return false, err
	}
	if dry {
		return true, nil
	}
	if current, ok := s.Current(e.Runtime, e.Key); ok && current.Root == r.Root {
		if err := os.Remove(s.recordFile(e.Runtime, e.Key)); err != nil {
			return false, err
		}
	}
	// The record first: from here on it is not used.
	return true, errors.Join(os.Remove(r.Root+recordSuffix), os.RemoveAll(r.Root), os.RemoveAll(r.Root+filesSuffix), os.RemoveAll(r.Root+bytecodeSuffix))
}

// ClearDead removes what builds that died left. Those that are going on are left alone,
// and not waited for.
func (s *Store) ClearDead(ctx context.Context) error {
	marks, err := filepath.Glob(filepath.Join(escape(s.Dir), "*", "*-*"+partial))
	if err != nil {
		return err
	}
	var errs []error
	for _, mark := range marks {
		key, _, _ := strings.Cut(filepath.Base(mark), "-")
		runtime := pack.RuntimeName(filepath.Base(filepath.Dir(mark)))
		errs = append(errs, s.clearUnlessBusy(ctx, runtime, key))
	}
	return errors.Join(errs...)
}

// busyWait is how long the lock of a key is waited for before its builder is taken to be
// alive.
const busyWait = 100 * time.Millisecond

func (s *Store) clearUnlessBusy(ctx context.Context, runtime pack.RuntimeName, key string) error {
	short, cancel := context.WithTimeout(ctx, busyWait)
	defer cancel()
	release, err := s.lock(short, string(runtime)+"-"+key)
	switch {
	case err != nil && ctx.Err() == nil && short.Err() != nil:
		return nil // it is being built
	case err != nil:
		return err
	}
	defer release()
	if err := s.clear(runtime, key); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
