package interp_test

import (
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/interp"
)

func TestRanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text     string
		parse    func(string) (interp.Range, error)
		yes, not []string
	}{
		{">=3.8", interp.PythonRange, []string{"3.8.0", "3.10.1", "3.11.7"}, []string{"3.7.16", "2.7.18"}},
		{">=3.8,<3.12", interp.PythonRange, []string{"3.11.7"}, []string{"3.12.0"}},
		{" >= 3.8 , < 3.12 ", interp.PythonRange, []string{"3.11.7"}, []string{"3.12.0"}},
		{">=3.8 <3.12", interp.PythonRange, []string{"3.11.7"}, []string{"3.12.0"}},
		{">=3.8,!=3.9.*,!=3.10.1", interp.PythonRange, []string{"3.8.1", "3.10.2"}, []string{"3.9.18", "3.10.1"}},
		{"~=3.9", interp.PythonRange, []string{"3.9.0", "3.11.0"}, []string{"4.0.0", "3.8.9"}},
		{"~=3.9.2", interp.PythonRange, []string{"3.9.18"}, []string{"3.10.0", "3.9.1"}},
		{"3", interp.PythonRange, []string{"3.9.18", "3.13.0"}, []string{"2.7.18"}},
		{"3.1", interp.PythonRange, []string{"3.1.4"}, []string{"3.11.7"}},
		{"3.11.7", interp.PythonRange, []string{"3.11.7"}, []string{"3.11.8"}},
		{"3.11.*", interp.PythonRange, []string{"3.11.7"}, []string{"3.12.0"}},
		{"==3.11.7", interp.PythonRange, []string{"3.11.7"}, []string{"3.11.8"}},
		{"===3.11.7", interp.PythonRange, []string{"3.11.7"}, []string{"3.11.70"}},
		{"", interp.PythonRange, []string{"3.11.7"}, nil},
		{"^18 || ^20", interp.NodeRange, []string{"18.3.1", "20.20.2"}, []string{"19.0.0"}},
		{">=18 <21", interp.NodeRange, []string{"20.20.2"}, []string{"21.0.0"}},
		{"20", interp.NodeRange, []string{"20.20.2"}, []string{"21.0.0"}},
		{"20.x", interp.NodeRange, []string{"20.20.2"}, []string{"21.0.0"}},
		{"18 - 20", interp.NodeRange, []string{"20.20.2"}, []string{"21.0.0"}},
		{"", interp.NodeRange, []string{"20.20.2"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			r, err := tt.parse(tt.text)
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
		if _, err := interp.PythonRange(text); pack.CodeOf(err) != pack.CodeInvalidVersion {
			t.Errorf("Python %q: %v", text, err)
		}
	}
	for _, text := range []string{"lts/*", "latest", ">=18,<20", "git://x", "=>18"} {
		if _, err := interp.NodeRange(text); pack.CodeOf(err) != pack.CodeInvalidVersion {
			t.Errorf("Node.js %q: %v", text, err)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	if interp.Compare("3.10.1", "3.9.18") <= 0 || interp.Compare("3.14.0rc1", "3.14.0") >= 0 || interp.Compare("20.1.0", "20.1.0") != 0 {
		t.Error("versions are not ordered by number")
	}
}

func FuzzPythonRange(f *testing.F) {
	for _, s := range []string{">=3.8,<4", "3.11", "~=3.9 !=3.9.*", "===x", ">=3.8 ,", "^3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := interp.PythonRange(s)
		if err == nil {
			_ = r.Allows("3.11.7")
			if _, err := interp.PythonRange(r.String()); err != nil {
				t.Errorf("%q is parsed once but not twice: %v", s, err)
			}
		}
	})
}
