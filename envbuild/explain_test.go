package envbuild

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden explanations anew")

// TestExplanations has outputs of real tools, of several versions: each has a reason, a
// package where the tool names one, a message for the user, and something to do.
func TestExplanations(t *testing.T) {
	t.Parallel()
	const dir = "testdata/explain"
	files, err := fs.Glob(os.DirFS(dir), "*/*.txt")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d outputs, %v; want at least 40", len(files), err)
	}
	got, unknown := map[string]string{}, 0
	for _, file := range files {
		output, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		tool, _, _ := strings.Cut(path.Dir(file), "-")
		e := driverFor(t, tool).explain(string(output)).inTermsOf(placesOf(tool), errors.New("exit status 1"), "")
		if e.Reason == ReasonUnknown {
			unknown++
			t.Errorf("%s: not known: %s", file, e.Message)
		}
		if e.Action() == "" || strings.Contains(e.Action(), "$") {
			t.Errorf("%s: nothing can be done about %s: %q", file, e.Reason, e.Action())
		}
		list := path.Dir(file)
		got[list] += fmt.Sprintf("%s: %s %q\n\t%s\n\t%s\n", strings.TrimSuffix(path.Base(file), ".txt"), e.Reason, e.Package, e.Message, e.Action())
	}
	for list, text := range got {
		compareGolden(t, filepath.Join(dir, list+".golden"), text)
	}
}

func driverFor(t *testing.T, tool string) driver {
	t.Helper()
	d := map[string]driver{"uv": &uv{}, "pip": &pip{}, "npm": &npmTool{}}[tool]
	if d == nil {
		t.Fatalf("no driver %q", tool)
	}
	return d
}

// placesOf returns the places of a pack that asks for some of the packages itself.
func placesOf(tool string) places {
	return func(name string) []string {
		switch {
		case name == "":
			return nil
		case strings.HasPrefix(name, "missing"), strings.HasPrefix(name, "absent"), strings.HasPrefix(name, "src"):
			return nil
		case tool == "npm":
			return []string{"package.json"}
		case strings.ContainsAny(name, "0123456789") || len(name) > 12 || strings.Contains(" the and of we can that Because because requested user versions all ", " "+name+" "):
			return nil // a word of a message
		}
		return []string{"requirements.txt:1"}
	}
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if diff := cmp.Diff(string(want), got); diff != "" || err != nil {
		t.Errorf("%s: %v (-want +got):\n%s", file, err, diff)
	}
}
