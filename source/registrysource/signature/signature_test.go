package signature

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/packtrain/pack"
)

// A pair of keys.
type pair struct{ private, public string }

func newPair(t testing.TB, name string) pair {
	t.Helper()
	private, public, err := NewKey(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pair{private, public}
}

func sign(t testing.TB, name, index string, earlier []byte, private ...string) []byte {
	t.Helper()
	file, err := Sign(name, []byte(index), earlier, private...)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// serving returns a file that lies beside an index.
func serving(file []byte) func(context.Context, string) ([]byte, error) {
	return func(_ context.Context, suffix string) ([]byte, error) {
		if file == nil || suffix != Suffix {
			return nil, pack.Errorf(pack.CodeNotFound, "there is none")
		}
		return file, nil
	}
}

// TestVerify has two of three keys sign an index.
func TestVerify(t *testing.T) {
	t.Parallel()
	a, b, c, stranger := newPair(t, "a"), newPair(t, "b"), newPair(t, "c"), newPair(t, "a")
	const index = `{"packs":[]}`
	two := sign(t, "corp", index, sign(t, "corp", index, nil, a.private), b.private)
	one := sign(t, "corp", index, nil, a.private)
	withoutSignatures := append([]byte(statement("corp", []byte(index))), '\n')
	tests := map[string]struct {
		needed int
		file   []byte
		name   string
		index  string
		by     string
		code   pack.Code
		want   string // in the error
	}{
		"enough":                {2, two, "corp", index, "a, b", "", ""},
		"one of three":          {1, one, "corp", index, "a", "", ""},
		"one of two wanted":     {2, one, "corp", index, "", pack.CodePolicyDenied, "by 1 of the trusted keys"},
		"no file":               {1, nil, "corp", index, "", pack.CodePolicyDenied, "it is not signed"},
		"stripped signatures":   {1, withoutSignatures, "corp", index, "", pack.CodeMalformedContent, "cannot be read"},
		"an empty file":         {1, []byte{}, "corp", index, "", pack.CodeMalformedContent, "cannot be read"},
		"truncated":             {1, two[:len(two)-10], "corp", index, "", pack.CodeMalformedContent, "cannot be read"},
		"a page":                {1, []byte("<html>not found</html>"), "corp", index, "", pack.CodeMalformedContent, "cannot be read"},
		"a key of that name":    {1, sign(t, "corp", index, nil, stranger.private), "corp", index, "", pack.CodePolicyDenied, "by 0 of the trusted keys"},
		"other content":         {1, two, "corp", index + " ", "", pack.CodeChecksumMismatch, "other content"},
		"another index":         {1, sign(t, "dev", index, nil, a.private), "corp", index, "", pack.CodeChecksumMismatch, `of the index "dev"`},
		"forged":                {1, bytes.Replace(one, []byte("size 12"), []byte("size 13"), 1), "corp", index, "", pack.CodeChecksumMismatch, "forged"},
		"another kind of text":  {1, bytes.Replace(one, []byte("index"), []byte("crate"), 1), "corp", index, "", pack.CodeChecksumMismatch, "forged"},
		"the same key twice":    {2, append(bytes.Clone(one), lastLine(one)...), "corp", index, "", pack.CodePolicyDenied, "by 1 of the trusted keys"},
		"more than is possible": {1, bytes.Repeat([]byte("a"), maxFile+1), "corp", index, "", pack.CodeLimitExceeded, "size of the signatures"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := NewVerifier(test.needed, a.public, b.public, c.public)
			if err != nil {
				t.Fatal(err)
			}
			by, err := v.Verify(t.Context(), test.name, []byte(test.index), serving(test.file))
			if by != test.by || (err == nil) != (test.code == "") {
				t.Fatalf("by %q, %v", by, err)
			}
			if err != nil && (pack.CodeOf(err) != test.code || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%v, with %s", err, pack.CodeOf(err))
			}
		})
	}
}

func lastLine(file []byte) []byte {
	lines := bytes.SplitAfter(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
	return append(lines[len(lines)-1], '\n')
}

// TestSignAfterAChange drops the signatures of what the index was.
func TestSignAfterAChange(t *testing.T) {
	t.Parallel()
	a, b := newPair(t, "a"), newPair(t, "b")
	old := sign(t, "corp", "old", nil, a.private)
	if file := sign(t, "corp", "new", old, b.private); bytes.Contains(file, lastLine(old)) {
		t.Errorf("got\n%s", file)
	}
}

// TestVerifyWithoutAnswer passes on what the server did.
func TestVerifyWithoutAnswer(t *testing.T) {
	t.Parallel()
	v, err := NewVerifier(1, newPair(t, "a").public)
	if err != nil {
		t.Fatal(err)
	}
	down := &pack.UnavailableError{Target: "https://x", Err: errors.New("down")}
	_, err = v.Verify(t.Context(), "corp", nil, func(context.Context, string) ([]byte, error) { return nil, down })
	if !errors.Is(err, pack.ErrUnavailable) {
		t.Error(err)
	}
}

func TestRefusedKeys(t *testing.T) {
	t.Parallel()
	a, b := newPair(t, "a"), newPair(t, "b")
	renamed, err := note.NewEd25519VerifierKey("c", ed25519.PublicKey(bytesOf(a.public)[1:]))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		needed int
		keys   []string
	}{
		"none":          {1, nil},
		"no signatures": {0, []string{a.public}},
		"too many":      {3, []string{a.public, b.public}},
		"twice":         {1, []string{a.public, a.public}},
		"by two names":  {2, []string{a.public, renamed}},
		"a private key": {1, []string{a.private}},
		"another text":  {1, []string{"a"}},
		"written twice": {1, []string{a.public, a.public + "\n"}},
	} {
		v, err := NewVerifier(test.needed, test.keys...)
		if pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%s: %v, %v", name, v, err)
		}
		if err != nil && strings.Contains(err.Error(), a.private) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, key := range []string{"", a.public, "PRIVATE+KEY+a"} {
		if _, err := Sign("corp", nil, nil, key); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%q signs: %v", key, err)
		}
	}
	if _, err := Sign("a b", nil, nil, a.private); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Error(err)
	}
	if _, err := Sign("corp", nil, nil); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Error(err)
	}
	for _, name := range []string{"", "a+b", "a b", "a\nb"} {
		if _, _, err := NewKey(name, nil); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%q is a name: %v", name, err)
		}
	}
}

// FuzzVerify finds no file that is accepted, but the one that was signed.
func FuzzVerify(f *testing.F) {
	a := newPair(f, "a")
	v, err := NewVerifier(1, a.public)
	if err != nil {
		f.Fatal(err)
	}
	const index = `{"packs":[]}`
	signed := sign(f, "corp", index, nil, a.private)
	f.Add(signed, []byte(index))
	f.Add(signed[:40], []byte(index))
	f.Add([]byte(statement("corp", []byte("x"))+"\n— a AAAA\n"), []byte("x"))
	f.Fuzz(func(t *testing.T, file, data []byte) {
		by, err := v.Verify(t.Context(), "corp", data, serving(file))
		if (err == nil) != (by == "a") || err == nil && string(data) != index {
			t.Errorf("by %q, %v", by, err)
		}
	})
}
