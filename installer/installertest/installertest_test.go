package installertest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/installertest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/source/sourcetest"
)

// newDownloader makes the real one.
func newDownloader(packs map[string]fstest.MapFS) (installer.Installer, func(string) string, error) {
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: sourcetest.NewMemory(packs)})
	return d, func(name string) string { return "memory:" + name }, err
}

func TestDownloader(t *testing.T) {
	t.Parallel()
	installertest.Run(t, newDownloader)
}

// broken wraps the real Downloader and breaks one promise.
type broken struct {
	installer.Installer
	before func(ctx context.Context, req *installer.DownloadRequest) context.Context
	after  func(req installer.DownloadRequest, rep *installer.DownloadReport, err error) (*installer.DownloadReport, error)
}

func (b broken) Download(ctx context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	if b.before != nil {
		ctx = b.before(ctx, &req)
	}
	rep, err := b.Installer.Download(ctx, req)
	if b.after != nil {
		return b.after(req, rep, err)
	}
	return rep, err
}

// spoil changes every report.
func spoil(change func(req installer.DownloadRequest, rep *installer.DownloadReport)) broken {
	return broken{after: func(req installer.DownloadRequest, rep *installer.DownloadReport, err error) (*installer.DownloadReport, error) {
		if rep != nil {
			change(req, rep)
		}
		return rep, err
	}}
}

func TestSuiteFindsBrokenInstallers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		broken broken
		want   string // a check that has to fail
	}{
		{"lies about the path", spoil(func(_ installer.DownloadRequest, rep *installer.DownloadReport) {
			for i := range rep.Downloaded {
				rep.Downloaded[i].Content.Dir = filepath.Dir(rep.Downloaded[i].Content.Dir)
			}
		}), "packs lie at their refs"},
		{"lies about the content", spoil(func(_ installer.DownloadRequest, rep *installer.DownloadReport) {
			for i := range rep.Downloaded {
				rep.Downloaded[i].Content.TreeDigest = rep.Downloaded[i].DirectoryChecksum
			}
		}), "packs lie at their refs"},
		{"reports backwards", spoil(func(_ installer.DownloadRequest, rep *installer.DownloadReport) {
			slices.Reverse(rep.Downloaded)
		}), "outcomes are in the order of the request"},
		{"does not fail for one pack", broken{after: func(_ installer.DownloadRequest, rep *installer.DownloadReport, _ error) (*installer.DownloadReport, error) {
			return rep, nil
		}}, "outcomes are in the order of the request"},
		{"leaves a directory", spoil(func(req installer.DownloadRequest, _ *installer.DownloadReport) {
			_ = os.Mkdir(filepath.Join(req.Dest, "left"), 0o755)
		}), "content that is not a pack fails and leaves nothing"},
		{"accepts content that is not a pack", spoil(func(_ installer.DownloadRequest, rep *installer.DownloadReport) {
			for _, f := range rep.Failed {
				rep.Downloaded = append(rep.Downloaded, installer.DownloadedPack{Item: f.Item, Spec: f.Spec, Content: &pack.Content{}})
			}
			rep.Failed = nil
		}), "a ref that comes twice fails the second time"},
		{"replaces the same content", broken{before: func(ctx context.Context, req *installer.DownloadRequest) context.Context {
			_ = os.RemoveAll(filepath.Join(req.Dest, "one"))
			return ctx
		}}, "the same content is left alone"},
		{"keeps what is there", spoil(func(req installer.DownloadRequest, _ *installer.DownloadReport) {
			_ = os.WriteFile(filepath.Join(req.Dest, "one", "data", "text"), []byte("data of one 1.0.0"), 0o644)
		}), "other content is replaced"},
		{"mistakes what is known", spoil(func(req installer.DownloadRequest, rep *installer.DownloadReport) {
			for i := range rep.Downloaded {
				rep.Downloaded[i].Unchanged = len(req.Known) > 0
			}
		}), "known content is not fetched"},
		{"takes any request", broken{after: func(_ installer.DownloadRequest, rep *installer.DownloadReport, err error) (*installer.DownloadReport, error) {
			return rep, errors.Join(err)
		}, before: func(ctx context.Context, req *installer.DownloadRequest) context.Context {
			if len(req.Specs) == 0 {
				req.Specs = []string{"none"}
			}
			return ctx
		}}, "bad requests are refused as a whole"},
		{"ignores cancellation", broken{before: func(ctx context.Context, _ *installer.DownloadRequest) context.Context {
			return context.WithoutCancel(ctx)
		}}, "a cancelled request fails as a whole"},
		{"leaves lists null", spoil(func(_ installer.DownloadRequest, rep *installer.DownloadReport) {
			if len(rep.Failed) == 0 {
				rep.Failed = nil
			}
		}), "lists are never null"},
		{"does not number events", broken{before: func(ctx context.Context, req *installer.DownloadRequest) context.Context {
			if observe := req.OnEvent; observe != nil {
				req.OnEvent = func(ctx context.Context, e pack.Event) { e.Seq = 7; observe(ctx, e) }
			}
			return ctx
		}}, "events are numbered and name each spec's end"},
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	t.Cleanup(func() {
		for _, name := range installertest.Names() {
			if !seen[name] {
				t.Errorf("nothing shows that check %q can fail", name)
			}
		}
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := installertest.Failures(t.Context(), t.TempDir, func(packs map[string]fstest.MapFS) (installer.Installer, func(string) string, error) {
				d, spec, err := newDownloader(packs)
				b := tt.broken
				b.Installer = d
				return b, spec, err
			})
			if !slices.Contains(failed, tt.want) {
				t.Errorf("check %q passed; failed ones are %q", tt.want, failed)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, name := range failed {
				seen[name] = true
			}
		})
	}
}

