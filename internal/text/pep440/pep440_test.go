package pep440_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/packtrain/pack/internal/text/pep440"
)

func TestRanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text     string
		yes, not []string
	}{
		{">=3.8", []string{"3.8.0", "3.10.1", "3.11.7"}, []string{"3.7.16", "2.7.18"}},
		{">=3.8,<3.12", []string{"3.11.7"}, []string{"3.12.0"}},
		{" >= 3.8 , < 3.12 ", []string{"3.11.7"}, []string{"3.12.0"}},
		{">=3.8 <3.12", []string{"3.11.7"}, []string{"3.12.0"}},
		{">=3.8,!=3.9.*,!=3.10.1", []string{"3.8.1", "3.10.2"}, []string{"3.9.18", "3.10.1"}},
		{"~=3.9", []string{"3.9.0", "3.11.0"}, []string{"4.0.0", "3.8.9"}},
		{"~=3.9.2", []string{"3.9.18"}, []string{"3.10.0", "3.9.1"}},
		{"3", []string{"3.9.18", "3.13.0"}, []string{"2.7.18"}},
		{"3.1", []string{"3.1.4"}, []string{"3.11.7"}},
		{"3.11.7", []string{"3.11.7"}, []string{"3.11.8"}},
		{"3.11.*", []string{"3.11.7"}, []string{"3.12.0"}},
		{"==3.11.7", []string{"3.11.7"}, []string{"3.11.8"}},
		{"===3.11.7", []string{"3.11.7"}, []string{"3.11.70"}},
		{"", []string{"3.11.7"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			r, err := pep440.ParseRange(tt.text)
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

func TestRangesRefuse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"^3.8", "latest", ">=", ">=3.8;<4", "=3.8", ">=3.8,,<4", "3.8 || 3.9", ">= =3", "=>3"} {
		_, err := pep440.ParseRange(text)
		if syntax, ok := errors.AsType[*pep440.SyntaxError](err); !ok || syntax.Text != text || !strings.HasSuffix(text, syntax.At) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	if pep440.Compare("3.10.1", "3.9.18") <= 0 || pep440.Compare("3.14.0rc1", "3.14.0") >= 0 || pep440.Compare("20.1.0", "20.1.0") != 0 {
		t.Error("versions are not ordered by number")
	}
}

func FuzzParseRange(f *testing.F) {
	for _, s := range []string{">=3.8,<4", "3.11", "~=3.9 !=3.9.*", "===x", ">=3.8 ,", "^3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := pep440.ParseRange(s)
		if err == nil {
			_ = r.Allows("3.11.7")
			if _, err := pep440.ParseRange(r.String()); err != nil {
				t.Errorf("%q is parsed once but not twice: %v", s, err)
			}
		}
	})
}
