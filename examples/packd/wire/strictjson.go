package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Bounds of a request.
const (
	maxDepth  = 32     // how deep lists and objects nest
	maxValues = 50_000 // how many values there are; each takes memory, whatever its size
)

// CheckJSON refuses JSON with more than one reading, or none: text that is not
// UTF-8, a duplicate key, data after the end, and values that nest too deep or
// are too many.
func CheckJSON(data []byte) error {
	switch {
	case !utf8.Valid(data):
		return errors.New("it is not UTF-8")
	case !json.Valid(data):
		return syntaxError(data)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber() // what is too large for a float64 is JSON all the same
	c := checker{dec, maxValues}
	return c.value(0)
}

// syntaxError says where text stops being valid JSON.
func syntaxError(data []byte) error {
	var v any
	err := json.Unmarshal(data, &v)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%w, at byte %d", syntax, syntax.Offset)
	}
	return err
}

// A checker reads JSON that is valid.
type checker struct {
	dec  *json.Decoder
	left int // how many values may follow
}

func (c *checker) value(depth int) error {
	token, err := c.dec.Token()
	bracket, opens := token.(json.Delim)
	c.left--
	switch {
	case c.left < 0:
		return fmt.Errorf("it has more than %d values", maxValues)
	case err != nil:
		return err
	case !opens:
		return nil
	case depth == maxDepth:
		return fmt.Errorf("it nests deeper than %d levels", maxDepth)
	}
	seen := map[string]bool{}
	for c.dec.More() {
		if bracket == '{' {
			if err := c.key(seen); err != nil {
				return err
			}
		}
		if err := c.value(depth + 1); err != nil {
			return err
		}
	}
	_, err = c.dec.Token() // the bracket that closes
	return err
}

func (c *checker) key(seen map[string]bool) error {
	token, err := c.dec.Token()
	key, _ := token.(string)
	if err == nil && seen[key] {
		return fmt.Errorf("duplicate key %.40q", key)
	}
	seen[key] = true
	return err
}

// WriteJSON writes a body; texts in it stay as they are.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
