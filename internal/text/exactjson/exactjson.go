// Package exactjson decodes JSON without rounding its numbers.
package exactjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Unmarshal works like [json.Unmarshal], except that a number in an
// interface is a [json.Number], which keeps its spelling: a float64 rounds
// integers above 2^53.
func Unmarshal(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("unexpected data after the value")
	}
	return nil
}
