package envbuildtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

func checks() []check {
	return slices.Concat(requestChecks(), failureChecks(), environmentChecks(), reuseChecks(), reportChecks())
}

func requestChecks() []check {
	return []check{
		{"no path is a bad request", func(ctx context.Context, b *bench) error {
			_, err := b.build(ctx, envbuild.Request{})
			return wantCode(err, pack.CodeInvalidRequest)
		}},
		{"a preferred version has to be one", func(ctx context.Context, b *bench) error {
			_, errPython := b.pack(ctx, plain(), envbuild.Request{Prefer: map[pack.RuntimeName]string{pack.RuntimePython: "newest"}})
			_, errNode := b.pack(ctx, plain(), envbuild.Request{Prefer: map[pack.RuntimeName]string{pack.RuntimeNode: "newest"}})
			return errors.Join(wantCode(errPython, pack.CodeInvalidRequest), wantCode(errNode, pack.CodeInvalidRequest))
		}},
		{"a cancelled request fails as a whole", func(ctx context.Context, b *bench) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			rep, err := b.pack(ctx, python(), envbuild.Request{})
			if rep != nil && (len(rep.Built) > 0 || len(rep.Failed) != 1) {
				return fmt.Errorf("the report is %+v", rep)
			}
			return wantCode(err, pack.CodeCancelled)
		}},
	}
}

func failureChecks() []check {
	return []check{
		{"a pack that cannot be read does not disturb others", func(ctx context.Context, b *bench) error {
			first, err1 := b.layOut("first", plain())
			second, err2 := b.layOut("second", broken())
			third, err3 := b.layOut("third", bare())
			rep, err := b.build(ctx, envbuild.Request{Paths: []string{first, second, third, "relative"}})
			if rep == nil {
				return fmt.Errorf("no report: %w", err)
			}
			return errors.Join(err1, err2, err3, wantItems(err, second, "relative"),
				diff("built", refs(rep), []pack.Ref{"first", "third"}),
				diff("counts", []int{rep.Summary.Total, rep.Summary.Succeeded, rep.Summary.Failed}, []int{4, 2, 2}),
				wantFailed(rep, second, pack.StageLoad, "", pack.CodeInvalidManifest),
				wantFailed(rep, "relative", pack.StageLoad, "", pack.CodeInvalidRequest))
		}},
		{"a path that is named twice is one pack", func(ctx context.Context, b *bench) error {
			path, err1 := b.layOut("first", plain())
			rep, err2 := b.build(ctx, envbuild.Request{Paths: []string{path, path + "/."}, Contents: []*pack.Content{{Dir: path}}})
			return errors.Join(err1, err2, diff("built", refs(rep), []pack.Ref{"first"}))
		}},
		{"contents are like paths", func(ctx context.Context, b *bench) error {
			first, err1 := b.layOut("first", plain())
			second, err2 := b.layOut("second", plain())
			rep, err3 := b.build(ctx, envbuild.Request{Paths: []string{first}, Contents: []*pack.Content{{Dir: second}}})
			return errors.Join(err1, err2, err3, diff("built", refs(rep), []pack.Ref{"first", "second"}))
		}},
		{"content that is not what it was fails", func(ctx context.Context, b *bench) error {
			path, err := b.layOut("first", bare())
			other := pack.Digest("sha256:" + strings.Repeat("0", 64))
			rep, batch := b.build(ctx, envbuild.Request{Contents: []*pack.Content{{Dir: path, TreeDigest: other}}})
			if rep == nil {
				return batch
			}
			return errors.Join(err, wantFailed(rep, path, pack.StageEnvironments, "", pack.CodeContentChanged))
		}},
		{"an interpreter that is not there", func(ctx context.Context, b *bench) error {
			rep, err := b.pack(ctx, modern(), envbuild.Request{})
			if rep == nil || len(rep.Failed) != 1 {
				return errors.Join(err, fmt.Errorf("want one failed pack: %+v", rep))
			}
			return errors.Join(wantItems(err, rep.Failed[0].Spec),
				wantFailed(rep, rep.Failed[0].Spec, pack.StageEnvironments, pack.RuntimePython, pack.CodeBuildFailed))
		}},
	}
}

