package registrysource_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("F01", tooLarge)
	t.Run("F02", tooDeep)
	t.Run("F03", ambiguousJSON)
	t.Run("F04", notAnIndex)
	t.Run("F05", oneBadEntry)
	t.Run("F06", sameRefTwice)
	t.Run("F07", checksums)
	t.Run("F09", urls)
	t.Run("F10", otherSources)
	t.Run("F11", badEntries)
	t.Run("F12", rollback)
	t.Run("F12_processes", rollbackAcrossProcesses)
	t.Run("F13", freeze)
	t.Run("F14_fast_forward", fastForward)
	t.Run("F15_claims", claimingIndices)
	t.Run("F15_strict", strictIndices)
	t.Run("F16_failing", failingIndices)
	t.Run("F16_many", manyIndices)
	attacksOnSigned(t)
}

// refuse expects that an index is refused as a whole.
func refuse(t *testing.T, data []byte, want pack.Code, text string) {
	t.Helper()
	_, err := fileSource(t, data, registrysource.Config{}).Refs(t.Context())
	if pack.CodeOf(err) != want || !strings.Contains(err.Error(), text) {
		t.Errorf("%.60q: error %v, want %s about %q", data, err, want, text)
	}
}

func tooLarge(t *testing.T) {
	t.Parallel()
	endless := serve(t, func(w http.ResponseWriter, r *http.Request) {
		spaces := bytes.Repeat([]byte(" "), 64<<10)
		for r.Context().Err() == nil {
			if _, err := w.Write(spaces); err != nil {
				return
			}
		}
	})
	_, err := newSource(t, registrysource.Config{Indices: one(endless.URL), Client: local()}).Refs(t.Context())
	wantCode(t, err, pack.CodeLimitExceeded)

	limits := registrysource.Limits{Bytes: 100}
	_, err = fileSource(t, indexOf(t), registrysource.Config{Limits: limits}).Refs(t.Context())
	wantCode(t, err, pack.CodeLimitExceeded)

	limits = registrysource.Limits{Entries: 2}
	_, err = fileSource(t, indexOf(t, 1, 2, 3), registrysource.Config{Limits: limits}).Refs(t.Context())
	wantCode(t, err, pack.CodeLimitExceeded)

	many := bytes.Repeat([]byte("0,"), 50_001)
	many = append(append([]byte(`{"version":"1.0","packs":[`), many...), "0]}"...)
	refuse(t, many, pack.CodeLimitExceeded, "50000")
	s := fileSource(t, many, registrysource.Config{Limits: registrysource.Limits{Entries: -1, Bytes: -1}})
	if problems, err := problemsOf(t, s); err != nil || len(problems) != 50_002 {
		t.Errorf("%d problems, %v", len(problems), err)
	}
}

func tooDeep(t *testing.T) {
	t.Parallel()
	refuse(t, bytes.Repeat([]byte("["), 100_000), pack.CodeLimitExceeded, "depth")
	refuse(t, indexOf(t, demo("1.0.0", m{"label": strings.Repeat("x", 10<<20)})), pack.CodeLimitExceeded, "string")
	refuse(t, []byte(`{"packs":[],"version":"1.0","x":1e400}`), pack.CodeMalformedContent, "out of range")
}

