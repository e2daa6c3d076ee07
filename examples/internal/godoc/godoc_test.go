package godoc_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/internal/godoc"
	"github.com/packtrain/pack/examples/internal/godoc/testdata/words"
)

func TestObject(t *testing.T) {
	t.Parallel()
	s := godoc.New(map[string]string{"github.com/packtrain/pack/examples": "../.."})
	got, err := s.Object(reflect.TypeFor[words.Door[int]]())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"":       "A Door leads somewhere.",
		"wide":   "wide is its width, and high its height; null if it is not known.",
		"high":   "wide is its width, and high its height; null if it is not known.",
		"color":  "color is \"red\" at first.\n- \"red\": as in words.Door",
		"Plain":  "behind it",
		"silent": "",
		"room":   "room is where it leads; of an embedded type.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
