package untar_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/untar"
)

// An edit changes a header before its checksum is computed.
type edit func(b []byte)

func set(at int, text string) edit { return func(b []byte) { copy(b[at:], text) } }

// header makes a ustar header.
func header(kind byte, name string, size int, edits ...edit) string {
	b := make([]byte, 512)
	copy(b, name)
	copy(b[100:], "0000644\x000000000\x000000000\x00")
	copy(b[124:], fmt.Sprintf("%011o\x0000000000000\x00", size))
	b[156] = kind
	copy(b[257:], "ustar\x0000")
	for _, e := range edits {
		e(b)
	}
	sum := 8 * int(' ')
	for i, c := range b {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(b)
}

func pad(content string) string {
	return content + string(make([]byte, -len(content)&511))
}

func file(name, content string, edits ...edit) string {
	return header('0', name, len(content), edits...) + pad(content)
}

// meta makes an extension header.
func meta(kind byte, body string) string { return header(kind, "meta", len(body)) + pad(body) }

// record makes a pax record.
func record(key, value string) string {
	n := len(key) + len(value) + 3
	for len(fmt.Sprint(n))+len(key)+len(value)+3 != n {
		n = len(fmt.Sprint(n)) + len(key) + len(value) + 3
	}
	return fmt.Sprintf("%d %s=%s\n", n, key, value)
}

var (
	zeros = string(make([]byte, 512))
	end   = zeros + zeros
	good  = file("a", "hello") + header('5', "d/", 0) + file("d/b", "")
)

// compress makes a gzip stream with one member for each part.
func compress(t testing.TB, parts ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&buf)
		if _, err := io.WriteString(w, p); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return buf.Bytes()
}

// list returns the entries, each as "mode name content".
func list(archive []byte, limits untar.Limits) ([]string, error) {
	var got []string
	err := untar.Walk(bytes.NewReader(archive), limits, func(e untar.Entry, content io.Reader) error {
		var data []byte
		if content != nil {
			var err error
			if data, err = io.ReadAll(content); err != nil {
				return err
			}
		}
		if int64(len(data)) != e.Size {
			return fmt.Errorf("%s has %d bytes, want %d", e.Name, len(data), e.Size)
		}
		got = append(got, fmt.Sprintf("%v %s %s", e.Mode, e.Name, data))
		return nil
	})
	return got, err
}

func wantCode(t *testing.T, err error, want pack.Code) {
	t.Helper()
	if got := pack.CodeOf(err); got != want {
		t.Errorf("code %q of error %v, want %q", got, err, want)
	}
}
