package batch_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/batch"
)

func TestSets(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		items  string
		joined map[rune]string
		want   []string
	}{
		"none":           {"", nil, nil},
		"each alone":     {"abc", nil, []string{"a", "b", "c"}},
		"one direction":  {"abcd", map[rune]string{'c': "a"}, []string{"ac", "b", "d"}},
		"through others": {"abcde", map[rune]string{'a': "d", 'b': "d", 'e': "c"}, []string{"abd", "ce"}},
		"in a circle":    {"abcd", map[rune]string{'a': "b", 'b': "c", 'c': "a"}, []string{"abc", "d"}},
		"with itself":    {"ab", map[rune]string{'a': "a"}, []string{"a", "b"}},
		"not among them": {"ab", map[rune]string{'a': "x", 'b': "x"}, []string{"a", "b"}},
		"all":            {"abcd", map[rune]string{'b': "a", 'c': "a", 'd': "a"}, []string{"abcd"}},
	} {
		var got []string
		for _, set := range batch.Sets([]rune(tt.items), func(r rune) []rune { return []rune(tt.joined[r]) }) {
			got = append(got, string(set))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}
