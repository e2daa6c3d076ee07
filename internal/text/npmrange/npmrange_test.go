package npmrange_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/packtrain/pack/internal/text/npmrange"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text     string
		yes, not []string
	}{
		{"^18 || ^20", []string{"18.3.1", "20.20.2"}, []string{"19.0.0"}},
		{">=18 <21", []string{"20.20.2"}, []string{"21.0.0"}},
		{"20", []string{"20.20.2"}, []string{"21.0.0"}},
		{"20.x", []string{"20.20.2"}, []string{"21.0.0"}},
		{"18 - 20", []string{"20.20.2"}, []string{"21.0.0"}},
		{"", []string{"20.20.2"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			r, err := npmrange.Parse(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if r.String() != tt.text {
				t.Errorf("String = %q", r)
			}
			for _, v := range tt.yes {
				if !r.Allows(v) {
					t.Errorf("refuses %s", v)
				}
			}
			for _, v := range tt.not {
				if r.Allows(v) {
					t.Errorf("admits %s", v)
				}
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"lts/*", "latest", ">=18,<20", "git://x", "=>18"} {
		_, err := npmrange.Parse(text)
		if syntax, ok := errors.AsType[*npmrange.SyntaxError](err); !ok || syntax.Text != text || errors.Unwrap(err) == nil ||
			!strings.HasPrefix(err.Error(), fmt.Sprintf("version range %q: ", text)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"^18 || ^20", ">=18 <21", "18 - 20", "20.x", "lts/*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := npmrange.Parse(s)
		if err == nil {
			_ = r.Allows("20.1.0")
			if _, err := npmrange.Parse(r.String()); err != nil {
				t.Errorf("%q is parsed once but not twice: %v", s, err)
			}
		}
	})
}
