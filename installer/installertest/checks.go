package installertest

import (
	"bytes"
	"context"
	"encoding/json"
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
		{"what is no pack fails and leaves nothing", checkNoPacks},
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
			err, equal("ref", got.Ref, pack.Ref(want.name)), equal("version", got.Version.String(), "1.0.0"),
			equal("path", got.Path, filepath.Join(b.dest, want.path)), equal("checksum", got.Checksum, sum),
			b.checkContent(want.name, want.name), checkTree(got),
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

// checkTree checks the digest by which the content is told when it is changed
// later.
func checkTree(got installer.DownloadedPack) error {
	tree, err := pack.TreeDigest(os.DirFS(got.Path))
	if err != nil || got.Tree == "" {
		return err
	}
	return equal("tree digest", got.Tree, tree)
}

func checkOrder(ctx context.Context, b *bench) error {
	names := []string{"unreadable", "one", "missing", "two"}
	rep, err := b.download(ctx, names...)
	batch, ok := errors.AsType[*pack.BatchError](err)
	if !ok || len(rep.Downloaded) != 2 || len(rep.Failed) != 2 || len(batch.Items) != 2 {
		return fmt.Errorf("got %+v with error %w", rep, orNone(err))
	}
	var errs []error
	for i, at := range []int{1, 3} {
		d := rep.Downloaded[i]
		errs = append(errs, equal("item", d.Item, at), equal("spec", d.Spec, b.spec(names[at])))
	}
	for i, at := range []int{0, 2} {
		f := rep.Failed[i]
		errs = append(errs, equal("item", f.Item, at), equal("spec", f.Spec, b.spec(names[at])),
			equal("error", batch.Items[i].Err, f.Err), equal("stage", batch.Items[i].Stage, pack.StageDownload))
	}
	return errors.Join(append(errs, equal("counts", [3]int{rep.Total, rep.Succeeded, rep.Failures}, [3]int{4, 2, 2}))...)
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

// checkSame marks what lies there by a time that a new directory does not have.
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
	known := pack.InstalledPack{ID: pack.ID{Ref: d.Ref, Version: d.Version}, Pin: d.Pin, Directory: d.Checksum, Path: filepath.Join(b.dest, "two")}
	if err := os.Rename(d.Path, known.Path); err != nil {
		return err
	}
	rep, err = b.request(ctx, installer.DownloadRequest{Specs: []string{b.spec("one")}, Dest: b.dest, Known: []pack.InstalledPack{known}})
	if err != nil {
		return err
	}
	got := rep.Downloaded[0]
	if !got.Unchanged {
		return errors.Join(equal("path", got.Path, d.Path), equal("same content", known.Pin.SameContent(got.Pin), false))
	}
	return errors.Join(equal("path", got.Path, known.Path), equal("checksum", got.Checksum, known.Directory))
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
	if _, statErr := os.Stat(filepath.Join(b.dest, "one")); rep != nil || statErr == nil {
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
		for i := range rep.Downloaded {
			rep.Downloaded[i].Commit = new(string) // may be null
		}
		text, err := json.Marshal(rep)
		if err != nil || bytes.Contains(text, []byte(":null")) {
			return fmt.Errorf("report with null: %s (%w)", text, orNone(err))
		}
	}
	return nil
}

func checkEvents(ctx context.Context, b *bench) error {
	var errs []error
	n := uint64(0)
	end := map[string]pack.EventKind{}
	req := installer.DownloadRequest{Specs: []string{b.spec("one"), b.spec("missing")}, Dest: b.dest}
	req.OnEvent = func(_ context.Context, e pack.Event) {
		n++
		errs = append(errs, equal("number of event", e.Seq, n), equal("stage of event", e.Stage, pack.StageDownload))
		end[e.Spec] = e.Kind
	}
	_, _ = b.request(ctx, req)
	return errors.Join(append(errs, equal("last event", end[req.Specs[0]], pack.EventFinished), equal("last event", end[req.Specs[1]], pack.EventFailed))...)
}
