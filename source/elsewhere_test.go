package source_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// entries makes entries of words: "name" is a file, "name/" a directory, "name->x" a
// symbolic link, "name=x" a hard link, "name|" a pipe, and "name!" has a fault.
func entries(words string) []source.Entry {
	var list []source.Entry
	for word := range strings.FieldsSeq(words) {
		e := source.Entry{Name: word}
		if name, target, ok := strings.Cut(word, "->"); ok {
			e = source.Entry{Name: name, Mode: fs.ModeSymlink, Link: target}
		} else if name, target, ok := strings.Cut(word, "="); ok {
			e = source.Entry{Name: name, Link: target}
		} else if name, ok := strings.CutSuffix(word, "|"); ok {
			e = source.Entry{Name: name, Mode: fs.ModeNamedPipe}
		} else if name, ok := strings.CutSuffix(word, "!"); ok {
			e = source.Entry{Name: name, Mode: fs.ModeIrregular, Fault: pack.Errorf(pack.CodeUnsafePath, "at fault")}
		} else if strings.HasSuffix(word, "/") {
			e.Mode = fs.ModeDir
		}
		list = append(list, e)
	}
	return list
}

// What lies outside of the subdirectory is dropped, whatever it is; what lies in it,
// or on the way there, is judged as ever.
func TestTreeJudgesOnlyTheSubdir(t *testing.T) {
	t.Parallel()
	const link, path, twice, none = pack.CodeForbiddenEntry, pack.CodeUnsafePath, pack.CodeNameCollision, pack.CodeNotFound
	tests := []struct {
		entries string
		want    pack.Code
	}{
		{"repo/ repo/other->/etc repo/dev| repo/hard=x repo/aux.txt repo/a:b repo/bad! repo/packs/a/f", ""},
		{"repo/packs/a/f repo/.git/config repo/README repo/readme repo/packs/b/x->y repo/packs/ab->x", ""},
		{"repo/packs/a/f repo/x/../y", ""},
		{"packs/a/f other->/etc", ""},
		{"packs/a/f ../x", ""},
		{"packs/a/f repo/packs/a/x->y", ""}, // there is no top to strip
		{"repo/packs/a/x->y packs/a/f", ""}, // which shows only later
		{"packs/packs/a/f packs/a->y", ""},  // the top is packs
		{"repo/ repo/packs/ repo/packs/a/ repo/packs/a/f", ""},
		{"repo/packs/a/f repo/packs/a/x->y", link},
		{"repo/packs/a/x->y repo/packs/a/f", link},
		{"repo/packs/a/f repo/packs/a/x=y", link},
		{"repo/packs/a/f repo/packs/a/x|", link},
		{"repo/packs/a/f repo/packs/a/x!", path},
		{"repo/packs/a/f repo/packs/a/aux.txt", path},
		{"repo/packs/a/f repo/x/../packs/a/g", path},
		{"repo/packs/a/f repo/packs/a/../../x", ""},
		{"repo/packs/a/f repo/packs/a/.git/config", pack.CodeInvalidManifest},
		{"repo/packs/a/f repo/packs/a/F", twice},
		{"repo/packs/a/f repo/Packs/A/g", twice},
		{"repo/packs/a/f repo/Packs/a->x", link},
		{"repo/packs/a/f repo/packs./a/g", path},
		{`repo/packs/a/f repo/packs\a\g`, path},
		{"repo/packs/a/f repo/pa\u200bcks/a/g", path},
		{"repo/packs->x repo/packs/a/f", link},
		{"repo/packs/a->x repo/packs/a/f", link},
		{"repo/packs repo/packs/a/f", twice},
		{"packs/a/f packs/a/x->y other", link},
		{"other packs/a/f packs/a/x->y", link},
		{"packs/a/x->y packs/a/f other", link}, // refused at the end
		{"repo/packs/b/f", none},
		{"repo/Packs/a/f", none},
	}
	for _, tt := range tests {
		t.Run(tt.entries, func(t *testing.T) {
			t.Parallel()
			tree, _ := newTree(t, &source.TreeOptions{StripTop: true, Subdir: "packs/a", DirectoryChecksum: true})
			got, err := receiveAll(t, tree, entries(tt.entries))
			if pack.CodeOf(err) != tt.want {
				t.Fatalf("error %v with the code %q, want %q", err, pack.CodeOf(err), tt.want)
			}
			if err == nil {
				compareContent(t, got, "f")
			}
		})
	}
}

func TestTreeJudgesTheSubdirOfWholeTrees(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]pack.Code{
		"packs/a/f x/packs/a/l->y l->y": "",
		"packs/a/f packs/a/l->y":        pack.CodeForbiddenEntry,
		"packs/a/l->y packs/a/f":        pack.CodeForbiddenEntry,
	} {
		tree, _ := newTree(t, &source.TreeOptions{Subdir: "packs/a"})
		if _, err := receiveAll(t, tree, entries(words)); pack.CodeOf(err) != want {
			t.Errorf("%s: error %v, want code %q", words, err, want)
		}
	}
}

// receiveAll pushes entries and finishes the tree.
func receiveAll(t *testing.T, tree *source.Tree, list []source.Entry) (source.TreeResult, error) {
	t.Helper()
	for _, e := range list {
		if err := tree.Put(t.Context(), e, nil); err != nil {
			return source.TreeResult{}, err
		}
	}
	return tree.Finish()
}

func TestTreeListsWhatItDropsBesideTheTop(t *testing.T) {
	t.Parallel()
	tree, _ := newTree(t, &source.TreeOptions{StripTop: true})
	if err := source.PutFS(t.Context(), tree, content("META-INF/x META-INF/y .DS_Store __MACOSX/top/._a top/a top/.DS_Store")); err != nil {
		t.Fatal(err)
	}
	got, err := tree.Finish()
	if err != nil || !slices.Equal(got.Beside, []string{".DS_Store", "META-INF", "__MACOSX"}) {
		t.Errorf("got %q, %v", got.Beside, err)
	}
	if _, err := os.Stat(got.Dir + "/.DS_Store"); err != nil {
		t.Errorf("content was dropped: %v", err)
	}
}
