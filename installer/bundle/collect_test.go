package bundle_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/source/web"
)

func sum(content string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(content))) }

// serve serves pages by their paths, and returns a collector of it.
func serve(t *testing.T, pages map[string]string) *bundle.Collector {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.EscapedPath()]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if strings.HasPrefix(page, "{") {
			w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
		}
		_, _ = io.WriteString(w, strings.ReplaceAll(page, "SERVER", "http://"+r.Host))
	}))
	t.Cleanup(srv.Close)
	client, err := web.New(pack.Network{Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &bundle.Collector{Client: client, PythonIndex: srv.URL + "/simple/", NodeRegistry: srv.URL + "/npm"}
}

func namesOf(items []bundle.Item) (names []string) {
	for i := range items {
		names = append(names, items[i].Name)
	}
	slices.Sort(names)
	return names
}

// TestCollectPython: of what an index has, the archives are taken that the lock states and
// that fit the platform, whether the index says so in JSON or in HTML.
func TestCollectPython(t *testing.T) {
	t.Parallel()
	files := []string{
		"My_Kit-1.0-py3-none-any.whl", "my_kit-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "my_kit-1.0-cp311-cp311-macosx_11_0_arm64.whl",
		"my_kit-1.0-cp37-abi3-musllinux_1_2_x86_64.whl", "my_kit-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "my_kit-1.0-cp311-cp311-win_amd64.whl",
		"my-kit-1.0.tar.gz", "my_kit-2.0-py3-none-any.whl", "other-1.0-py3-none-any.whl", "my_kit-1.0-py2-none-any.whl", "my_kit-1.0-1-py3-none-any.whl",
	}
	var digests []string
	page, stated := "<html>", []any{}
	for i, file := range files {
		if file != "my_kit-1.0-1-py3-none-any.whl" { // which was added later
			digests = append(digests, sum(file))
		}
		page += fmt.Sprintf("<a data-x='1' href=\"../../files/%s#sha256=%s\">%d</a>\n<A HREF='https://elsewhere.example/readme.txt'>", file, sum(file)[7:], i)
		stated = append(stated, map[string]any{"filename": file, "url": "SERVER/files/" + file, "hashes": map[string]string{"sha256": sum(file)[7:]}})
	}
	text, err := json.Marshal(map[string]any{"files": stated})
	if err != nil {
		t.Fatal(err)
	}
	for form, page := range map[string]string{"html": page, "json": string(text)} {
		for platform, want := range map[string][]string{
			"linux/amd64/cp311":      {files[0], files[1]},
			"linux/amd64/cp312-musl": {files[0], files[3]},
			"linux/amd64/cp311t":     {files[0]},
			"linux/arm64/cp310":      {files[0]},
			"darwin/arm64/cp311":     {files[0], files[2]},
			"windows/amd64/cp311":    {files[0], files[5]},
		} {
			c := serve(t, map[string]string{"/simple/my-kit/": page})
			items, err := c.Python(t.Context(), &bundle.PythonRelease{Name: "my-kit", Version: "1.0", Platform: platform, Digests: digests})
			slices.Sort(want)
			if diff := cmp.Diff(want, namesOf(items)); diff != "" || err != nil {
				t.Errorf("%s, %s: %v\n%s", form, platform, err, diff)
			}
		}
		c := serve(t, map[string]string{"/simple/my-kit/": page})
		items, err := c.Python(t.Context(), &bundle.PythonRelease{Name: "my-kit", Version: "1.0", Platform: "linux/amd64/cp311", Digests: []string{sum(files[6])}})
		if diff := cmp.Diff([]string{files[6]}, namesOf(items)); diff != "" || err != nil {
			t.Errorf("%s, source: %v\n%s", form, err, diff)
		}
		_, err = c.Python(t.Context(), &bundle.PythonRelease{Name: "my-kit", Version: "1.0", Platform: "linux/amd64/cp311", Digests: []string{sum("x")}})
		if pack.CodeOf(err) != pack.CodeNotFound {
			t.Errorf("%s, other digests: got %v", form, err)
		}
	}
}

// TestCollectedIsCompared: what an index delivers has to be what the lock states.
func TestCollectedIsCompared(t *testing.T) {
	t.Parallel()
	c := serve(t, map[string]string{
		"/simple/kit/":                         "<a href=\"kit-1.0-py3-none-any.whl\">no digest</a>",
		"/simple/kit/kit-1.0-py3-none-any.whl": "a wheel",
		"/npm/@s%2fweb":                        `{"versions": {"1.0.0": {"dist": {"tarball": "https://elsewhere.example/npm/@s/web/-/web-1.0.0.tgz"}}}}`,
		"/npm/@s/web/-/web-1.0.0.tgz":          "a tarball",
	})
	python := func(digest string) bundle.Item {
		items, err := c.Python(t.Context(), &bundle.PythonRelease{Name: "kit", Version: "1.0", Platform: "linux/amd64/cp311", Digests: []string{digest}})
		if err != nil {
			t.Fatal(err)
		}
		return items[0]
	}
	for name, tt := range map[string]struct {
		item bundle.Item
		want pack.Code
	}{
		"wheel":           {python(sum("a wheel")), ""},
		"another wheel":   {python(sum("another")), pack.CodeChecksumMismatch},
		"package":         {c.Node("@s/web", "1.0.0", integrity("a tarball")), ""},
		"another package": {c.Node("@s/web", "1.0.0", integrity("another")), pack.CodeChecksumMismatch},
		"weak digest":     {c.Node("@s/web", "1.0.0", "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="), pack.CodeMalformedContent},
		"other version":   {c.Node("@s/web", "2.0.0", integrity("a tarball")), pack.CodeNotFound},
		"no registry":     {(&bundle.Collector{}).Node("@s/web", "1.0.0", integrity("a tarball")), pack.CodeInvalidRequest},
		"unknown package": {c.Node("none", "1.0.0", integrity("a tarball")), pack.CodeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := tt.item.Write(context.WithoutCancel(t.Context()), io.Discard); pack.CodeOf(err) != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
