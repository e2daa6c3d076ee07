package differential_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/packtrain/pack/internal/testkit/archivetest"
)

// A mutant is an archive with the ways to change it.
type mutant struct {
	end    string
	data   string                    // what is changed
	repair func(string) string       // makes checksums of what was changed right
	wrap   func(plain string) []byte // what is put around it
}

// mutable returns the archives that are changed: each format, changed outside
// and inside of its compression.
func mutable(random *rand.Rand) []mutant {
	raw := func(s string) []byte { return []byte(s) }
	var all []mutant
	for _, tar := range tarsToChange() {
		all = append(
			all,
			mutant{".tar.gz", tar, fixTar, func(s string) []byte { return archivetest.Gzip(s) }},
			mutant{".tar.zst", tar, fixTar, func(s string) []byte { return archivetest.Zstd(s) }},
			mutant{".tar.gz", string(archivetest.Gzip(tar)), nil, raw},
			mutant{".tar.gz", namedGzip(tar), nil, raw},
			mutant{".tar.zst", string(archivetest.Zstd(tar)), nil, raw},
			mutant{".tar.bz2", string(run(tar, "bzip2")), nil, raw},
			mutant{".tar.xz", string(run(tar, "xz")), nil, raw},
			mutant{".tar", tar, fixTar, raw},
		)
	}
	for _, c := range archivetest.Zips() {
		if c.Want == "" {
			all = append(all, mutant{".zip", string(c.Archive), nil, raw}, mutant{".zip", string(c.Archive), nil, raw})
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func tarsToChange() []string {
	short := []archivetest.Entry{
		{Name: "top/", Mode: 0o755 | 1<<31},
		{Name: "top/pack.yaml", Mode: 0o644, Content: archivetest.Manifest},
		{Name: "top/run.sh", Mode: 0o755, Content: archivetest.Text()},
	}
	long := append(short[:len(short):len(short)], archivetest.Entry{Name: "top/" + strings.Repeat("long-name/", 12) + "f", Mode: 0o644, Content: "x"})
	tars := []string{archivetest.Tar(short...), archivetest.Tar(long...)}
	for _, c := range archivetest.Tars() {
		if c.Want == "" && c.ID != "C18" {
			tars = append(tars, c.Archive)
		}
	}
	return tars
}

// namedGzip has all optional parts of a header.
func namedGzip(content string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Name, w.Comment, w.Extra = "x.tar", "comment", []byte("AB\x02\x00xy")
	_, _ = w.Write([]byte(content)) // a buffer takes everything
	_ = w.Close()
	return out.String()
}

// fixTar makes the checksums of headers right, as far as they can be found.
func fixTar(tar string) string {
	b := []byte(tar)
	for at := 0; at+512 <= len(b); at += 512 {
		h := b[at : at+512]
		if string(h[257:262]) != "ustar" {
			continue
		}
		sum := 8 * int(' ')
		for i, c := range h {
			if i < 148 || i >= 156 {
				sum += int(c)
			}
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	}
	return string(b)
}

// change makes one to three changes.
func (m mutant) change(random *rand.Rand) []byte {
	b := []byte(m.data)
	for range 1 + random.IntN(3) {
		b = changeOnce(b, random)
	}
	if m.repair != nil && random.IntN(10) > 0 {
		b = []byte(m.repair(string(b)))
	}
	return m.wrap(string(b))
}

func changeOnce(b []byte, random *rand.Rand) []byte {
	if len(b) < 8 {
		return append(b, "12345678"...)
	}
	at, n := random.IntN(len(b)), 1+random.IntN(8)
	end := min(at+n, len(b))
	switch random.IntN(12) {
	case 0: // cut
		return b[:at]
	case 1: // leave out
		return append(b[:at:at], b[end:]...)
	case 2: // repeat
		return append(b[:end:end], b[at:]...)
	case 3: // move a block, or half of one
		from := random.IntN(len(b)) &^ 255
		return append(append(b[:at&^255:at&^255], b[from:min(from+512, len(b))]...), b[at&^255:]...)
	case 4: // copy from elsewhere
		copy(b[at:end], b[random.IntN(len(b)):])
	case 5: // zeros
		clear(b[at:end])
	case 6: // what fields hold
		values := []string{"\xff", "\xff\xff\xff\xff", "0", "7", " ", "\x00", "/", ".", "..", "\x80", "\x01\x00", "PK\x05\x06"}
		copy(b[at:], values[random.IntN(len(values))])
	case 7: // more at the end
		return append(b, b[at:end]...)
	case 8: // a digit
		b[at] = byte('0' + random.IntN(8))
	default:
		b[at] ^= 1 << random.IntN(8)
	}
	return b
}
