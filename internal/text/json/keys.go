package json

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// A keySet holds the keys of one object, folded. Most objects have few.
type keySet struct {
	few  [16][]byte
	n    int
	many map[string]bool
}

// add reports whether the key is new.
func (k *keySet) add(folded []byte) bool {
	if k.many != nil {
		isNew := !k.many[string(folded)]
		k.many[string(folded)] = true
		return isNew
	}
	for _, key := range k.few[:k.n] {
		if bytes.Equal(key, folded) {
			return false
		}
	}
	if k.n < len(k.few) {
		k.few[k.n] = folded
		k.n++
		return true
	}
	k.many = map[string]bool{string(folded): true}
	for _, key := range k.few {
		k.many[string(key)] = true
	}
	return true
}

// fold returns the text of a key in a form in which keys that differ in case
// only are equal.
func fold(raw []byte) []byte {
	plain := raw[1 : len(raw)-1]
	if isFolded(plain) {
		return plain
	}
	runes := []rune(unquote(raw))
	for i, r := range runes {
		runes[i] = foldRune(r)
	}
	return []byte(string(runes))
}

// isFolded reports whether folding leaves a key as it is, as nearly all are.
func isFolded(plain []byte) bool {
	for _, c := range plain {
		if c == '\\' || c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// foldRune returns the one rune that stands for all that differ from r in case
// only: a lower-case letter of ASCII where there is one.
func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return unicode.ToLower(least)
}