func refs(rep *envbuild.Report) []pack.Ref {
	got := []pack.Ref{}
	if rep == nil {
		return got
	}
	for _, p := range rep.Built {
		got = append(got, p.Ref)
	}
	return got
}

// wantItems wants a batch error about the given specs, in order.
func wantItems(err error, specs ...string) error {
	batch, ok := errors.AsType[*pack.BatchError](err)
	if !ok {
		return fmt.Errorf("want a batch error, got %w", err)
	}
	var got []string
	for i := range batch.Failures {
		got = append(got, batch.Failures[i].Spec)
	}
	return diff("failed items", got, specs)
}

// wantFailed wants the failure of one path, about a runtime where that is not "".
func wantFailed(rep *envbuild.Report, path string, stage pack.Stage, runtime pack.RuntimeName, code pack.Code) error {
	for i := range rep.Failed {
		f := &rep.Failed[i]
		if f.Spec != path {
			continue
		}
		got := pack.RuntimeName("")
		if about, ok := errors.AsType[*envbuild.RuntimeError](f.Err); ok {
			got = about.Runtime
		}
		return errors.Join(wantCode(f, code), diff("stage", f.Stage, stage), diff("code", f.Code, code),
			diff("runtime", got, runtime), diff("message", f.Message, f.Err.Error()))
	}
	return fmt.Errorf("no failure of %q: %+v", path, rep.Failed)
}

func environmentChecks() []check {
	return []check{
		{"a pack that needs no runtime", func(ctx context.Context, b *bench) error {
			envs, err := one(b.pack(ctx, plain(), envbuild.Request{}))
			return errors.Join(err, diff("environments", envs, envbuild.Environments{}))
		}},
		{"a pack with Python packages", func(ctx context.Context, b *bench) error {
			rep, err := b.pack(ctx, python(), envbuild.Request{})
			p, err := onePython(rep, err)
			if err != nil {
				return err
			}
			return errors.Join(isDir(p.Path), wantPrefix("version", p.Version, "Python 3."),
				diff("environment", []any{p.Ready, p.PackageCount, p.Reused, p.Key != ""}, []any{true, 1, false, true}),
				diff("built", []int{rep.Summary.Built[pack.RuntimePython], rep.Summary.Built[pack.RuntimeNode]}, []int{1, 0}))
		}},
		{"a pack with Node.js packages", func(ctx context.Context, b *bench) error {
			rep, err := b.pack(ctx, node(), envbuild.Request{})
			envs, err := one(rep, err)
			if err != nil || envs.Of(pack.RuntimeNode) == nil || envs.Of(pack.RuntimePython) != nil {
				return errors.Join(err, fmt.Errorf("want a Node.js environment: %+v", envs))
			}
			n := envs.Of(pack.RuntimeNode)
			return errors.Join(isDir(n.Path), wantPrefix("version", n.Version, "v"),
				diff("environment", []any{n.Ready, n.PackageCount, n.Reused, n.Key != ""}, []any{true, 1, false, true}),
				diff("built", []int{rep.Summary.Built[pack.RuntimePython], rep.Summary.Built[pack.RuntimeNode]}, []int{0, 1}))
		}},
		{"runtimes without packages", func(ctx context.Context, b *bench) error {
			envs, err := one(b.pack(ctx, bare(), envbuild.Request{}))
			if err != nil || envs.Of(pack.RuntimePython) == nil || envs.Of(pack.RuntimeNode) == nil {
				return errors.Join(err, fmt.Errorf("want both: %+v", envs))
			}
			return errors.Join(isDir(envs.Of(pack.RuntimePython).Path), diff("node_modules", envs.Of(pack.RuntimeNode).Path, ""),
				diff("counts", []int{envs.Of(pack.RuntimePython).PackageCount, envs.Of(pack.RuntimeNode).PackageCount}, []int{0, 0}))
		}},
		{"runtimes that are skipped", func(ctx context.Context, b *bench) error {
			envs, err := one(b.pack(ctx, bare(), envbuild.Request{Skip: []pack.RuntimeName{pack.RuntimePython, pack.RuntimeNode}}))
			return errors.Join(err, diff("environments", envs, envbuild.Environments{}))
		}},
		{"what was built is attached to the content", attached},
	}
}

