package installer_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
)

// What sources tell, and what archivers added, is in the report and in an event.
func TestNotesAreWarnings(t *testing.T) {
	t.Parallel()
	w := worldtest.New()
	web := worldtest.Below("web-1.0.0", worldtest.Files("web@1.0.0"))
	web["META-INF/x"], web[".DS_Store"] = worldtest.File(""), worldtest.File("")
	w.Add("web", web)
	w.Pins["web"] = []pack.Pin{{Scheme: "test", Location: "web", StripTop: true}}
	w.OnFetch = func(ctx context.Context, _ pack.Pin) error {
		pack.Note(ctx, "left out %d\nfiles", 3)
		return nil
	}
	var events []string
	rep, err := download(t, w, installer.DownloadRequest{Specs: []string{"test:web"}, Dest: t.TempDir(), OnEvent: func(_ context.Context, e pack.Event) {
		if e.Kind == pack.EventWarning {
			events = append(events, e.Spec+": "+e.Message)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"test:web: left out 3 files",
		"test:web: left out what an archiver added beside the directory of the pack: .DS_Store, META-INF",
	}
	var got []string
	for _, warning := range rep.Warnings {
		got = append(got, warning.Spec+": "+warning.Message)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
}

// A source may be used without a stage.
func TestNoteWithoutAReceiver(t *testing.T) {
	t.Parallel()
	pack.Note(t.Context(), "is dropped")
}
