package git_test

import (
	"bytes"
	"crypto/sha1"
	"os"
	"testing"

	"github.com/packtrain/pack/internal/git"
)

// TestHostile holds the rows of the corpus that concern objects, by their ids.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("H15/collision", collision)
	t.Run("H17/bombs", bombs)
	t.Run("H17/damage", damage)
}

// collision: the SHA-1 of both contents is the same, their names are not.
func collision(t *testing.T) {
	t.Parallel()
	s := git.NewStore("")
	var plain, ours [2][]byte
	for i, name := range []string{"testdata/shattered-1.bin", "testdata/shattered-2.bin"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha1.Sum(content)
		plain[i] = sum[:]
		ours[i] = s.Sum(content)
	}
	if !bytes.Equal(plain[0], plain[1]) {
		t.Fatal("these contents do not collide")
	}
	if bytes.Equal(ours[0], ours[1]) || bytes.Equal(ours[0], plain[0]) {
		t.Errorf("the collision goes unnoticed: %x", ours[0])
	}
}
