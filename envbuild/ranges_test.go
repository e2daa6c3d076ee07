package envbuild

import (
	"testing"

	"github.com/packtrain/pack"
)

func TestInvalidRangesHaveACode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		parse      func(string) (versionRange, error)
		text, want string
	}{
		{pythonRange, "^3.8", `Python version range "^3.8": write it as in ">=3.8,<4"`},
		{nodeRange, "lts/*", `Node.js version range "lts/*": write it as in ">=18 <23"`},
	} {
		_, err := tt.parse(tt.text)
		if pack.CodeOf(err) != pack.CodeInvalidVersion || err.Error() != tt.want {
			t.Errorf("%q: got %v with the code %q", tt.text, err, pack.CodeOf(err))
		}
	}
}
