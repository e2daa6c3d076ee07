package registrysource_test

import (
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// TestYanked passes yanked versions over, says why, and chooses none when all are.
func TestYanked(t *testing.T) {
	t.Parallel()
	broken, silent := demo("2.0.0", m{"yanked": "loses \x1b data"}), demo("3.0.0", m{"yanked": ""})
	s := fileSource(t, indexOf(t, demo("1.0.0", nil), broken, silent), registrysource.Config{})
	pins, err := s.Resolve(t.Context(), locator(t, "demo"))
	if err != nil || pins[0].Version.String() != "1.0.0" {
		t.Errorf("got %+v, %v", pins, err)
	}
	found, err := s.Candidates(t.Context(), pack.Want{Ref: "demo"})
	if err != nil || len(found) != 3 || found[0].Unusable != nil {
		t.Fatalf("got %+v, %v", found, err)
	}
	for i, want := range []string{`3.0.0 was yanked from the index, without a reason`, `2.0.0 was yanked from the index: "loses \x1b data"`} {
		if got := found[i+1].Unusable; got == nil || !strings.Contains(got.Error(), want) {
			t.Errorf("got %v, want %s", got, want)
		}
	}
	if matches, err := s.Search(t.Context(), "demo"); err != nil || len(matches) != 1 || len(matches[0].Versions) != 1 {
		t.Errorf("got %+v, %v", matches, err)
	}
	if problems, err := problemsOf(t, s); len(problems) != 0 || err != nil {
		t.Errorf("got %+v, %v", problems, err)
	}

	s = fileSource(t, indexOf(t, broken), registrysource.Config{})
	if _, err := s.Resolve(t.Context(), locator(t, "demo@2.0.0")); pack.CodeOf(err) != pack.CodeNotFound || !strings.Contains(err.Error(), "was yanked") {
		t.Errorf("got %v", err)
	}
	s = fileSource(t, indexOf(t, broken, demo("2.0.0", nil)), registrysource.Config{})
	_, err = s.Resolve(t.Context(), locator(t, "demo"))
	wantCode(t, err, pack.CodeNameCollision)
	refuseEntry(t, demo("1.0.0", m{"yanked": true}), pack.CodeMalformedContent)
}

// refuseEntry wants an index without entries that can be used.
func refuseEntry(t *testing.T, entry any, want pack.Code) {
	t.Helper()
	problems, err := problemsOf(t, fileSource(t, indexOf(t, entry), registrysource.Config{}))
	if err != nil || len(problems) != 1 {
		t.Fatalf("got %+v, %v", problems, err)
	}
	wantCode(t, problems[0].Err, want)
}
