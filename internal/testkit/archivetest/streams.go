package archivetest

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// Gzips are gzip streams of groups C and B around a good tar archive.
func Gzips() []Case {
	tar := Good()
	one := Gzip(tar)
	cases := []Case{
		{"C06", "split in a header", Gzip(tar[:100], tar[100:]), fine},
		{"C06", "split between blocks", Gzip(tar[:512], "", tar[512:]), fine},
		{"C06", "split before the end marker", Gzip(good(), End()), fine},
		{"C07", "another tar", append(bytes.Clone(one), Gzip(File("z", "x")+End())...), format},
		{"C07", "text", append(bytes.Clone(one), Gzip("text")...), format},
		{"C07", "garbage", append(bytes.Clone(one), "garbage"...), format},
		{"C07", "one byte", append(bytes.Clone(one), 0x1f), format},
		{"C07", "one zero", append(bytes.Clone(one), 0), fine},
		{"C07", "zeros", append(bytes.Clone(one), make([]byte, 20)...), fine},
		{"C07", "blocks of zeros", append(bytes.Clone(one), make([]byte, 100<<10)...), fine},
		{"C07", "zeros, then text", append(bytes.Clone(one), "\x00\x00text"...), format},
		{"C07", "zeros, then a member", slices.Concat(one, make([]byte, 20), Gzip(Zeros())), format},
		{"C07", "head cut in a name", append(bytes.Clone(one), "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03name"...), format},
		{"C07", "head cut in a comment", append(bytes.Clone(one), "\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\x03"...), format},
		{"C07", "half a head", append(bytes.Clone(one), 0x1f, 0x8b, 8, 0), format},
		{"B20", "web page", Gzip("<!DOCTYPE html><title>Log in</title>" + strings.Repeat(" ", 1000)), format},
	}
	for back := 1; back <= 8; back++ { // checksum and length are the last 8 bytes
		broken := bytes.Clone(one)
		broken[len(broken)-back] ^= 1
		name := "checksum, byte "
		if back <= 4 {
			name = "length, byte "
		}
		cases = append(cases, Case{"C05", name + string(rune('0'+back)) + " from the end", broken, format})
	}
	for _, odd := range []struct {
		bits byte
		name string
	}{{0xe0, "reserved flags"}, {0x02, "header checksum that is not there"}} {
		changed := bytes.Clone(one)
		changed[3] |= odd.bits
		cases = append(cases, Case{"C05", odd.name, changed, format})
	}
	return cases
}

const (
	zstdMagic = "\x28\xb5\x2f\xfd"
	zstdRLE   = 1 << 1
	zstdBlock = 128 << 10
)

// Zstds are zstd streams of group C around a good tar archive.
func Zstds() []Case {
	one := Zstd(Good())
	skippable := "\x50\x2a\x4d\x18\x04\x00\x00\x00skip"
	sum := bytes.Clone(one)
	sum[len(sum)-1] ^= 1
	body := one[6:] // after magic, flags and the size in one byte or the window
	return []Case{
		{"C16", "one frame", one, fine},
		{"C16", "window of 2 GiB", []byte(zstdMagic + "\x00\xa8" + "\x01\x00\x00"), limit},
		{"C16", "window of 3.75 TiB", []byte(zstdMagic + "\x00\xff" + "\x01\x00\x00"), limit},
		{"C16", "segment of 2 GiB", []byte(zstdMagic + "\xa0\x00\x00\x00\x80" + "\x01\x00\x00"), limit},
		{"C16", "content of 2^63 bytes", []byte(zstdMagic + "\xc0\x38\x00\x00\x00\x00\x00\x00\x00\x80" + "\x01\x00\x00"), limit},
		{"C16", "skippable frame", append([]byte(skippable), one...), format},
		{"C16", "skippable frame after", append(bytes.Clone(one), skippable...), format},
		{"C16", "dictionary", append([]byte(zstdMagic+"\x01\x38\x07"), body...), format},
		{"C16", "two frames", Zstd(Good()[:512], Good()[512:]), format},
		{"C16", "garbage after", append(bytes.Clone(one), "garbage"...), format},
		{"C16", "one byte after", append(bytes.Clone(one), 0), format},
		{"C16", "checksum", sum, format},
		{"C16", "reserved block", []byte(zstdMagic + "\x00\x38" + "\x07\x00\x00"), format},
		{"C16", "block that is too big", []byte(zstdMagic + "\x00\x38" + "\x05\x00\xff"), format},
		{"C16", "magic only", []byte(zstdMagic), format},
		{"C16", "bomb", ZstdZeros(1 << 30), limit},
	}
}

// ZstdZeros is a zstd stream of a file of n zeros in a tar archive, in 4 bytes
// for 128 KiB.
func ZstdZeros(n int64) []byte {
	head := Header('0', "zeros", min(n, 1<<33-1))
	out := []byte(zstdMagic + "\x00\x38")
	block := func(header int, content string) {
		word := binary.LittleEndian.AppendUint32(nil, uint32(header))
		out = append(append(out, word[:3]...), content...)
	}
	block(len(head)<<3, head)
	for ; n > 0; n -= zstdBlock {
		block(zstdBlock<<3|zstdRLE, "\x00")
	}
	block(1, "")
	return out
}

// GzipZeros is a gzip stream of a file of n zeros in a tar archive, in members
// of 16 MiB.
func GzipZeros(n int64) []byte {
	const member = 16 << 20
	out := Gzip(Header('0', "zeros", min(n, 1<<33-1)))
	zeros := Gzip(string(make([]byte, member)))
	for ; n > 0; n -= member {
		out = append(out, zeros...)
	}
	return out
}

// ZipZeros is a zip archive with a file of n zeros. Its checksum is wrong.
func ZipZeros(n uint64) []byte {
	const part = 16 << 20
	one := Deflate(string(make([]byte, part)))
	packed := strings.Repeat(one[:len(one)-2], int(n/part)) + "\x03\x00"
	f := ZipFile{Name: "zeros", Content: "x", Packed: packed}
	if n < 1<<32-1 {
		f.Local, f.Central = Put32(localSize, uint32(n)), Put32(centralSizeAt, uint32(n))
		return Zip{Files: []ZipFile{f}}.Bytes()
	}
	f.LocalExtra, f.CentralExtra = Zip64(n, uint64(len(packed))), Zip64(n)
	f.Local = Both(Put32(localPacked, 1<<32-1), Put32(localSize, 1<<32-1))
	f.Central = Put32(centralSizeAt, 1<<32-1)
	return Zip{Files: []ZipFile{f}}.Bytes()
}
