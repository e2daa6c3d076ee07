package registrysource_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/registrysource/signature"
)

// A signer signs indices.
type signer struct{ private, public string }

func newSigner(t testing.TB, name string) signer {
	t.Helper()
	private, public, err := signature.NewKey(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return signer{private, public}
}

func signed(t testing.TB, name string, data []byte, by ...signer) []byte {
	t.Helper()
	var keys []string
	for _, s := range by {
		keys = append(keys, s.private)
	}
	file, err := signature.Sign(name, data, nil, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func trusting(t testing.TB, needed int, keys ...signer) registrysource.Verifier {
	t.Helper()
	var public []string
	for _, k := range keys {
		public = append(public, k.public)
	}
	v, err := signature.NewVerifier(needed, public...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A site serves files.
type site struct {
	mu       sync.Mutex
	files    map[string][]byte
	requests []string
	got      chan string // each path after its answer, if it is not nil
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	conditional := ""
	if r.Header.Get("If-None-Match") != "" {
		conditional = " if changed"
	}
	s.requests = append(s.requests, r.URL.Path+conditional)
	data, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256(data))
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(data)
	if s.got != nil {
		go func() { s.got <- r.URL.Path }()
	}
}

func (s *site) put(files map[string][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.files, files)
	s.requests = nil
}

func (s *site) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.requests, ", ")
}

func newSite(index, sig []byte) *site {
	s := &site{files: map[string][]byte{"/i.json": index}}
	if sig != nil {
		s.files["/i.json.sig"] = sig
	}
	return s
}

// reading is a source of the index of a site, called corp.
func (s *site) reading(t testing.TB, ix registrysource.Index, shelf source.Shelf) *registrysource.Source {
	t.Helper()
	ix.Name, ix.URL = "corp", "https://index.example/i.json?token=secret"
	return newSource(t, registrysource.Config{Indices: []registrysource.Index{ix}, Client: sending(recorded(s)), Shelf: shelf, TTL: -1})
}

// TestSigned reads indices with good signatures and with bad ones, from servers and from files.
func TestSigned(t *testing.T) {
	t.Parallel()
	a, b, c, stranger := newSigner(t, "a"), newSigner(t, "b"), newSigner(t, "c"), newSigner(t, "a")
	index := indexOf(t, demo("1.0.0", nil))
	two := signed(t, "corp", index, a, b)
	for name, test := range map[string]struct {
		file []byte
		by   string
		code pack.Code
		want string
	}{
		"two of three":           {two, "a, b", "", ""},
		"a wrong key":            {signed(t, "corp", index, stranger, b), "", pack.CodePolicyDenied, "by 1 of the trusted keys"},
		"no signature":           {nil, "", pack.CodePolicyDenied, "it is not signed"},
		"another index's":        {signed(t, "dev", index, a, b), "", pack.CodeChecksumMismatch, `of the index "dev"`},
		"of an earlier state":    {signed(t, "corp", indexOf(t), a, b), "", pack.CodeChecksumMismatch, "other content"},
		"a truncated signature":  {two[:len(two)-20], "", pack.CodeMalformedContent, "cannot be read"},
		"an endless signature":   {bytes.Repeat([]byte("a"), 1<<20), "", pack.CodeLimitExceeded, "size of the file beside the index"},
		"signatures cut off":     {two[:bytes.Index(two, []byte("\n\n"))+2], "", pack.CodeMalformedContent, "cannot be read"},
		"a signature by one key": {signed(t, "corp", index, a), "", pack.CodePolicyDenied, "2 of a, b, c"},
	} {
		for _, report := range []bool{false, true} {
			ix := registrysource.Index{Verifier: trusting(t, 2, a, b, c), ReportOnly: report}
			sources := map[string]*registrysource.Source{
				"server": newSite(index, test.file).reading(t, ix, nil),
				"file":   signedFile(t, index, test.file, ix),
			}
			for place, s := range sources {
				by, notes, err := verified(t, s)
				told := notes
				if err != nil {
					told = err.Error()
				}
				refused := test.code != "" && !report
				if by != test.by || (err != nil) != refused || !strings.Contains(told, test.want) || test.code == "" && notes != "" {
					t.Errorf("%s, %s, report only %v: by %q, %q, %v", name, place, report, by, notes, err)
				}
				if refused {
					wantCode(t, err, test.code)
				}
				if st := s.Status(t.Context())[0]; (st.Err != nil) != refused || (st.Unverified != nil) != (test.code != "" && report) || st.VerifiedBy != test.by {
					t.Errorf("%s, %s, report only %v: %+v", name, place, report, st)
				}
			}
		}
	}
}

func signedFile(t *testing.T, index, sig []byte, ix registrysource.Index) *registrysource.Source {
	t.Helper()
	ix.Name, ix.URL = "corp", dated(t, "", "demo@1.0.0")
	write(t, ix.URL, index)
	if sig != nil {
		write(t, ix.URL+".sig", sig)
	}
	return newSource(t, registrysource.Config{Indices: []registrysource.Index{ix}})
}

// verified returns who vouches for demo.
func verified(t *testing.T, s *registrysource.Source) (by, notes string, err error) {
	t.Helper()
	ctx := pack.WithNotes(t.Context(), func(_ context.Context, text string) { notes += text + "\n" })
	pins, err := s.Resolve(ctx, locator(t, "demo"))
	if err != nil {
		return "", notes, err
	}
	return pins[0].Via.VerifiedBy, notes, nil
}

// TestSignedLater reads an index between the moments at which it and its signatures are
// replaced.
func TestSignedLater(t *testing.T) {
	t.Parallel()
	a := newSigner(t, "a")
	old, current := indexOf(t, demo("1.0.0", nil)), indexOf(t, demo("2.0.0", nil))
	server := newSite(current, signed(t, "corp", old, a))
	server.got = make(chan string, 100)
	s := server.reading(t, registrysource.Index{Verifier: trusting(t, 1, a)}, nil)
	go func() {
		for path := range server.got {
			if path == "/i.json.sig" {
				server.put(map[string][]byte{"/i.json.sig": signed(t, "corp", current, a)})
				return
			}
		}
	}()
	if by, _, err := verified(t, s); by != "a" || err != nil {
		t.Errorf("by %q, %v", by, err)
	}
}

// TestSignedShelf verifies what is on the shelf by the keys of the process that reads it,
// without a request for the signatures.
func TestSignedShelf(t *testing.T) {
	t.Parallel()
	a, b, shelf := newSigner(t, "a"), newSigner(t, "b"), newShelf()
	index := indexOf(t, demo("1.0.0", nil))
	server := newSite(index, signed(t, "corp", index, a))
	for _, test := range []struct {
		key       signer
		by, asked string
	}{
		{a, "a", "/i.json, /i.json.sig"},
		{a, "a", "/i.json if changed"},
		{b, "", "/i.json, /i.json.sig"}, // it is no longer trusted
		{a, "a", "/i.json if changed"},
	} {
		server.put(nil)
		by, _, err := verified(t, server.reading(t, registrysource.Index{Verifier: trusting(t, 1, test.key)}, shelf))
		if by != test.by || (err == nil) != (by != "") || server.asked() != test.asked {
			t.Errorf("by %q, %v, after %s", by, err, server.asked())
		}
	}
	for key, data := range shelf.entries {
		shelf.entries[key] = bytes.Replace(data, []byte(`"proofs"`), []byte(`"others"`), 1)
	}
	server.put(nil)
	if by, _, err := verified(t, server.reading(t, registrysource.Index{Verifier: trusting(t, 1, a)}, shelf)); by != "a" || err != nil {
		t.Errorf("without the signatures on the shelf: by %q, %v", by, err)
	}
}

// TestReportedUntilSigned asks again for the signatures of an index that stays as it is.
func TestReportedUntilSigned(t *testing.T) {
	t.Parallel()
	a := newSigner(t, "a")
	index := indexOf(t, demo("1.0.0", nil))
	server := newSite(index, nil)
	s := server.reading(t, registrysource.Index{Verifier: trusting(t, 1, a), ReportOnly: true}, nil)
	if by, notes, err := verified(t, s); by != "" || !strings.Contains(notes, "not signed") || err != nil {
		t.Errorf("by %q, %q, %v", by, notes, err)
	}
	server.put(map[string][]byte{"/i.json.sig": signed(t, "corp", index, a)})
	if by, notes, err := verified(t, s); by != "a" || notes != "" || err != nil {
		t.Errorf("by %q, %q, %v", by, notes, err)
	}
}

// A curious verifier asks for many files.
type curious struct{}

func (curious) Verify(ctx context.Context, _ string, _ []byte, beside func(context.Context, string) ([]byte, error)) (string, error) {
	for _, suffix := range []string{".1", ".2", ".3", ".4", ".1", ".5"} {
		if _, err := beside(ctx, suffix); err != nil {
			return "", err
		}
	}
	return "all", nil
}

func TestProofsAreBounded(t *testing.T) {
	t.Parallel()
	server := newSite(indexOf(t, demo("1.0.0", nil)), nil)
	for _, suffix := range []string{".1", ".2", ".3", ".4", ".5"} {
		server.files["/i.json"+suffix] = []byte("proof")
	}
	_, _, err := verified(t, server.reading(t, registrysource.Index{Verifier: curious{}}, nil))
	if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Max != 4 {
		t.Error(err)
	}
}

// attacksOnSigned are those of The Update Framework that concern one index.
func attacksOnSigned(t *testing.T) {
	t.Helper()
	t.Run("F12_signed", signedRollback)
	t.Run("F13_signed", signedFreeze)
	t.Run("F14_mix_and_match", mixAndMatch)
	t.Run("F14_unsigned_dates", unsignedDates)
	t.Run("F14_endless", endless)
}

// signedRollback serves an earlier state with its own, good signature, in the same
// process, in the next one, and after the keys were changed for a time.
func signedRollback(t *testing.T) {
	t.Parallel()
	a, b, shelf := newSigner(t, "a"), newSigner(t, "b"), newShelf()
	current := indexOf(t, demo("2.0.0", nil))
	old := bytes.Replace(indexOf(t, demo("1.0.0", nil)), []byte("2026-01-01"), []byte("2025-01-01"), 1)
	server := newSite(current, signed(t, "corp", current, a))
	first := server.reading(t, registrysource.Index{Verifier: trusting(t, 1, a), RefuseOld: true}, shelf)
	if by, _, err := verified(t, first); by != "a" || err != nil {
		t.Fatal(by, err)
	}
	server.put(map[string][]byte{"/i.json": old, "/i.json.sig": signed(t, "corp", old, a, b)})
	for _, s := range []*registrysource.Source{
		server.reading(t, registrysource.Index{Verifier: trusting(t, 1, b), RefuseOld: true}, shelf), // which is other than the key of the shelf
		server.reading(t, registrysource.Index{Verifier: trusting(t, 1, a), RefuseOld: true}, shelf),
		first,
	} {
		if _, _, err := verified(t, s); pack.CodeOf(err) != pack.CodePolicyDenied || !strings.Contains(err.Error(), "hides new versions") {
			t.Error(err)
		}
	}
}

// unsignedDates: what is not signed moves no date, so that honest indices stay usable.
func unsignedDates(t *testing.T) {
	t.Parallel()
	a, shelf := newSigner(t, "a"), newShelf()
	honest := indexOf(t, demo("1.0.0", nil))
	ahead := bytes.Replace(honest, []byte("2026-01-01T00:00:00Z"), []byte(time.Now().Add(time.Hour).UTC().Format(time.RFC3339)), 1)
	sig := signed(t, "corp", honest, a)
	server := newSite(ahead, sig)
	s := server.reading(t, registrysource.Index{Verifier: trusting(t, 1, a), RefuseOld: true}, shelf)
	if _, _, err := verified(t, s); pack.CodeOf(err) != pack.CodeChecksumMismatch {
		t.Errorf("got %v", err)
	}
	server.put(map[string][]byte{"/i.json": honest})
	if by, notes, err := verified(t, s); by != "a" || notes != "" || err != nil {
		t.Errorf("by %q, %q, %v", by, notes, err)
	}
}

// signedFreeze: a signature does not make an old index new.
func signedFreeze(t *testing.T) {
	t.Parallel()
	a := newSigner(t, "a")
	index := indexOf(t, demo("1.0.0", nil))
	s := newSite(index, signed(t, "corp", index, a)).reading(t, registrysource.Index{Verifier: trusting(t, 1, a), MaxAge: time.Hour, RefuseOld: true}, nil)
	_, _, err := verified(t, s)
	wantCode(t, err, pack.CodePolicyDenied)
}

// mixAndMatch serves parts of several good states: with signatures none is accepted.
// Without them nothing binds an index, and the checksum that it states binds the content.
func mixAndMatch(t *testing.T) {
	t.Parallel()
	a := newSigner(t, "a")
	one, two := indexOf(t, demo("1.0.0", nil)), indexOf(t, demo("2.0.0", nil))
	mixed := bytes.Replace(two, []byte(sumA), []byte(sumB), 1)
	for name, server := range map[string]*site{
		"the signature of another state": newSite(two, signed(t, "corp", one, a)),
		"a checksum of another entry":    newSite(mixed, signed(t, "corp", two, a)),
		"another signed index":           newSite(two, signed(t, "dev", two, a)),
	} {
		_, _, err := verified(t, server.reading(t, registrysource.Index{Verifier: trusting(t, 1, a)}, nil))
		if pack.CodeOf(err) != pack.CodeChecksumMismatch {
			t.Errorf("%s: %v", name, err)
		}
		if by, _, err := verified(t, server.reading(t, registrysource.Index{}, nil)); by != "" || err != nil {
			t.Errorf("%s, unsigned: by %q, %v", name, by, err)
		}
	}
}

// endless data ends at the limits.
func endless(t *testing.T) {
	t.Parallel()
	a := newSigner(t, "a")
	index := indexOf(t, demo("1.0.0", nil))
	server := newSite(index, bytes.Repeat([]byte("— a "), 1<<20))
	for name, ix := range map[string]registrysource.Index{"signed": {Verifier: trusting(t, 1, a)}, "unsigned": {}} {
		if _, _, err := verified(t, server.reading(t, ix, nil)); name == "signed" {
			wantCode(t, err, pack.CodeLimitExceeded)
		}
	}
	server.put(map[string][]byte{"/i.json": bytes.Repeat([]byte(" "), 129<<20)})
	for _, ix := range []registrysource.Index{{Verifier: trusting(t, 1, a)}, {}} {
		_, _, err := verified(t, server.reading(t, ix, nil))
		wantCode(t, err, pack.CodeLimitExceeded)
	}
}
