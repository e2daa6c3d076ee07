package installertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
)

func checks() []check {
	return []check{
		{"packs lie at their refs", checkPlaces},
		{"outcomes are in the order of the request", checkOrder},
		{"content that is not a pack fails and leaves nothing", checkNoPacks},
		{"a spec that is named twice is one", checkOnce},
		{"a ref that comes twice fails the second time", checkTwice},
		{"the same content is left alone", checkSame},
		{"other content is replaced", checkReplaced},
		{"known content is not fetched", checkKnown},
		{"bad requests are refused as a whole", checkBadRequests},
		{"a cancelled request fails as a whole", checkCancelled},
		{"lists are never null", checkNulls},
		{"events are numbered and name each spec's end", checkEvents},
	}
}

func checkPlaces(ctx context.Context, b *bench) error {
	rep, err := b.download(ctx, "one", "inner")
	if err != nil {
		return err
	}
	for i, want := range []struct{ name, path string }{{"one", "one"}, {"inner", "inner/pack"}} {
		got := rep.Downloaded[i]
		sum, err := pack.DirectoryChecksum(b.packs[want.name])
		errs := []error{
			err, equal("ref", got.Content.ID.Ref, pack.Ref(want.name)), equal("version", got.Content.ID.Version.String(), "1.0.0"),
			equal("path", got.Content.Dir, filepath.Join(b.dest, want.path)), equal("checksum", got.DirectoryChecksum, sum),
			b.checkContent(want.name, want.name), checkDigests(got.Content),
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	info, err := os.Stat(filepath.Join(b.dest, "one", "bin", "run"))
	if err != nil {
		return err
	}
	return equal("mode of a script", info.Mode().Perm(), 0o755)
}

// checkDigests checks the digests by which later changes of the content are
// detected, if the content has them, and that its FS holds the content.
func checkDigests(got *pack.Content) error {
	fsys := os.DirFS(got.Dir)
	tree, err := pack.TreeDigest(fsys)
	if err == nil && got.TreeDigest != "" {
		err = equal("tree digest", got.TreeDigest, tree)
	}
	sum, err2 := pack.DirectoryChecksum(fsys)
	if err2 == nil && got.DirectoryChecksum != "" {
		err2 = equal("directory checksum", got.DirectoryChecksum, sum)
	}
	if got.FS == nil {
		return errors.Join(err, err2)
	}
	inFS, err3 := pack.TreeDigest(got.FS)
	return errors.Join(err, err2, err3, equal("tree digest of FS", inFS, tree))
}

func checkOrder(ctx context.Context, b *bench) error {
	names := []string{"unreadable", "one", "missing", "two"}
	rep, err := b.download(ctx, names...)
	batch, ok := errors.AsType[*pack.BatchError](err)
	if !ok || len(rep.Downloaded) != 2 || len(rep.Failed) != 2 || len(batch.Failures) != 2 {
		return fmt.Errorf("got %+v with error %w", rep, orNone(err))
	}
	var errs []error
	for i, at := range []int{1, 3} {
		d := rep.Downloaded[i]
		errs = append(errs, equal("item", d.Item, at), equal("spec", d.Spec, b.spec(names[at])))
	}
	for i, at := range []int{0, 2} {
		f, in := rep.Failed[i], batch.Failures[i]
		errs = append(errs, equal("item", f.Item, at), equal("spec", f.Spec, b.spec(names[at])), equal("stage", f.Stage, pack.StageDownload),
			equal("code", f.Code, pack.CodeOf(f.Err)), equal("message", in.Message, f.Message), equal("item in the error", in.Item, at))
	}
	return errors.Join(errs...)
}

// checkOnce names a spec twice.
func checkOnce(ctx context.Context, b *bench) error {
	rep, err := b.download(ctx, "one", "one", "missing", "missing")
	if rep == nil || len(rep.Downloaded) != 1 || len(rep.Failed) != 1 {
		return fmt.Errorf("got %+v with error %w, want one pack and one failure", rep, orNone(err))
	}
	return errors.Join(equal("item", rep.Downloaded[0].Item, 0), equal("item that failed", rep.Failed[0].Item, 2))
}

func checkNoPacks(ctx context.Context, b *bench) error {
	rep, err := b.download(ctx, "unreadable", "noversion", "empty", "link", "missing")
	if rep == nil || len(rep.Downloaded) > 0 || len(rep.Failed) != 5 {
		return fmt.Errorf("got %+v with error %w, want five failed packs", rep, orNone(err))
	}
	var errs []error
	for i, want := range []pack.Code{pack.CodeInvalidManifest, pack.CodeInvalidVersion, pack.CodeInvalidManifest, pack.CodeForbiddenEntry, pack.CodeNotFound} {
		errs = append(errs, equal("code of "+rep.Failed[i].Spec, pack.CodeOf(rep.Failed[i].Err), want))
	}
	return errors.Join(errs...)
}

func checkTwice(ctx context.Context, b *bench) error {
	rep, err := b.download(ctx, "one", "one2")
	if rep == nil || len(rep.Downloaded) != 1 || len(rep.Failed) != 1 {
		return fmt.Errorf("got %+v with error %w, want one failed pack", rep, orNone(err))
	}
	return errors.Join(equal("item that failed", rep.Failed[0].Item, 1),
		equal("code", pack.CodeOf(rep.Failed[0].Err), pack.CodeConflict), b.checkContent("one", "one"))
}

// checkSame marks the existing directory with a time that a new one does not have.
func checkSame(ctx context.Context, b *bench) error {
	if _, err := b.download(ctx, "one"); err != nil {
		return err
	}
	dir, mark := filepath.Join(b.dest, "one"), time.Unix(1_000_000_000, 0)
	if err := os.Chtimes(dir, mark, mark); err != nil {
		return err
	}
	if _, err := b.download(ctx, "one"); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	return errors.Join(equal("time of the directory", info.ModTime().Unix(), mark.Unix()), b.checkContent("one", "one"))
}

func checkReplaced(ctx context.Context, b *bench) error {
	if _, err := b.download(ctx, "one"); err != nil {
		return err
	}
	if _, err := b.download(ctx, "one2"); err != nil {
		return err
	}
	return b.checkContent("one", "one2")
}

// checkKnown: a pin without an immutable mark is never the same content, so
// the pack may be fetched all the same; what the report says has to be right.
func checkKnown(ctx context.Context, b *bench) error {
	rep, err := b.download(ctx, "one")
	if err != nil {
		return err
	}
	d := rep.Downloaded[0]
	known := pack.InstalledPack{
		ID: d.Content.ID, Pin: d.Content.Pin, DirectoryChecksum: d.DirectoryChecksum, Path: filepath.Join(b.dest, "two"),
	}
	if err := os.Rename(d.Content.Dir, known.Path); err != nil {
		return err
	}
	rep, err = b.request(ctx, installer.DownloadRequest{Specs: []string{b.spec("one")}, Dest: b.dest, Known: []pack.InstalledPack{known}})
	if err != nil {
		return err
	}
	got := rep.Downloaded[0]
	if !got.Unchanged {
		resolved := got.Content.Pin
		resolved.TreeDigest = "" // known only after it was fetched
		return errors.Join(equal("path", got.Content.Dir, d.Content.Dir), equal("same content", known.Pin.SameContent(resolved), false))
	}
	return errors.Join(equal("path", got.Content.Dir, known.Path), equal("checksum", got.DirectoryChecksum, known.DirectoryChecksum))
}

func checkBadRequests(ctx context.Context, b *bench) error {
	var errs []error
	for name, req := range map[string]installer.DownloadRequest{
		"no specs":               {Dest: b.dest},
		"no destination":         {Specs: []string{b.spec("one")}},
		"a relative destination": {Specs: []string{b.spec("one")}, Dest: "packs"},
	} {
		rep, err := b.request(ctx, req)
		if rep != nil {
			errs = append(errs, fmt.Errorf("%s: got a report", name))
		}
		errs = append(errs, equal("code for "+name, pack.CodeOf(err), pack.CodeInvalidRequest))
	}
	return errors.Join(errs...)
}

func checkCancelled(ctx context.Context, b *bench) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	rep, err := b.download(ctx, "one")
	_, statErr := os.Stat(filepath.Join(b.dest, "one"))
	if statErr == nil || rep != nil && (len(rep.Downloaded) > 0 || len(rep.Failed) != 1) {
		return fmt.Errorf("got %+v, and the pack is there: %t", rep, statErr == nil)
	}
	return equal("code", pack.CodeOf(err), pack.CodeCancelled)
}

func checkNulls(ctx context.Context, b *bench) error {
	for _, name := range []string{"one", "missing"} {
		rep, err := b.download(ctx, name)
		if rep == nil {
			return err
		}
		if rep.Downloaded == nil || rep.Failed == nil || rep.Warnings == nil {
			return fmt.Errorf("report with nil: %+v (%w)", rep, orNone(err))
		}
	}
	return nil
}

func checkEvents(ctx context.Context, b *bench) error {
	var errs []error
	n := uint64(0)
	end := map[string]pack.Status{}
	req := installer.DownloadRequest{Specs: []string{b.spec("one"), b.spec("missing")}, Dest: b.dest}
	req.OnEvent = func(_ context.Context, e pack.Event) {
		n++
		errs = append(errs, equal("number of event", e.Seq, n), equal("stage of event", e.Stage, pack.StageDownload))
		if _, closed := end[e.Spec]; closed {
			errs = append(errs, fmt.Errorf("event %d is about %q, which was closed", n, e.Spec))
		}
		if e.Kind == pack.EventClosed {
			end[e.Spec] = e.Status
		}
	}
	_, _ = b.request(ctx, req)
	return errors.Join(append(errs, equal("closing event", end[req.Specs[0]], pack.StatusDone), equal("closing event", end[req.Specs[1]], pack.StatusFailed))...)
}