func isDir(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%q is not a directory", path)
	}
	return err
}

func wantPrefix(what, got, prefix string) error {
	if !strings.HasPrefix(got, prefix) {
		return fmt.Errorf("%s = %q, want a text that begins with %q", what, got, prefix)
	}
	return nil
}

// attached holds for builders that know what belongs to which content.
func attached(ctx context.Context, b *bench) error {
	envs, err := one(b.pack(ctx, bare(), envbuild.Request{}))
	if err != nil || envs.Of(pack.RuntimePython) == nil || envs.Of(pack.RuntimeNode) == nil {
		return errors.Join(err, fmt.Errorf("want both: %+v", envs))
	}
	builder, err := b.newBuilder(b.envs())
	if err != nil {
		return err
	}
	registry, ok := builder.(interface {
		Environments(ctx context.Context, tree pack.Digest) ([]pack.Environment, error)
	})
	if !ok {
		return nil
	}
	path, err := b.layOut("app", bare())
	if err != nil {
		return err
	}
	tree, err := pack.TreeDigest(os.DirFS(path))
	if err != nil {
		return err
	}
	got, err := registry.Environments(ctx, tree)
	keys := map[pack.RuntimeName]string{}
	for _, e := range got {
		keys[e.Runtime] = e.Key
		_, statErr := os.Stat(e.Interpreter)
		err = errors.Join(err, statErr)
	}
	return errors.Join(err, diff("keys", keys, map[pack.RuntimeName]string{
		pack.RuntimePython: envs.Of(pack.RuntimePython).Key, pack.RuntimeNode: envs.Of(pack.RuntimeNode).Key,
	}))
}

func reportChecks() []check {
	return []check{
		{"lists are never null", func(ctx context.Context, b *bench) error {
			good, err1 := b.pack(ctx, plain(), envbuild.Request{})
			bad, err2 := b.build(ctx, envbuild.Request{Paths: []string{"relative"}})
			return errors.Join(err1, wantItems(err2, "relative"), wantLists(good), wantLists(bad))
		}},
		{"events are numbered and name each pack's end", func(ctx context.Context, b *bench) error {
			good, err1 := b.layOut("good", bare())
			bad, err2 := b.layOut("bad", broken())
			var log eventLog
			_, err := b.build(ctx, envbuild.Request{Paths: []string{good, bad}, OnEvent: log.add})
			return errors.Join(err1, err2, wantItems(err, bad), log.err, diff("ends", log.ends, map[string]pack.Status{
				good: pack.StatusDone, bad: pack.StatusFailed,
			}))
		}},
	}
}

func wantLists(rep *envbuild.Report) error {
	if rep == nil || rep.Built == nil || rep.Failed == nil || rep.Warnings == nil {
		return fmt.Errorf("a list is nil: %+v", rep)
	}
	return nil
}

// An eventLog checks events as they come: the last one about each spec, and no
// other, closes it.
type eventLog struct {
	seq  uint64
	ends map[string]pack.Status
	err  error
}

func (l *eventLog) add(_ context.Context, e pack.Event) {
	l.seq++
	if e.Seq != l.seq || e.Stage != pack.StageEnvironments && e.Stage != pack.StageLoad {
		l.err = errors.Join(l.err, fmt.Errorf("event %d has number %d and stage %q", l.seq, e.Seq, e.Stage))
	}
	if _, closed := l.ends[e.Spec]; closed {
		l.err = errors.Join(l.err, fmt.Errorf("event %d is about %q, which was closed", l.seq, e.Spec))
	}
	if e.Kind == pack.EventClosed {
		if l.ends == nil {
			l.ends = map[string]pack.Status{}
		}
		l.ends[e.Spec] = e.Status
	}
}

// files returns the files below dir.
func files(dir string) ([]string, error) {
	names := []string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, _ fs.DirEntry, err error) error {
		names = append(names, name)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, err
}
