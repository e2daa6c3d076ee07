package ranges_test

import (
	"testing"

	"github.com/packtrain/pack/internal/text/npmrange"
	"github.com/packtrain/pack/internal/text/pep440"
	"github.com/packtrain/pack/internal/text/ranges"
)

func TestIsPython(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": true, "3": true, "3.11": true, ">=3.8": true, ">=3.8,<4": true, ">= 3.8 , < 4": true, ">=3.8 <4": true, "==3.*": true, "!=3.9.1": true,
		"~=3.9": true, "===3.11.2": true, ">=3.12rc1": true, ">=3.9.dev0": true,
		"^3.8": false, "~=3": false, ">=": false, "three": false, ">=3.*": false, "3.8+": false, ">=3.8;": false, ">=3.8 || <3": false, "latest": false,
	} {
		if got := ranges.IsPython(text); got != want {
			t.Errorf("%q: got %t", text, got)
		}
		if _, err := pep440.ParseRange(text); want && err != nil {
			t.Errorf("%q: the build refuses it: %v", text, err)
		}
	}
}

func TestIsNode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": true, "*": true, "18": true, "^18": true, ">=18": true, ">=18 <23": true, ">= 18": true, "18.x": true, "v20.1.0": true, "~18.2": true,
		"^18 || >=20": true, "16 - 18": true, "1.2.3-rc.1": true, "=18.0.0": true,
		"lts/*": false, "latest": false, ">=": false, "18.1.2.3": false, ">=18;": false, "^^18": false, "node18": false,
	} {
		if got := ranges.IsNode(text); got != want {
			t.Errorf("%q: got %t", text, got)
		}
		if _, err := npmrange.Parse(text); want && err != nil {
			t.Errorf("%q: the build refuses it: %v", text, err)
		}
	}
}

// FuzzRanges: what has the right form is never refused by the build.
func FuzzRanges(f *testing.F) {
	for _, text := range []string{">=3.8,<4", "^18 || >=20", "16 - 18", "==3.*", "~=3.9", "1.2.3-rc.1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := pep440.ParseRange(text); err != nil && ranges.IsPython(text) {
			t.Errorf("Python: %q: %v", text, err)
		}
		if _, err := npmrange.Parse(text); err != nil && ranges.IsNode(text) {
			t.Errorf("Node.js: %q: %v", text, err)
		}
	})
}
