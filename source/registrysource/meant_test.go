package registrysource_test

import (
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// TestWhichPackWasMeant: an error names the pack of the index that was mistyped.
func TestWhichPackWasMeant(t *testing.T) {
	t.Parallel()
	s := fileSource(t, indexOf(t, demo("1.0.0", nil)), registrysource.Config{})
	for spec, want := range map[string]string{
		"dmeo": `there is no pack "dmeo": did you mean "demo"?`,
		"none": `there is no pack "none"`,
	} {
		_, err := s.Resolve(t.Context(), locator(t, spec))
		if pack.CodeOf(err) != pack.CodeNotFound || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
