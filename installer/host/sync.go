package host

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// A SyncRequest says which packs a root should have.
type SyncRequest struct {
	// Wants are what is wanted, and Lock what the lock states; nil for no lock.
	Wants []lock.Want
	Lock  *lock.Lock
	// Dir is the absolute path of the directory of packs.yaml and packs.lock, in which
	// their relative paths are; "" if they have none.
	Dir string
	// Locked refuses a lock that does not state what is wanted, with a
	// [*lock.DeviationError]; no index is read, and no content but what the lock
	// states is installed. Environments with packages that it does not state for this
	// platform are refused with [envbuild.ReasonNotLocked].
	Locked bool
	// Update names packs of the lock, see [lock.Options].
	Update []pack.Ref
	// Prune removes the installed packs that the lock does not have.
	Prune bool
	// PruneDropped removes those of them that Lock has, and the new one does not: what
	// the wants do not need any more.
	PruneDropped bool
	// Plan changes nothing: the report says what would be done, and has the lock.
	Plan bool
	// AllowBreak, SkipTests, IgnoreTests and SkipValidation are those of
	// [registry.Request]; Prefer, SkipRuntimes and SkipEnvironments those of
	// [pipeline.Request].
	AllowBreak                             []pack.Ref
	SkipTests, IgnoreTests, SkipValidation bool
	Prefer                                 map[pack.RuntimeName]string
	SkipRuntimes                           []pack.RuntimeName
	SkipEnvironments                       bool
	// OnEvent observes the stages; nil is fine.
	OnEvent pack.EventFunc
}

// A SyncAction is what is done to a pack.
type SyncAction string

// The actions. Repin installs other content of the same version, repair the same content
// again: what is on disk is not as recorded. Rebuild gives the same content the
// environments that the lock states.
const (
	SyncInstall   SyncAction = "install"
	SyncUpgrade   SyncAction = "upgrade"
	SyncDowngrade SyncAction = "downgrade"
	SyncRepin     SyncAction = "repin"
	SyncRepair    SyncAction = "repair"
	SyncRebuild   SyncAction = "rebuild"
	SyncKeep      SyncAction = "keep"
	SyncRemove    SyncAction = "remove"
)

// A SyncStep is what is done to one pack.
type SyncStep struct {
	Action SyncAction
	Ref    pack.Ref
	// From and To are the versions before and after, FromTree and ToTree the digests of
	// the content; zero where there is none, or where it is not known.
	From, To         pack.Version
	FromTree, ToTree pack.Digest
	// Done: it is so now.
	Done bool
}

// A SyncReport says what was done.
type SyncReport struct {
	// Lock is what the root was brought to, complete, to be written beside packs.yaml.
	Lock *lock.Lock
	// Steps has one for each pack of the lock and each that is removed, sorted by ref.
	Steps []SyncStep
	// Repins are versions that the index states with other content than the lock did.
	Repins []lock.Repin
	// Conflicts say which steps are refused, as they would break other installed packs,
	// with a [*registry.DependentsError]. Unless only a plan was wanted, they are in Failed,
	// too.
	Conflicts []pack.Failure
	Failed    []pack.Failure
	Warnings  []pack.Warning
	// Registration is the report of that stage, nil if nothing was registered.
	Registration *registry.Report
}

// Changes reports whether a step changes anything.
func (r *SyncReport) Changes() bool {
	return slices.ContainsFunc(r.Steps, func(s SyncStep) bool { return s.Action != SyncKeep })
}

const syncing = "sync packs"

// Sync brings the root to what is wanted: exactly the versions and the content of the
// lock, which is made or completed first, and the packages in their environments that it
// states. Everything is downloaded, and its environments
// are built, before anything changes; then packs that need each other change together.
// Other installed packs stay, unless Prune removes them, and if one of them would break,
// nothing is changed. A root that is there already is not touched; its files are compared with
// the records, and packs that differ are repaired.
//
// Roots that are brought to one lock have the same packs with the same content, whatever
// they had before. After an interruption another call completes the work. A pack that another
// operation has changed meanwhile, so that it is not as wanted in the end, has failed with
// [pack.CodeConflict].
//
// Packs that failed are in the report and in a [*pack.BatchError] that comes with it. Any
// other error means that nothing was changed; a report that comes with it has the lock and
// the steps.
func (h *Host) Sync(ctx context.Context, req SyncRequest) (*SyncReport, error) {
	s := &syncer{Host: h, Batch: batch.New(req.OnEvent), req: req, damaged: map[pack.Ref]bool{}, rebuild: map[pack.Ref]bool{}, learned: map[pack.ID]pack.Candidate{}, received: map[pack.Ref]*installer.DownloadedPack{}}
	err := s.all(ctx)
	s.report.Warnings = s.Warnings()
	if s.report.Lock != nil && req.Dir != "" {
		s.report.Lock = s.report.Lock.Relative(req.Dir)
	}
	if err != nil {
		return &s.report, fmt.Errorf("%s: %w", syncing, err)
	}
	return &s.report, batch.Err(ctx, syncing, s.report.Failed)
}

