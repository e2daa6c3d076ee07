package registrysource_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// TestNoChecksums: a checksum may be missing where the index is configured so, which is told;
// one that is there has to be right everywhere.
func TestNoChecksums(t *testing.T) {
	t.Parallel()
	without := func(checksum any) m {
		s := archiveSource()
		s["checksum"] = checksum
		if checksum == nil {
			delete(s, "checksum")
		}
		return demo("1.0.0", m{"install_sources": list{s}})
	}
	for _, tc := range []struct {
		name  string
		entry m
		bare  bool
		code  pack.Code
		note  string
	}{
		{"missing and allowed", without(nil), true, "", "states no checksum for demo@1.0.0"},
		{"missing", without(nil), false, pack.CodeChecksumMismatch, ""},
		{"malformed", without("md5:00"), true, pack.CodeChecksumMismatch, ""},
		{"empty", without(""), true, pack.CodeChecksumMismatch, ""},
		{"a number", without(7), true, pack.CodeMalformedContent, ""},
		{"missing, of a file", demo("1.0.0", m{"install_sources": list{m{"type": "archive", "url": "demo.tar.gz"}}}), true, pack.CodeChecksumMismatch, ""},
		{"there", demo("1.0.0", nil), true, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "index.json")
			write(t, path, indexOf(t, tc.entry))
			s := newSource(t, registrysource.Config{Indices: []registrysource.Index{{URL: path, NoChecksums: tc.bare}}})
			notes := []string{}
			ctx := pack.WithNotes(t.Context(), func(_ context.Context, text string) { notes = append(notes, text) })
			pins, err := s.Resolve(ctx, locator(t, "demo"))
			if pack.CodeOf(err) != tc.code || err == nil && len(pins) == 0 {
				t.Errorf("got %v, %v", pins, err)
			}
			if all := strings.Join(notes, "\n"); !strings.Contains(all, tc.note) || tc.note == "" && all != "" {
				t.Errorf("notes %q", all)
			}
		})
	}
}
