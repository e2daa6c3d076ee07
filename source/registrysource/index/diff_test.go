package index_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource/index"
)

func document(t testing.TB, entries ...index.Entry) *index.Document {
	t.Helper()
	d := &index.Document{}
	for _, e := range entries {
		if err := d.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func id(t testing.TB, version string) pack.ID {
	t.Helper()
	v, err := pack.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	return pack.ID{Ref: "demo", Version: v}
}

// TestDiff: each way in which a version can change has its own word.
func TestDiff(t *testing.T) {
	t.Parallel()
	old := document(t, entry(t, "1.0.0", "a"), entry(t, "1.1.0", "b"), entry(t, "1.2.0", "c"), entry(t, "1.3.0", "d"), entry(t, "1.4.0", "e"))
	described := entry(t, "1.2.0", "c")
	described.Description = "other words"
	both := entry(t, "1.3.0", "other")
	both.Label = "other"
	now := document(t, entry(t, "1.1.0", "b"), described, both, entry(t, "1.4.0", "e"), entry(t, "2.0.0", "f"))
	if err := errors.Join(now.Yank(id(t, "1.1.0"), "bad"), old.Yank(id(t, "1.4.0"), "bad")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range now.Diff(old) {
		got = append(got, d.ID.Version.String()+" "+string(d.Change))
	}
	want := []string{"2.0.0 added", "1.4.0 unyanked", "1.3.0 republished", "1.3.0 described", "1.2.0 described", "1.1.0 yanked", "1.0.0 removed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if same := now.Diff(now); len(same) != 0 {
		t.Errorf("it differs from itself: %v", same)
	}
}

// TestMerge: what another index has is added, with URLs that lead to the same places.
func TestMerge(t *testing.T) {
	t.Parallel()
	other := document(t, entry(t, "1.0.0", "a"), entry(t, "1.1.0", "b"))
	if err := other.Yank(id(t, "1.1.0"), "bad"); err != nil {
		t.Fatal(err)
	}
	into := document(t, entry(t, "2.0.0", "c"))
	added, err := into.Merge(other, "https://other.example/packs/")
	if err != nil || len(added) != 2 {
		t.Fatalf("got %v, %v", added, err)
	}
	text := string(into.Bytes())
	for _, part := range []string{`"https://other.example/packs/demo-1.0.0.tar.gz"`, `"demo-2.0.0.tar.gz"`, `"yanked": "bad"`} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in\n%s", part, text)
		}
	}
	if added, err := into.Merge(other, "https://other.example/packs/"); err != nil || len(added) != 0 {
		t.Errorf("again: got %v, %v", added, err)
	}
	before := string(into.Bytes())
	_, err = into.Merge(document(t, entry(t, "2.0.0", "forged"), entry(t, "3.0.0", "d")), "")
	if pack.CodeOf(err) != pack.CodeConflict || string(into.Bytes()) != before {
		t.Errorf("other content of one version: got %v", err)
	}
	for _, base := range []string{"packs/", "https://other.example/packs", "://"} {
		if _, err := document(t).Merge(other, base); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("base %q: got %v", base, err)
		}
	}
	beside := document(t)
	if added, err := into.Merge(document(t, entry(t, "1.0.0", "a")), ""); err != nil || len(added) != 0 {
		t.Errorf("the same content from another place: got %v, %v", added, err)
	}
	if _, err := beside.Merge(other, ""); err != nil || !strings.Contains(string(beside.Bytes()), `"demo-1.0.0.tar.gz"`) {
		t.Errorf("got %v\n%s", err, beside.Bytes())
	}
}
