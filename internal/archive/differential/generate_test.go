package differential_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generate makes an archive that is mostly right in itself, with odd things in it.
func generate(random *rand.Rand) (end string, data []byte) {
	if random.IntN(2) == 0 {
		return ".zip", oddZip(random)
	}
	tar := oddTar(random)
	switch end := pick(random, ".tar", ".tar.gz", ".tar.gz", ".tar.zst", ".tar.zst", ".tar.bz2", ".tar.xz"); end {
	case ".tar.gz":
		return end, oddGzip(random, tar)
	case ".tar.zst":
		return end, oddZstd(random, tar)
	case ".tar.bz2":
		return end, oddBzip2(random, tar)
	case ".tar.xz":
		return end, oddXz(random, tar)
	default:
		return end, []byte(tar)
	}
}

func pick[T any](random *rand.Rand, of ...T) T { return of[random.IntN(len(of))] }

// oneIn is true once in n times.
func oneIn(random *rand.Rand, n int) bool { return random.IntN(n) == 0 }

// some returns up to n random bytes.
func some(random *rand.Rand, n int) string {
	data := make([]byte, random.IntN(n+1))
	for i := range data {
		data[i] = byte(random.IntN(256))
	}
	return string(data)
}

// cut cuts text into one to n parts, some of them perhaps empty.
func cut(random *rand.Rand, text string, n int) []string {
	var parts []string
	for range random.IntN(n) {
		at := random.IntN(len(text) + 1)
		parts, text = append(parts, text[:at]), text[at:]
	}
	return append(parts, text)
}

// oddName is a name that is mostly fine.
func oddName(random *rand.Rand, i int) string {
	fine := []string{"a", "B b", "-x", "@list", "~", "d/e", "x'y", "$HOME", "[a]", "{}", "%2e", "a=b", "!", "#", "c,d", "+", "^", "a;1/b", "..x", "`id`", "&", ".x", "ü", "日本", "d/ñ", "€", "😀", "q\u0308"}
	odd := []string{"a;", "\u00a0", "d/./e", "CON", "a:b", "\t", `a\b`, "\x80", "d//e"}
	part := pick(random, fine...)
	if oneIn(random, 12) {
		part = pick(random, odd...)
	}
	end := pick(random, "", "", "", "", ".py", ".tar.gz", "x;y", strings.Repeat("z", 80))
	return fmt.Sprintf("%s%s%s%d", pick(random, "", "", "", "./", "top/", "d/"), part, end, i)
}
