package installer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

func TestDownloadReportsWhatLiesWhere(t *testing.T) {
	t.Parallel()
	w, dest := worldtest.New(), t.TempDir()
	web := worldtest.Files("web@1.2.0", "bin/run", "#!/bin/sh\n")
	w.Add("web", web)
	rep, err := download(t, w, installer.DownloadRequest{Specs: []string{"test:web"}, Dest: filepath.Join(dest, "packs")})
	if err != nil {
		t.Fatal(err)
	}
	checksum, err := pack.DirectoryChecksum(web)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := pack.TreeDigest(web)
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	for _, f := range web {
		size += int64(len(f.Data))
	}
	version, _ := pack.ParseVersion("1.2.0")
	want := &installer.DownloadReport{
		Downloaded: []installer.DownloadedPack{{
			Spec: "test:web", Scheme: "test", DirectoryChecksum: checksum,
			Content: &pack.Content{
				Dir: filepath.Join(dest, "packs", "web"), ID: pack.ID{Ref: "web", Version: version},
				Pin: pack.Pin{Scheme: "test", Location: "web", TreeDigest: tree, Size: size}, TreeDigest: tree, DirectoryChecksum: checksum, Followed: []pack.Dependency{},
			},
		}},
		Failed: []pack.Failure{}, Warnings: []pack.Warning{},
	}
	if m := rep.Downloaded[0].Manifest; m == nil || m.ID() != want.Downloaded[0].Content.ID {
		t.Errorf("got manifest %+v", m)
	}
	if diff := cmp.Diff(want, rep, cmpopts.IgnoreFields(pack.Content{}, "FS"), cmpopts.IgnoreFields(installer.DownloadedPack{}, "Manifest")); diff != "" {
		t.Errorf("report (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(worldtest.Contents(web), worldtest.Read(t, rep.Downloaded[0].Content.Dir)); diff != "" {
		t.Errorf("content (-want +got)\n%s", diff)
	}
}

func TestWhatSpecsTurnedOutToBe(t *testing.T) {
	t.Parallel()
	commit := strings.Repeat("1", 40)
	tests := []struct {
		spec, location string
		pin            pack.Pin
		want           string // the scheme
		archive        bool
		commit         bool
	}{
		{spec: "web@>=1", location: "web", pin: pack.Pin{Scheme: "git", Commit: commit}, want: "registry", commit: true},
		{spec: "web@^2", location: "web", pin: pack.Pin{Scheme: "https"}, want: "registry", archive: true},
		{spec: "github:org/web", location: "https://github.com/org/web.git", pin: pack.Pin{Scheme: "git", Commit: commit}, want: "git", commit: true},
		{spec: "https://example.com/web.tar.gz", location: "https://example.com/web.tar.gz", pin: pack.Pin{Scheme: "https"}, want: "https", archive: true},
		{spec: "/srv/web", location: "/srv/web", pin: pack.Pin{Scheme: "local"}, want: "local"},
		{spec: "/srv/web.zip", location: "/srv/web.zip", pin: pack.Pin{Scheme: "local", ArchiveDigest: "sha256:" + pack.Digest(strings.Repeat("1", 64))}, want: "local", archive: true},
	}
	for _, tt := range tests {
		t.Run(tt.spec, func(t *testing.T) {
			t.Parallel()
			w := worldtest.New()
			tt.pin.Location = "there"
			w.Pins[tt.location] = []pack.Pin{tt.pin}
			w.Add("there", worldtest.Files("web@2.2.0"))
			rep, err := download(t, w, installer.DownloadRequest{Specs: []string{tt.spec}, Dest: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			got := rep.Downloaded[0]
			if got.Scheme != tt.want || got.Archive != tt.archive || (got.Content.Pin.Commit == commit) != tt.commit {
				t.Errorf("got scheme %q, archive %t and commit %v", got.Scheme, got.Archive, got.Content.Pin.Commit)
			}
		})
	}
}

func TestRequestCompletesLocators(t *testing.T) {
	t.Parallel()
	w := worldtest.New()
	req := installer.DownloadRequest{
		Specs: []string{"web", "github:org/web", "github:org/web@v1", "https://example.com/web.tar.gz"},
		Dest:  t.TempDir(), Rev: "main", Index: "https://example.com/index.json",
	}
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: w, Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Download(t.Context(), req); err == nil {
		t.Fatal("an empty world delivered something")
	}
	var got []string
	for _, loc := range w.Resolved {
		got = append(got, fmt.Sprintf("%s rev=%q index=%q", loc.Scheme, loc.Rev, loc.Index))
	}
	want := []string{`registry rev="" index="https://example.com/index.json"`, `git rev="main" index=""`, `git rev="v1" index=""`, `https rev="" index=""`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestKnownPacksAreNotFetched(t *testing.T) {
	t.Parallel()
	version, _ := pack.ParseVersion("1.2.0")
	pin := pack.Pin{Ref: "web", Version: version, Scheme: "git", Location: "there", Commit: strings.Repeat("1", 40)}
	known := pack.InstalledPack{ID: pack.ID{Ref: "web", Version: version}, Pin: pin, Path: t.TempDir()}
	if err := os.CopyFS(known.Path, worldtest.Files("web@1.2.0")); err != nil {
		t.Fatal(err)
	}
	known.DirectoryChecksum, _ = pack.DirectoryChecksum(os.DirFS(known.Path))
	w := worldtest.New()
	w.Pins["web"] = []pack.Pin{{Scheme: "https", Location: "elsewhere", ETag: "x"}, pin}
	w.Pins["other"] = w.Pins["web"]
	rep, err := download(t, w, installer.DownloadRequest{Specs: []string{"web", "test:other", "web@^2"}, Dest: t.TempDir(), Known: []pack.InstalledPack{known}})
	if len(w.Fetches()) != 0 {
		t.Errorf("fetched %q", w.Fetches())
	}
	if len(rep.Downloaded) != 1 {
		t.Fatalf("got %+v, %v", rep, err)
	}
	got := rep.Downloaded[0]
	c := got.Content
	if !got.Unchanged || c.Dir != known.Path || c.DirectoryChecksum != known.DirectoryChecksum || c.ID != known.ID || c.Pin != pin {
		t.Errorf("got %+v", got)
	}
	if len(rep.Failed) != 2 || pack.CodeOf(rep.Failed[0].Err) != pack.CodeConflict || pack.CodeOf(rep.Failed[1].Err) != pack.CodeInvalidVersion {
		t.Errorf("got failures %+v", rep.Failed)
	}
}

func TestOneBadPackDoesNotDisturbOthers(t *testing.T) {
	t.Parallel()
	w, dest := worldtest.New(), t.TempDir()
	w.Add("a", worldtest.Files("a@1.0.0"))
	w.Add("same", worldtest.Files("a@2.0.0"))
	w.Add("bad", fstest.MapFS{"pack.yaml": worldtest.File("ref: [")})
	w.Add("z", worldtest.Files("z@1.0.0"))
	specs := []string{"test:bad", "test:a", "test:none", "https://user:secret@example.com/x.git", "test:same", "test:z"}
	rep, err := download(t, w, installer.DownloadRequest{Specs: specs, Dest: dest})
	batch, ok := errors.AsType[*pack.BatchError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var got []string
	for i, f := range rep.Failed {
		got = append(got, fmt.Sprintf("%d %s %s", f.Item, f.Spec, pack.CodeOf(f.Err)))
		if !errors.Is(batch.Failures[i].Err, f.Err) || batch.Failures[i].Stage != pack.StageDownload {
			t.Errorf("got item %+v for %+v", batch.Failures[i], f)
		}
	}
	want := []string{
		"0 test:bad invalid_manifest", "2 test:none not_found",
		"3 https://***@example.com/x.git policy_denied", "4 test:same conflict",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("failed (-want +got)\n%s", diff)
	}
	if len(rep.Downloaded) != 2 || rep.Downloaded[1].Item != 5 || len(rep.Failed) != 4 {
		t.Errorf("got %+v", rep)
	}
	if strings.Contains(fmt.Sprint(err), "secret") {
		t.Errorf("credentials in %v", err)
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	d := newDownloader(t, worldtest.New())
	for name, req := range map[string]installer.DownloadRequest{
		"no specs":         {Dest: t.TempDir()},
		"relative path":    {Specs: []string{"web"}, Dest: "packs"},
		"negative timeout": {Specs: []string{"web"}, Dest: t.TempDir(), Timeout: -1},
	} {
		if rep, err := d.Download(t.Context(), req); rep != nil || pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%s: got %v, %v", name, rep, err)
		}
	}
	if _, err := installer.NewDownloader(installer.DownloadConfig{}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("no source: got %v", err)
	}
}

func TestTimeoutIsOfOnePack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, dest := worldtest.New(), t.TempDir()
		w.Add("slow", worldtest.Files("slow@1.0.0"))
		w.Add("quick", worldtest.Files("quick@1.0.0"))
		w.OnFetch = func(ctx context.Context, pin pack.Pin) error {
			if pin.Location == "slow" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		start := time.Now()
		rep, err := download(t, w, installer.DownloadRequest{Specs: []string{"test:slow", "test:quick"}, Dest: dest})
		if pack.CodeOf(err) != pack.CodeTimeout || len(rep.Downloaded) != 1 {
			t.Errorf("got %v, %+v", err, rep)
		}
		if took := time.Since(start); took != installer.DefaultTimeout {
			t.Errorf("took %v", took)
		}
	})
}

func TestCancelWhileFetching(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w, dest := worldtest.New(), t.TempDir()
	w.Add("web", worldtest.Files("web@1.0.0"))
	w.OnFetch = func(ctx context.Context, _ pack.Pin) error {
		cancel()
		return nil
	}
	var last pack.Event
	rep, err := newDownloader(t, w).Download(ctx, installer.DownloadRequest{
		Specs: []string{"test:web"}, Dest: dest, OnEvent: func(_ context.Context, e pack.Event) { last = e },
	})
	if len(rep.Downloaded) > 0 || len(rep.Failed) != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", rep, err)
	}
	if last.Kind != pack.EventClosed || last.Status != pack.StatusFailed || last.Code != pack.CodeCancelled {
		t.Errorf("the last event is %+v", last)
	}
	if entries, err := os.ReadDir(dest); err != nil || len(entries) != 0 {
		t.Errorf("left %v, %v", entries, err)
	}
}

func TestProgressIsThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := worldtest.New()
		web := worldtest.Files("web@1.0.0")
		for i := range 20 {
			web[fmt.Sprintf("data/%02d", i)] = worldtest.File(strings.Repeat("x", 1000))
		}
		src := &slowSource{World: w, pause: 30 * time.Millisecond}
		w.Add("web", web)
		var done []int64
		_, err := download(t, src, installer.DownloadRequest{
			Specs: []string{"test:web"}, Dest: t.TempDir(),
			OnEvent: func(_ context.Context, e pack.Event) {
				if e.Kind == pack.EventProgress {
					done = append(done, e.Done)
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(done) < 3 || len(done) > 6 {
			t.Errorf("got %d events of progress in 630 ms: %v", len(done), done)
		}
	})
}