// A syncer is one call of Sync.
type syncer struct {
	*Host
	*batch.Batch
	req       SyncRequest
	installed []pack.InstalledPack
	damaged   map[pack.Ref]bool          // installed packs of the lock; those that are sound, too
	rebuild   map[pack.Ref]bool          // installed packs with other environments than the lock states
	learned   map[pack.ID]pack.Candidate // what pack.yaml says that an index does not
	received  map[pack.Ref]*installer.DownloadedPack
	staging   string
	downloads int
	report    SyncReport
}

func (s *syncer) all(ctx context.Context) (err error) {
	defer batch.Rescue(&err)
	if s.installed, err = s.Store.InstalledPacks(ctx); err != nil {
		return err
	}
	dir, release, err := s.Store.Stage(ctx)
	if err != nil {
		return fmt.Errorf("get staging directory: %w", err)
	}
	defer release()
	s.staging = dir
	if err := s.settle(ctx); err != nil || len(s.report.Failed) > 0 {
		return err
	}
	if err := s.lockEnvironments(ctx); err != nil || len(s.report.Failed) > 0 {
		return err
	}
	if s.report.Conflicts = s.conflicts(); s.req.Plan {
		return nil
	}
	if s.report.Failed = append(s.report.Failed, s.report.Conflicts...); len(s.report.Failed) > 0 {
		return nil
	}
	if err := s.apply(ctx); err != nil || len(s.report.Failed) > 0 {
		return err
	}
	return s.confirm(ctx)
}

// settle makes the lock, downloads what has to be, and plans the steps. Content that needs
// something else than the index states leads to another choice.
func (s *syncer) settle(ctx context.Context) error {
	for {
		if err := s.choose(ctx); err != nil {
			return err
		}
		if err := s.inspect(ctx); err != nil {
			return err
		}
		s.plan()
		again, err := s.download(ctx)
		if err != nil || !again {
			s.plan()
			return err
		}
	}
}

// plan compares the lock with what is installed.
func (s *syncer) plan() {
	s.report.Steps = []SyncStep{}
	for i := range s.report.Lock.Packs {
		p := &s.report.Lock.Packs[i]
		step := SyncStep{Action: SyncInstall, Ref: p.Ref, To: p.Version, ToTree: p.TreeDigest()}
		if k := s.find(p.Ref); k != nil {
			step.From, step.FromTree = k.Version, cmp.Or(k.Pin.TreeDigest, k.TreeDigest)
			if step.Action = compare(k, p); step.Action == SyncKeep && s.damaged[p.Ref] {
				step.Action = SyncRepair
			} else if step.Action == SyncKeep && s.rebuild[p.Ref] {
				step.Action = SyncRebuild
			}
		}
		step.Done = step.Action == SyncKeep
		s.report.Steps = append(s.report.Steps, step)
	}
	for i := range s.installed {
		if k := &s.installed[i]; s.prunes(k.Ref) {
			s.report.Steps = append(s.report.Steps, SyncStep{Action: SyncRemove, Ref: k.Ref, From: k.Version, FromTree: cmp.Or(k.Pin.TreeDigest, k.TreeDigest)})
		}
	}
	slices.SortFunc(s.report.Steps, func(a, b SyncStep) int { return cmp.Compare(a.Ref, b.Ref) })
}

// prunes reports whether an installed pack is removed.
func (s *syncer) prunes(ref pack.Ref) bool {
	dropped := s.req.PruneDropped && s.req.Lock != nil && s.req.Lock.Find(ref) != nil
	return (s.req.Prune || dropped) && s.report.Lock.Find(ref) == nil
}

func (s *syncer) find(ref pack.Ref) *pack.InstalledPack {
	for i := range s.installed {
		if s.installed[i].Ref == ref {
			return &s.installed[i]
		}
	}
	return nil
}

// compare returns what is done to an installed pack. A lock without a digest of the tree
// agrees with content that is certainly that of one of its pins.
func compare(k *pack.InstalledPack, p *lock.Pack) SyncAction {
	tree := p.TreeDigest()
	switch order := p.Version.Compare(k.Version); {
	case order > 0:
		return SyncUpgrade
	case order < 0:
		return SyncDowngrade
	case p.Version != k.Version:
		return SyncRepin
	case tree != "" && (k.Pin.TreeDigest == tree || k.TreeDigest == tree):
		return SyncKeep
	case tree == "" && k.Pin.TreeDigest != "" && slices.ContainsFunc(p.Pins, k.Pin.SameContent):
		return SyncKeep
	}
	return SyncRepin
}