func TestFake(t *testing.T) {
	t.Parallel()
	f := &installertest.Fake{Broken: map[pack.Ref]error{"web": pack.ErrUnavailable}}
	rep, err := f.Download(t.Context(), installer.DownloadRequest{Specs: []string{"slack@^2", "web", "github:org/tool@v1"}, Dest: "/packs"})
	if !errors.Is(err, pack.ErrUnavailable) || len(rep.Downloaded) != 2 || rep.Downloaded[1].Content.Dir != "/packs/tool" || rep.Failed[0].Item != 1 {
		t.Errorf("got %+v, %v", rep, err)
	}
	all, err := f.Install(t.Context(), pipeline.Request{Specs: []string{"slack", "web"}})
	if !errors.Is(err, pack.ErrUnavailable) || all.Summary.Installed != 1 || all.Outcomes[1].Status != pack.StatusFailed {
		t.Errorf("got %+v, %v", all, err)
	}
	if len(f.Downloads()) != 1 || len(f.Installs()) != 1 || f.Installs()[0].Specs[1] != "web" {
		t.Errorf("got %+v and %+v", f.Downloads(), f.Installs())
	}
	f.OnInstall = func(context.Context, pipeline.Request) (*pipeline.Report, error) { return nil, pack.ErrBusy }
	f.OnDownload = func(context.Context, installer.DownloadRequest) (*installer.DownloadReport, error) {
		return nil, pack.ErrBusy
	}
	if _, err := f.Install(t.Context(), pipeline.Request{}); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("got %v", err)
	}
	if _, err := f.Download(t.Context(), installer.DownloadRequest{}); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("got %v", err)
	}
}

func TestFakeKeepsTheContract(t *testing.T) {
	t.Parallel()
	storage := pack.NewFailure(0, "", "", pack.StageStorage, pack.ErrStore)
	f := &installertest.Fake{Broken: map[pack.Ref]error{"web": pack.ErrUnavailable, "bad": pack.ErrTests, "full": &storage}}
	ends := map[string]pack.Status{}
	specs := []string{"web", "slack@^2", "bad", "slack@^2", "full", "No"}
	rep, err := f.Install(t.Context(), pipeline.Request{Specs: specs, OnEvent: func(_ context.Context, e pack.Event) {
		if e.Kind == pack.EventClosed {
			ends[e.Spec] = e.Status
		}
	}})
	var got []string
	for _, o := range rep.Outcomes {
		text := o.Spec + " " + string(o.Status)
		if o.Failure != nil {
			text += " at " + string(o.Failure.Stage)
		}
		got = append(got, text)
	}
	want := []string{"web failed at download", "slack@^2 installed", "bad failed at tests", "full failed at storage", "No failed at download"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes -want +got:\n%s\n%v", diff, err)
	}
	closed := map[string]pack.Status{
		"web": pack.StatusFailed, "slack@^2": pack.StatusInstalled, "bad": pack.StatusFailed, "full": pack.StatusFailed, "No": pack.StatusFailed,
	}
	if diff := cmp.Diff(closed, ends); diff != "" {
		t.Errorf("closing events -want +got:\n%s", diff)
	}
}

func TestFakeAsAWhole(t *testing.T) {
	t.Parallel()
	var f installertest.Fake
	_, err := f.Install(t.Context(), pipeline.Request{})
	_, err2 := f.Download(t.Context(), installer.DownloadRequest{Dest: "/packs"})
	_, err3 := f.Download(t.Context(), installer.DownloadRequest{Specs: []string{"slack"}})
	for _, err := range []error{err, err2, err3} {
		if pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("got %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if rep, err := f.Install(ctx, pipeline.Request{Specs: []string{"slack"}}); pack.CodeOf(err) != pack.CodeCancelled || rep.Summary.Failed != 1 {
		t.Errorf("install: got %+v, %v", rep, err)
	}
	if rep, err := f.Download(ctx, installer.DownloadRequest{Specs: []string{"slack"}, Dest: "/packs"}); pack.CodeOf(err) != pack.CodeCancelled || len(rep.Failed) != 1 {
		t.Errorf("download: got %+v, %v", rep, err)
	}
}
