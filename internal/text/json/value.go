package json

import (
	"bytes"
	"encoding/json"
	"iter"
	"strings"
)

// A Value is a part of a document that [Parse] has checked. The zero Value
// stands for a missing value, as all of its methods report.
type Value struct{ raw []byte }

// Kind names the type of the value as JSON does: "object", "array", "string",
// "number", "boolean", "null"; "" for the zero Value.
func (v Value) Kind() string {
	if len(v.raw) == 0 {
		return ""
	}
	switch v.raw[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// Text returns the text of a string.
func (v Value) Text() (string, bool) {
	if v.Kind() != "string" {
		return "", false
	}
	return unquote(v.raw), true
}

// Bool returns the value of a boolean.
func (v Value) Bool() (value, ok bool) {
	ok = v.Kind() == "boolean"
	return ok && v.raw[0] == 't', ok
}

// Members returns the members of an object in order; none of another value.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != "object" {
			return
		}
		for c := (cursor{v.raw, 1}); c.more(); {
			key := c.take()
			if !yield(unquote(key), Value{c.take()}) {
				return
			}
		}
	}
}

// Elements returns the elements of an array in order; none of another value.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != "array" {
			return
		}
		for c := (cursor{v.raw, 1}); c.more(); {
			if !yield(Value{c.take()}) {
				return
			}
		}
	}
}

// Get returns the member of an object with exactly the given key; the zero Value
// when there is none.
func (v Value) Get(key string) Value {
	for k, member := range v.Members() {
		if k == key {
			return member
		}
	}
	return Value{}
}

// Decode decodes the value into p as [json.Unmarshal] does.
func (v Value) Decode(p any) error { return json.Unmarshal(v.raw, p) }

// A cursor walks over a checked document.
type cursor struct {
	raw []byte
	at  int
}

// more moves to the next value inside, if there is one.
func (c *cursor) more() bool {
	for strings.IndexByte(" \t\n\r,:", c.raw[c.at]) >= 0 {
		c.at++
	}
	return c.raw[c.at] != '}' && c.raw[c.at] != ']'
}

// take returns the next value and moves past it.
func (c *cursor) take() []byte {
	c.more()
	start, depth := c.at, 0
	for {
		switch c.raw[c.at] {
		case '"':
			c.skipText()
		case '{', '[':
			depth++
			c.at++
		case '}', ']':
			depth--
			c.at++
		default:
			if c.at++; depth > 0 {
				continue // inside, only strings and nesting matter
			}
			c.skipWord()
		}
		if depth == 0 {
			return c.raw[start:c.at]
		}
	}
}

// skipText moves past a string.
func (c *cursor) skipText() {
	c.at++
	for {
		n := bytes.IndexByte(c.raw[c.at:], '"')
		escape := bytes.IndexByte(c.raw[c.at:c.at+n], '\\')
		if escape < 0 {
			c.at += n + 1
			return
		}
		c.at += escape + 2
	}
}

// skipWord moves to the end of a number or word.
func (c *cursor) skipWord() {
	for strings.IndexByte(" \t\n\r,]}", c.raw[c.at]) < 0 {
		c.at++
	}
}
