package index

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack"
)

// TestWriteBeside gives the index and the earlier file, and writes nothing after an error.
func TestWriteBeside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.json")
	if err := WriteBeside(t.Context(), path, ".sig", nil); pack.CodeOf(err) != pack.CodeIO {
		t.Errorf("without an index: %v", err)
	}
	if err := Update(t.Context(), path, time.Now(), func(*Document) error { return nil }); err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	for _, step := range []struct {
		earlier, content string
		err              error
	}{{"", "one", nil}, {"one", "two", refused}, {"one", "three", nil}} {
		err := WriteBeside(t.Context(), path, ".sig", func(data, earlier []byte) ([]byte, error) {
			if string(data) != string(index) || string(earlier) != step.earlier {
				t.Errorf("got %q beside %q", earlier, data)
			}
			return []byte(step.content), step.err
		})
		if !errors.Is(err, step.err) {
			t.Error(err)
		}
	}
	if got, err := os.ReadFile(path + ".sig"); err != nil || string(got) != "three" {
		t.Errorf("%q, %v", got, err)
	}
}
