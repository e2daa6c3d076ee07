package installer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// fetch brings the content of one item into the staging directory, within the
// time a pack may take.
func (j *job) fetch(ctx context.Context, it *item) error {
	limit := j.req.Timeout
	if limit == 0 {
		limit = DefaultTimeout
	}
	late := pack.Errorf(pack.CodeTimeout, "it took longer than %v", limit)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, late)
	defer cancel()
	err := j.resolveAndDeliver(ctx, it)
	if err != nil && errors.Is(context.Cause(ctx), late) {
		return fmt.Errorf("download: %w (%w)", late, err)
	}
	return err
}

func (j *job) resolveAndDeliver(ctx context.Context, it *item) error {
	ctx = pack.WithNotes(ctx, func(ctx context.Context, text string) { j.Warn(ctx, &it.Item, "%s", text) })
	it.loc = it.loc.WithDefaults(j.req.Rev, j.req.Index)
	it.ID.Ref = it.loc.Ref()
	pins := it.pins
	if len(pins) == 0 {
		var err error
		if pins, err = j.config.Source.Resolve(ctx, it.loc); err != nil {
			return err
		}
	}
	if k, pin, files, ok := j.known(pins); ok {
		it.useKnown(k, pin, files)
		return j.checkIdentity(it, pin, k.ID)
	}
	return j.deliver(ctx, it, pins)
}

// deliver tries the alternatives in order, each into a tree of its own, until one
// delivers the expected content.
func (j *job) deliver(ctx context.Context, it *item, pins []pack.Pin) error {
	var failed error
	for n, pin := range pins {
		it.ID.Ref = wantedRef(it.loc, pin)
		err := j.try(ctx, it, fmt.Sprintf("%d-%d", it.At, n), pin)
		if err == nil {
			return nil
		}
		if untried := len(pins) - n - 1; untried > 0 && !j.config.PassMismatch && pack.CodeOf(err) == pack.CodeChecksumMismatch {
			err = &MismatchError{Untried: untried, Err: err}
		}
		failed = alternatives(failed, err)
		if ctx.Err() != nil || !j.canReplace(err) {
			break
		}
		if n+1 < len(pins) {
			j.Warn(ctx, &it.Item, "%s from %q failed, trying the next source: %v", pin.Scheme, pin.WithoutQuery().Location, err)
		}
	}
	if failed == nil {
		return pack.Errorf(pack.CodeNotFound, "resolve: no source delivers it")
	}
	return failed
}

// alternatives adds the failure of one more alternative.
func alternatives(failed, err error) error {
	if failed == nil {
		return err
	}
	return fmt.Errorf("%w; then: %w", failed, err)
}

// canReplace reports whether another alternative may be tried: this one was
// unavailable or has changed, or does not have the promised digest and policy allows
// that.
func (j *job) canReplace(err error) bool {
	if pack.CodeOf(err) == pack.CodeChecksumMismatch {
		return j.config.PassMismatch
	}
	return errors.Is(err, pack.ErrUnavailable) || errors.Is(err, pack.ErrNotFound) || errors.Is(err, pack.ErrIntegrity)
}

// maxAgain is how often an interrupted alternative is fetched again.
const maxAgain = 2

// try fetches one alternative and checks it, into a directory whose name begins
// with name. A transfer that was interrupted, and that its source could not
// continue, is restarted; one that did not even begin was already retried by its
// source.
func (j *job) try(ctx context.Context, it *item, name string, pin pack.Pin) error {
	for again := 0; ; again++ {
		begun, err := j.once(ctx, it, fmt.Sprintf("%s-%d", name, again), pin)
		if err == nil || !begun || !pack.Retryable(err) || again == maxAgain || ctx.Err() != nil {
			return err
		}
		j.Warn(ctx, &it.Item, "%s from %q broke off, beginning anew: %v", pin.Scheme, pin.WithoutQuery().Location, err)
	}
}

// once fetches one alternative into the new directory name in staging and checks
// it. It reports whether the source delivered anything.
func (j *job) once(ctx context.Context, it *item, name string, pin pack.Pin) (begun bool, err error) {
	if from := source.LocalPath(pin); from != "" && isBelow(j.req.Dest, from) {
		return false, pack.Errorf(pack.CodePolicyDenied, "the destination lies inside of the pack; choose one outside of %q", from)
	}
	root, err := j.staging.mkdir(name)
	if err != nil {
		return false, err
	}
	defer func() {
		err = errors.Join(err, root.Close())
		if err != nil {
			err = errors.Join(err, j.staging.remove(name))
		}
	}()
	begun, result, err := j.receive(ctx, it, root, pin)
	if err != nil {
		return begun, err
	}
	if len(result.Beside) > 0 {
		j.Warn(ctx, &it.Item, "left out what an archiver added beside the directory of the pack: %s", strings.Join(result.Beside, ", "))
	}
	it.staged, it.received = path.Join(name, filepath.ToSlash(result.Dir)), result
	return begun, j.verify(it, pin, root, result)
}

// receive fetches one alternative into root.
func (j *job) receive(ctx context.Context, it *item, root *os.Root, pin pack.Pin) (begun bool, result source.TreeResult, err error) {
	tree, err := source.NewTreeIn(root, &source.TreeOptions{
		StripTop: pin.StripTop, Subdir: pin.Subdir, DirectoryChecksum: true, Limits: j.config.Limits,
	})
	if err != nil {
		return false, result, err
	}
	defer func() { err = errors.Join(err, tree.Discard()) }() // root and what is in it stay
	m := j.meter(ctx, it, tree)
	if err := j.config.Source.Fetch(ctx, pin, m); err != nil {
		return m.begun, result, fmt.Errorf("fetch: %w", err)
	}
	result, err = tree.Finish()
	return true, result, err
}

// isBelow reports whether dir is parent, or lies below it, whatever links lead
// there.
func isBelow(dir, parent string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	parent, err2 := filepath.EvalSymlinks(parent)
	if err != nil || err2 != nil {
		return false // then nothing can be read there either
	}
	rel, err := filepath.Rel(parent, dir)
	return err == nil && filepath.IsLocal(rel)
}
