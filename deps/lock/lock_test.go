package lock_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
)

// example returns a lock with everything that the grammar has.
func example(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "packs.lock"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustParse(t *testing.T, text string) *lock.Lock {
	t.Helper()
	l, err := lock.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return l
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	text := string(example(t))
	l := mustParse(t, text)
	if diff := cmp.Diff(text, string(l.Bytes())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	crlf := mustParse(t, strings.ReplaceAll(text, "\n", "\r\n"))
	if diff := cmp.Diff(text, string(crlf.Bytes())); diff != "" {
		t.Errorf("lines that end with CR LF (-want +got)\n%s", diff)
	}
}

// TestParsed: what the text of the example means.
func TestParsed(t *testing.T) {
	t.Parallel()
	l := mustParse(t, string(example(t)))
	app := l.Find("app")
	if app == nil || len(app.Pins) != 2 || len(l.Wants) != 2 || len(l.Packs) != 3 || len(l.Indices) != 1 {
		t.Fatalf("got %+v", l)
	}
	digest := func(c string) pack.Digest { return pack.Digest("sha256:" + strings.Repeat(c, 64)) }
	want := []pack.Pin{
		{
			Ref: "app", Version: app.Version, Scheme: "https", Location: "https://dl.example/app-1.4.0.tar.gz", StripTop: true, Size: 1024,
			ArchiveDigest: digest("1"), DirectoryChecksum: digest("2"), TreeDigest: digest("3"), Via: pack.Origin{Index: "std", Entry: "app@1.4.0"},
		},
		{
			Ref: "app", Version: app.Version, Scheme: "git", Location: "https://git.example/app.git", Commit: strings.Repeat("0", 40),
			DirectoryChecksum: digest("2"), TreeDigest: digest("3"), Via: pack.Origin{Index: "std", Entry: "app@1.4.0"},
		},
	}
	if diff := cmp.Diff(want, app.Pins); diff != "" {
		t.Errorf("pins (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]pack.Ref{"core"}, app.Provided); diff != "" || app.Platform.String() != ">=2 <4" || app.Environments[pack.RuntimePython] != "python-303488f1abe5" {
		t.Errorf("got %+v", app)
	}
	if tool := l.Want("tool"); tool == nil || tool.From != "github:acme/tool@main" {
		t.Errorf("got %+v", tool)
	}
	if local := l.Find("tool"); local.Pins[0].Location != "../my packs/tool" || local.Pins[0].Subdir != "packs/tool" {
		t.Errorf("got %+v", local.Pins)
	}
}

// TestRecordsOmitSecrets: no user information, query or entity tag gets into the text.
func TestRecordsOmitSecrets(t *testing.T) {
	t.Parallel()
	v, _ := pack.ParseVersion("1.0.0")
	pin := pack.Pin{Scheme: "https", Location: "https://h.example/x.tgz?sig=canary", ETag: "canary", ArchiveDigest: pack.Digest("sha256:" + strings.Repeat("a", 64))}
	l := &lock.Lock{
		Indices: []lock.Index{{Name: "std", Location: "https://user:canary@h.example/i.json?t=canary"}},
		Wants:   []lock.Want{{Ref: "x", From: "https://canary@h.example/x.tgz?sig=canary#v1"}},
		Packs:   []lock.Pack{{ID: pack.ID{Ref: "x", Version: v}, Pins: []pack.Pin{pin}}},
	}
	text := string(l.Bytes())
	if strings.Contains(text, "canary") || !strings.Contains(text, "  pin https://h.example/x.tgz query-left-out\n") || !strings.Contains(text, "want x https://h.example/x.tgz#v1\n") {
		t.Errorf("got\n%s", text)
	}
	again := mustParse(t, text)
	if string(again.Bytes()) != text || !lock.QueryLeftOut(&again.Packs[0].Pins[0]) {
		t.Errorf("got\n%s", again.Bytes())
	}
}

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	const p = "packs.lock 1\n\npack a 1.0.0\n"
	tree := "  tree sha256:" + strings.Repeat("a", 64) + "\n"
	for text, want := range map[string]string{
		"":                                       `line 1: a lock begins with the line "packs.lock 1"`,
		"packs.lock 2\nfuture\n":                 `line 1: the format has version "2", and this program reads version 1: upgrade it`,
		"packs.lock 1\nfuture x\n":               `line 2: block "future" is not known in version 1 of the format: a later version of the program may have written it, so upgrade this one`,
		p + "  pin https://h/a\n  signature x\n": `line 5: fact "signature" is not known in version 1`,
		"packs.lock 1\n\nenv e python\n  future x y z\n": `line 4: fact "future" is not known in version 1`,
		p:                                        "line 4: pack a has no pin",
		p + tree:                                 `line 4: want the pin before fact "tree"`,
		p + "  pin https://h/a future x\n":       `line 4: "future" is not expected at this place of a pin, whose words are rev, commit`,
		p + "  pin https://h/a strip rev x\n":    `line 4: "rev" is not expected at this place`,
		p + "  pin https://h/a size 01\n":        `line 4: size "01" is not a number of bytes`,
		p + "  pin https://h/a rev\n":            `line 4: want a value after "rev"`,
		p + "  pin https://h/a query-left-out\n": `line 5: pack a: a pin whose query was left out needs a digest`,
		p + "  pin ftp://h/a\n":                  `want its scheme before it`,
		p + "  pin https://h/a\n  pin https://h/b\n":  `line 5: fact "pin" is there twice`,
		p + "  pin https://h/a\n  need b ^1\n" + tree: `line 6: want fact "tree" before "need"`,
		p + "  pin https://h/a\n  need b =>1\n":       `line 5: `,
		p + "  pin https://h/a\n  need b\n":           `line 5: want "need REF CONSTRAINT"`,
		p + "  pin https://h/a\n  tree md5:0\n":       `line 5: checksum "md5:0"`,
		p + "  pin https://h/a\n\npack a 1.0.0\n":     `line 6: pack a is there already, on line 3`,
		"packs.lock 1\n\nwant a ^1 ^\n":               `line 3: `,
		"packs.lock 1\n\nwant A ^1\n":                 `line 3: `,
		"packs.lock 1\n\n  tree x\n":                  `line 3: an indented line belongs to a pack or an env`,
		"packs.lock 1\n\nindex a\n":                   `line 3: want "index NAME URL"`,
		"packs.lock 1\n\nindex \"a b\n":               `line 3: field "\"a b" is not a complete string`,
		"packs.lock 1\nwant a \xff\n":                 `line 2: the text is not UTF-8`,
		"packs.lock 1\n<<<<<<< ours\nwant a ^1\n":     `conflict markers do not end`,
		"packs.lock 1\n=======\n":                     `line 2: conflict markers are in disorder`,
	} {
		if _, err := lock.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "packs.lock"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("packs.lock 1\n\nwant a ^1\n<<<<<<< x\npack a 1.0.0\n  pin local /a\n=======\npack b 1.0.0\n  pin local /b\n>>>>>>> y\n"))
	f.Add([]byte("packs.lock 1\n\npack a 1.0.0\n  pin local \"/a\\tb\" rev \"\\\"\"\n  need x \">=1 \" provided\n"))
	f.Add([]byte("packs.lock 1\n\nwant a https://u:p@h/x?q#f\n"))
	f.Add([]byte("packs.lock 1\n\nenv e python >=3\n  want b\n  want -c b<2\n  linux/amd64/cp311 b 1 sha256:0 from https://u@h/b?q\n  linux/arm64\n"))
	f.Add([]byte("packs.lock 1\n\nenv e python\n<<<<<<< x\n  any b 1 sha256:0\n=======\n  any b 2 \"\" \"\" from \"\"\n>>>>>>> y\n"))
	f.Add([]byte("packs.lock 1\n\nenv e nodejs\n  any node_modules/a 1.0.0 sha512-A== with {\"a\":\" with \"}\n"))
	f.Add([]byte("packs.lock 1\n\nenv e nodejs\n  any with with \": with x\" from with with {}\n"))
	f.Add([]byte("packs.lock 1\nwant a :\x01? ://"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := lock.Parse(data)
		if err != nil {
			return
		}
		text := l.Bytes()
		again, err := lock.Parse(text)
		if err != nil {
			t.Fatalf("%v\n%q\nread from\n%q", err, text, data)
		}
		if diff := cmp.Diff(string(text), string(again.Bytes())); diff != "" {
			t.Fatalf("(-want +got)\n%s\nread from\n%q", diff, data)
		}
	})
}
