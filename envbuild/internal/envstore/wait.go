package envstore

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/packtrain/pack"
)

// An Owner is a process that builds an environment. The zero value is one that is not
// known.
type Owner struct {
	Process int       `json:"process"`
	Since   time.Time `json:"since"`
}

const ownerFile = "owner.json"

// writeOwner notes who builds at a site, for those who wait.
func writeOwner(site Site) {
	data, err := json.Marshal(Owner{Process: os.Getpid(), Since: time.Now()})
	if err == nil {
		_ = os.WriteFile(filepath.Join(site.Work, ownerFile), data, 0o600) // nothing depends on it
	}
}

// owner returns who builds the environment of key.
func (s *Store) owner(runtime pack.RuntimeName, key string) (o Owner) {
	files, _ := filepath.Glob(filepath.Join(escape(s.Dir), string(runtime), key+"-*"+partial, ownerFile)) // the pattern is correct
	for _, file := range files {
		var found Owner
		if readJSON(file, &found) == nil && found.Since.After(o.Since) {
			o = found
		}
	}
	return o
}

// defaultNotice is when waiting is worth a message.
const defaultNotice = 2 * time.Second

// lockKey excludes other builders of key. OnWait is called with each process that is waited
// for; it has returned when lockKey returns.
func (s *Store) lockKey(ctx context.Context, runtime pack.RuntimeName, key string) (func(), error) {
	got := make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Go(func() { s.tellOwners(got, runtime, key) })
	defer waiting.Wait()
	defer close(got)
	return s.lock(ctx, string(runtime)+"-"+key)
}

// tellOwners calls OnWait until got is closed, whenever another process builds.
func (s *Store) tellOwners(got <-chan struct{}, runtime pack.RuntimeName, key string) {
	if s.OnWait == nil {
		return
	}
	ticker := time.NewTicker(cmp.Or(s.Notice, defaultNotice))
	defer ticker.Stop()
	for last := (Owner{Process: -1}); ; {
		select {
		case <-got:
			return
		case <-ticker.C:
		}
		if now := s.owner(runtime, key); now != last {
			s.OnWait(now)
			last = now
		}
	}
}