func ambiguousJSON(t *testing.T) {
	t.Parallel()
	good := string(indexOf(t, demo("1.0.0", nil)))
	for name, text := range map[string]string{
		"duplicate":            strings.Replace(good, `"packs"`, `"packs": [], "packs"`, 1),
		"duplicate, escaped":   strings.Replace(good, `"packs"`, `"pac\u006bs": [], "packs"`, 1),
		"other case":           strings.Replace(good, `"packs"`, `"Packs"`, 1),
		"both cases":           strings.Replace(good, `"packs"`, `"Packs": [], "packs"`, 1),
		"long s":               strings.Replace(good, `"packs"`, `"pack\u017f": [], "packs"`, 1),
		"trailing bytes":       good + "{}",
		"two byte order marks": "\ufeff\ufeff" + good,
		"lone surrogate":       strings.Replace(good, `"Test"`, `"\ud800"`, 1),
		"invalid UTF-8":        strings.Replace(good, `"Test"`, "\"\xff\"", 1),
		"null":                 "null",
		"list":                 "[]",
		"cut":                  good[:len(good)-3],
	} {
		if text == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		refuse(t, []byte(text), pack.CodeMalformedContent, "")
	}
	for name, change := range map[string][2]string{
		"duplicate":        {`"runtime_deps"`, `"keywords": [], "runtime_deps"`},
		"duplicate ref":    {`"runtime_deps"`, `"ref": "other", "runtime_deps"`},
		"another case":     {`"runtime_deps"`, `"Ref": "other", "runtime_deps"`},
		"surrogate":        {`"python"`, `"\ud800"`},
		"control":          {`"python"`, "\"\x01\""},
		"number":           {`"python"`, `1e400`},
		"mismatched":       {`"python"`, `{"a": [}]`},
		"no colon":         {`"runtime_deps":`, `"runtime_deps"`},
		"no quotes":        {`"python"`, `python`},
		"no comma, inside": {`"python"`, `"a" "b"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		bad = strings.Replace(bad, `"packs": [`, `"packs": [`+string(entryOf(t, demo("1.0.0", m{"ref": "fine"})))+",", 1)
		s := fileSource(t, []byte(bad), registrysource.Config{})
		if _, err := s.Resolve(t.Context(), locator(t, "fine")); err != nil {
			t.Errorf("%s: a neighbour: %v", name, err)
		}
		for _, ref := range []string{"demo", "other"} {
			if pins, err := s.Resolve(t.Context(), locator(t, ref)); err == nil || ref == "demo" && pack.CodeOf(err) != pack.CodeMalformedContent {
				t.Errorf("%s: %s: got %+v, %v", name, ref, pins, err)
			}
		}
		if problems, err := problemsOf(t, s); err != nil || len(problems) != 1 || problems[0].Entry != 1 {
			t.Errorf("%s: got %+v, %v", name, problems, err)
		}
	}
}

func TestIndexWithAMark(t *testing.T) {
	t.Parallel()
	data := append([]byte("\ufeff"), indexOf(t, demo("1.0.0", nil))...)
	if refs, err := fileSource(t, data, registrysource.Config{}).Refs(t.Context()); err != nil || len(refs) != 1 {
		t.Errorf("got %v, %v", refs, err)
	}
}

func notAnIndex(t *testing.T) {
	t.Parallel()
	refuse(t, nil, pack.CodeMalformedContent, "empty (0 bytes)")
	refuse(t, []byte(" \n"), pack.CodeMalformedContent, "empty")
	refuse(t, []byte("<!DOCTYPE html><title>Log in</title>"), pack.CodeMalformedContent, "web page")
	refuse(t, []byte(`{"format_version":"1.0","channels":{},"packs":[]}`), pack.CodeMalformedContent, "proposed format")
	refuse(t, []byte(`{"metadata":{},"packs":{"slack":{}}}`), pack.CodeMalformedContent, "StackStorm")
	refuse(t, []byte(`{"version":"2.0","packs":[]}`), pack.CodeMalformedContent, `want version "1.0"`)
	refuse(t, []byte(`{"packs":[]}`), pack.CodeMalformedContent, `want version "1.0"`)
	refuse(t, []byte(`{"version":1.0,"packs":[]}`), pack.CodeMalformedContent, `version is of the JSON type number`)
	refuse(t, []byte(`{"version":"1.0"}`), pack.CodeMalformedContent, "packs")
	refuse(t, []byte(`{"version":"1.0","packs":[],"registry_name":1}`), pack.CodeMalformedContent, "registry_name")
	compressed := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write([]byte("\x1f\x8b"))
	})
	_, err := newSource(t, registrysource.Config{Indices: one(compressed.URL), Client: local()}).Refs(t.Context())
	wantCode(t, err, pack.CodeMalformedContent)
	if err == nil || !strings.Contains(err.Error(), "content encoding") {
		t.Errorf("got %v", err)
	}
}

func oneBadEntry(t *testing.T) {
	t.Parallel()
	var entries []any
	for i := range 1000 {
		changes := m{"ref": fmt.Sprintf("pack%d", i)}
		if i == 500 {
			changes["version"] = "1.0"
		}
		entries = append(entries, demo("1.0.0", changes))
	}
	s := fileSource(t, indexOf(t, entries...), registrysource.Config{})
	refs, err := s.Refs(t.Context())
	if err != nil || len(refs) != 999 {
		t.Errorf("%d packs, %v", len(refs), err)
	}
	problems, err := problemsOf(t, s)
	if err != nil || len(problems) != 1 || problems[0].Entry != 500 || problems[0].Source != -1 || problems[0].Ref != "pack500" {
		t.Errorf("problems %+v, %v", problems, err)
	}
	_, err = s.Resolve(t.Context(), locator(t, "pack500"))
	wantCode(t, err, pack.CodeInvalidVersion)
}

func sameRefTwice(t *testing.T) {
	t.Parallel()
	other := demo("1.0.0", m{"install_sources": list{m{"type": "archive", "url": "https://host.example/x", "checksum": sumB}}})
	s := fileSource(t, indexOf(t, demo("1.0.0", nil), demo("2.0.0", nil), other, demo("1.0.0", m{"ref": "fine"})), registrysource.Config{})
	_, err := s.Resolve(t.Context(), locator(t, "demo"))
	wantCode(t, err, pack.CodeNameCollision)
	_, err = s.Candidates(t.Context(), pack.Want{Ref: "demo"})
	wantCode(t, err, pack.CodeNotFound)
	problems, err := problemsOf(t, s)
	if err != nil || len(problems) != 3 || problems[2].Entry != 2 || pack.CodeOf(problems[0].Err) != pack.CodeNameCollision {
		t.Errorf("problems %+v, %v", problems, err)
	}
	if _, err := s.Resolve(t.Context(), locator(t, "fine")); err != nil {
		t.Error(err)
	}
}

func checksums(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("a", 64)
	for _, checksum := range []any{
		nil, "", "sha256:", "sha256:" + hex[:63], "sha256:" + hex[:62], "sha256:" + hex + "a", "sha256:" + strings.Repeat("g", 64),
		"md5:" + hex[:32], "sha1:" + hex[:40], "sha512:" + hex + hex, "blake3:" + hex, hex, "sha256:" + hex + " sha256:" + hex,
		" sha256:" + hex, "sha256:" + hex + "\n", "sha256: " + hex, 7,
		list{"sha256:" + hex},
	} {
		for _, kind := range []func() m{archiveSource, gitSource} {
			bad := kind()
			bad["checksum"] = checksum
			if checksum == nil {
				delete(bad, "checksum")
			}
			want := pack.CodeChecksumMismatch
			if _, isText := checksum.(string); checksum != nil && !isText {
				want = pack.CodeMalformedContent
			}
			// The other source, which is good, does not help.
			s := fileSource(t, indexOf(t, demo("1.0.0", m{"install_sources": list{archiveSource(), bad, gitSource()}})), registrysource.Config{})
			_, err := s.Resolve(t.Context(), locator(t, "demo"))
			wantCode(t, err, want)
		}
	}
}

func urls(t *testing.T) {
	t.Parallel()
	for _, url := range []any{
		"http://host.example/x.tar.gz", "file:///etc/passwd", "ftp://host.example/x", "data:,x", "javascript:alert(1)", "/x.tar.gz", "x?y", "x#secret", `a\b`, "a%5cb", "a b", "a%00b",
		"//host.example/x.tar.gz", "https://user:secret@host.example/x", "https://host.example/x#secret", `https://host.example\@evil.example/x`,
		"https:host.example", "https://", "", "https://127.0.0.1/x", "https://0x7f.1/x", "https://host.example/\nx", "git://host.example/x",
		"ssh://git@host.example/x", "ext::sh -c x",
	} {
		for _, kind := range []func() m{archiveSource, gitSource} {
			bad := kind()
			bad["url"] = url
			s := fileSource(t, indexOf(t, demo("1.0.0", m{"install_sources": list{bad}})), registrysource.Config{})
			_, err := s.Resolve(t.Context(), locator(t, "demo"))
			wantCode(t, err, pack.CodePolicyDenied)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("error %q contains a secret", err)
			}
		}
	}
}

func otherSources(t *testing.T) {
	t.Parallel()
	unknown := m{"type": "oci", "url": "oci://host.example/x"}
	denied := archiveSource()
	denied["url"] = "http://host.example/x.tar.gz"
	s := fileSource(t, indexOf(t,
		demo("1.0.0", m{"install_sources": list{unknown, denied, gitSource()}}),
		demo("1.0.0", m{"ref": "unknown", "install_sources": list{unknown}}),
		demo("1.0.0", m{"ref": "empty", "install_sources": list{}}),
		demo("1.0.0", m{"ref": "absent", "install_sources": nil}),
		demo("1.0.0", m{"ref": "odd", "install_sources": list{gitSource(), "x"}}),
		demo("1.0.0", m{"ref": "many", "install_sources": slicesRepeat(gitSource(), 33)}),
	), registrysource.Config{})
	pins, err := s.Resolve(t.Context(), locator(t, "demo"))
	if err != nil || len(pins) != 1 || pins[0].Scheme != "git" {
		t.Errorf("got %+v, %v", pins, err)
	}
	for ref, want := range map[string]pack.Code{
		"unknown": pack.CodeMalformedContent, "empty": pack.CodeMalformedContent, "absent": pack.CodeMalformedContent,
		"odd": pack.CodeMalformedContent, "many": pack.CodeLimitExceeded,
	} {
		_, err := s.Resolve(t.Context(), locator(t, ref))
		wantCode(t, err, want)
	}
	problems, err := problemsOf(t, s)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d %d %s %s", p.Entry, p.Source, p.Ref, pack.CodeOf(p.Err)))
	}
	want := []string{
		"0 0 demo malformed_content", "0 1 demo policy_denied", "1 -1 unknown malformed_content", "2 -1 empty malformed_content",
		"3 -1 absent malformed_content", "4 -1 odd malformed_content", "5 -1 many limit_exceeded",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func slicesRepeat(v any, n int) list {
	var l list
	for range n {
		l = append(l, v)
	}
	return l
}

func badEntries(t *testing.T) {
	t.Parallel()
	badRev := func(rev any) list {
		s := gitSource()
		s["ref"] = rev
		return list{s}
	}
	for i, tc := range []struct {
		changes m
		want    pack.Code
	}{
		{m{"version": ">=1.0.0"}, pack.CodeInvalidVersion},
		{m{"version": "v1.0.0"}, pack.CodeInvalidVersion},
		{m{"version": nil}, pack.CodeInvalidVersion},
		{m{"version": 1}, pack.CodeInvalidVersion},
		{m{"dependencies": list{"core"}}, pack.CodeMalformedContent},
		{m{"dependencies": m{"packs": "core"}}, pack.CodeMalformedContent},
		{m{"dependencies": m{"packs": list{1}}}, pack.CodeMalformedContent},
		{m{"dependencies": m{"packs": list{"../core"}}}, pack.CodeInvalidRef},
		{m{"dependencies": m{"packs": list{"core@=>1"}}}, pack.CodeInvalidVersion},
		{m{"dependencies": m{"Packs": list{"core"}}}, pack.CodeMalformedContent},
		{m{"Dependencies": m{"packs": list{}}}, pack.CodeMalformedContent},
		{m{"keywords": slicesRepeat("x", 1001)}, pack.CodeLimitExceeded},
		{m{"keywords": m{}}, pack.CodeMalformedContent},
		{m{"runtime_deps": list{list{}}}, pack.CodeMalformedContent},
		{m{"label": list{}}, pack.CodeMalformedContent},
		{m{"contents": list{}}, pack.CodeMalformedContent},
		{m{"install_sources": m{}}, pack.CodeMalformedContent},
		{m{"install_sources": badRev("")}, pack.CodeInvalidRequest},
		{m{"install_sources": badRev("--upload-pack=x")}, pack.CodePolicyDenied},
		{m{"install_sources": badRev("a..b")}, pack.CodeInvalidRequest},
		{m{"install_sources": badRev(1)}, pack.CodeMalformedContent},
	} {
		s := fileSource(t, indexOf(t, demo("1.0.0", tc.changes), demo("1.0.0", m{"ref": "fine"})), registrysource.Config{})
		_, err := s.Resolve(t.Context(), locator(t, "demo"))
		if pack.CodeOf(err) != tc.want {
			t.Errorf("row %d, %v: error %v, want %s", i, tc.changes, err, tc.want)
		}
		if _, err := s.Resolve(t.Context(), locator(t, "fine")); err != nil {
			t.Errorf("row %d: the other pack: %v", i, err)
		}
	}
	// Without a ref, an entry belongs to no pack.
	s := fileSource(t, indexOf(t, demo("1.0.0", m{"ref": "A"}), demo("1.0.0", m{"ref": nil}), 7), registrysource.Config{})
	problems, err := problemsOf(t, s)
	if err != nil || len(problems) != 3 || problems[0].Ref != "" || pack.CodeOf(problems[0].Err) != pack.CodeInvalidRef {
		t.Errorf("problems %+v, %v", problems, err)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add(indexOf(f, demo("1.0.0", nil), demo("2.0.0", m{"dependencies": m{"packs": list{"core@^1"}}})))
	f.Add([]byte(`{"version":"1.0","packs":[{"ref":"a","version":"1.0.0","install_sources":[{"type":"git"}]}]}`))
	f.Add([]byte(`{"metadata":{},"packs":{}}`))
	f.Add([]byte(`{"format_version":"1.0"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		client := sending(recorded(&indexServer{data: data}))
		s := newSource(t, registrysource.Config{Indices: one("https://index.example/index.json"), Client: client})
		refs, err := s.Refs(t.Context())
		if err != nil {
			if pack.CodeOf(err) == "" {
				t.Errorf("error without a code: %v", err)
			}
			return
		}
		problems, err := problemsOf(t, s)
		if err != nil {
			t.Error(err)
		}
		for _, p := range problems {
			if pack.CodeOf(p.Err) == "" {
				t.Errorf("problem without a code: %v", p.Err)
			}
		}
		for _, ref := range refs {
			checkPins(t, s, ref)
		}
	})
}

func checkPins(t *testing.T, s *registrysource.Source, ref pack.Ref) {
	t.Helper()
	pins, err := s.Resolve(t.Context(), locator(t, ref.String()))
	if err != nil || len(pins) == 0 {
		t.Errorf("%s: %d pins, %v", ref, len(pins), err)
	}
	for _, p := range pins {
		if p.Ref != ref || p.Version.IsZero() || p.ArchiveDigest == "" && p.DirectoryChecksum == "" || !strings.HasPrefix(p.Location, "https://") {
			t.Errorf("%s: pin %+v", ref, p)
		}
	}
}
