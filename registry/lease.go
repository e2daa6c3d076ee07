package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// A pack can be removed between reading its record and leasing its files. Then the
// snapshot is taken again.
const (
	snapshotAttempts = 100
	snapshotPause    = 5 * time.Millisecond
)

var errRemoved = errors.New("packs are removed all the time")

// snapshot leases the generations that are active in the records that read returns.
// With sound, it leaves out packs with damaged files.
func (s *Store) snapshot(ctx context.Context, read func() ([]Record, error), sound bool) (*Snapshot, error) {
	const doing = "take snapshot of packs"
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	for range snapshotAttempts {
		snap := &Snapshot{Packs: []SnapshotPack{}}
		err := s.leaseAll(ctx, snap, read, sound)
		if err == nil {
			return snap, nil
		}
		snap.Release()
		switch {
		case errors.Is(err, pack.ErrNotFound):
			return nil, s.explain(ctx, "", err)
		case !errors.Is(err, errRemoved):
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: %w", doing, ctx.Err())
		case <-time.After(snapshotPause):
		}
	}
	return nil, pack.Errorf(pack.CodeBusy, "%s: %w; try again", doing, errRemoved)
}

func (s *Store) leaseAll(ctx context.Context, snap *Snapshot, read func() ([]Record, error), sound bool) error {
	records, err := read()
	if err != nil {
		return err
	}
	for i := range records {
		err := s.lease(ctx, snap, &records[i])
		if sound && pack.CodeOf(err) == pack.CodeStoreCorrupt {
			err = s.leaseAgain(ctx, snap, &records[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leaseAgain adds rec to snap, or leaves it out if its files are damaged, and not only
// absent because the file system of the root was unmounted.
func (s *Store) leaseAgain(ctx context.Context, snap *Snapshot, rec *Record) error {
	if err := s.checkMounted(ctx); err != nil {
		return err
	}
	err := s.lease(ctx, snap, rec)
	if pack.CodeOf(err) == pack.CodeStoreCorrupt && s.answers(ctx, rec) {
		s.config.Logger.Warn("pack is left out", "pack", rec.Ref, "error", err)
		return nil
	}
	return err
}

// answers reports whether the records can be read, so that an error of lease is not
// about them.
func (s *Store) answers(ctx context.Context, rec *Record) bool {
	err := s.isKept(ctx, rec.Ref, rec.Active.Name)
	return err == nil || damaged(err)
}

// checkMounted returns an error if the root is not the one of the records any more, as
// when its file system was unmounted.
func (s *Store) checkMounted(ctx context.Context) error {
	root, bound, err := s.identities(ctx)
	if err == nil && root != bound {
		err = pack.Errorf(pack.CodeIO, "the directory %q is not the root that was opened; is its file system mounted?", s.config.Root)
	}
	return err
}

// lease adds the active generation of rec to snap. It fails with errRemoved if that is
// not recorded any more after the lease is taken.
func (s *Store) lease(ctx context.Context, snap *Snapshot, rec *Record) error {
	ref, name := rec.Ref, rec.Active.Name
	l, ok, leaseErr := s.disk.Lease(ref, name)
	snap.leases = append(snap.leases, l)
	if err := s.isKept(ctx, ref, name); err != nil {
		return err
	}
	switch {
	case errors.Is(leaseErr, fs.ErrNotExist):
		return pack.Errorf(pack.CodeStoreCorrupt, "files of generation %s of pack %s are missing; register version %s again", name, ref, rec.Active.Version)
	case leaseErr != nil:
		return pack.Errorf(pack.CodeIO, "lease generation %s of pack %s: %w", name, ref, leaseErr)
	case !ok:
		return errRemoved
	}
	if err := s.checkQuarantine(ref, &rec.Active); err != nil {
		return err
	}
	components := func() ([]pack.Component, error) {
		a, err := s.recall(ref, name)
		if err != nil {
			return nil, err
		}
		return a.Documents.Components()
	}
	snap.Packs = append(snap.Packs, SnapshotPack{Record: *rec, Dir: s.disk.Content(ref, name), Leased: l.Held(), components: components})
	return nil
}

// isKept returns errRemoved unless the records list the generation. One that has been
// replaced is still kept: its name is never used again.
func (s *Store) isKept(ctx context.Context, ref pack.Ref, name string) error {
	active, err := s.ledger().Active(ctx, ref)
	if err != nil || active == name {
		return err
	}
	recorded, err := s.generations(ctx, ref)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(recorded, func(g Generation) bool { return g.Name == name }) {
		return errRemoved
	}
	return nil
}

// wanted returns the records of refs, or of all sound packs, from one read of the
// records and ordered by ref.
func (s *Store) wanted(ctx context.Context, refs []pack.Ref) ([]Record, error) {
	switch len(refs) {
	case 0:
		return s.sound(ctx)
	case 1:
		rec, err := s.config.Records.Pack(ctx, refs[0])
		return []Record{rec}, err
	}
	all, err := s.config.Records.Packs(ctx)
	if err != nil && !damaged(err) {
		return nil, err
	}
	broken := DamagedRefs(err)
	var records []Record
	for _, ref := range slices.Compact(slices.Sorted(slices.Values(refs))) {
		i := slices.IndexFunc(all, func(r Record) bool { return r.Ref == ref })
		switch {
		case slices.Contains(broken, ref):
			return nil, err
		case i < 0:
			return nil, &NotInstalledError{Ref: ref}
		}
		records = append(records, all[i])
	}
	return records, nil
}

// keptRecord returns the record of ref with a kept generation as the active one.
func (s *Store) keptRecord(ctx context.Context, ref pack.Ref, kept string) ([]Record, error) {
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil {
		return nil, err
	}
	g, err := s.findKept(ctx, &rec, kept)
	switch {
	case err != nil:
		return nil, err
	case g.Name == rec.Active.Name:
		return []Record{rec}, nil
	}
	a, err := s.recall(ref, g.Name)
	if errors.Is(err, pack.ErrStore) && s.isKept(ctx, ref, g.Name) != nil {
		return nil, errRemoved
	}
	if err != nil {
		return nil, err
	}
	rec.Active, rec.Manifest = *g, a.Manifest
	return []Record{rec}, nil
}

func (s *Store) findKept(ctx context.Context, rec *Record, kept string) (*Generation, error) {
	if kept == "" {
		return s.earlier(ctx, rec)
	}
	recorded, err := s.config.Records.Generations(ctx, rec.Ref)
	if err != nil {
		return nil, err
	}
	if g := chooseKept(recorded, rec.Active.Name, kept); g != nil {
		return g, nil
	}
	return nil, noGeneration(rec.Ref, kept, recorded)
}

// chooseKept returns the generation with the given name or version, or nil.
func chooseKept(recorded []Generation, active, kept string) (found *Generation) {
	version, err := pack.ParseVersion(kept)
	for i := range recorded {
		g := &recorded[i]
		if g.Name != kept && (err != nil || g.Version.Compare(version) != 0) {
			continue
		}
		if found == nil || found.Name != active {
			found = g
		}
	}
	return found
}

// listKept lists the latest generations.
func listKept(recorded []Generation) string {
	const most = 10
	recorded = recorded[max(0, len(recorded)-most):]
	names := make([]string, len(recorded))
	for i := range recorded {
		names[i] = fmt.Sprintf("%s (%s)", recorded[i].Version, recorded[i].Name)
	}
	return strings.Join(names, ", ")
}
