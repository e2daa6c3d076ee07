package npm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/packtrain/pack"
)

const maxDepth = 64

// check refuses what two readers of JSON could understand differently: key
// twice, text after the end, bytes that are no UTF-8, a byte order mark. The
// top has to be an object.
func check(file string, data []byte, maxSize int) error {
	if len(data) > maxSize {
		return &pack.LimitError{Limit: "size", Max: int64(maxSize), Value: int64(len(data)), Path: file}
	}
	if !utf8.Valid(data) {
		return pack.Errorf(pack.CodeInvalidManifest, "%s: not UTF-8", file)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	err := checkTop(d)
	if limit, ok := errors.AsType[*pack.LimitError](err); ok {
		limit.Path = file
		return limit
	}
	if err != nil {
		return pack.Errorf(pack.CodeInvalidManifest, "%s: at byte %d: %w", file, d.InputOffset(), err)
	}
	return nil
}

func checkTop(d *json.Decoder) error {
	open, err := d.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return errors.New("want an object")
	}
	if err := checkValue(d, open, 1); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text behind the end")
	}
	return nil
}

// checkValue reads the value that begins with token t.
func checkValue(d *json.Decoder, t json.Token, depth int) error {
	if depth > maxDepth {
		return &pack.LimitError{Limit: "depth", Max: maxDepth, Value: int64(depth)}
	}
	switch t {
	case json.Delim('{'):
		return checkObject(d, depth)
	case json.Delim('['):
		return checkUntil(d, ']', func(t json.Token) error { return checkValue(d, t, depth+1) })
	}
	return nil
}

func checkObject(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	return checkUntil(d, '}', func(t json.Token) error {
		key, _ := t.(string)
		if seen[key] {
			return fmt.Errorf("key %.100q comes twice", key)
		}
		seen[key] = true
		value, err := d.Token()
		if err != nil {
			return err
		}
		return checkValue(d, value, depth+1)
	})
}

// checkUntil calls each for what begins there, up to the closing delimiter.
func checkUntil(d *json.Decoder, closing json.Delim, each func(json.Token) error) error {
	for {
		t, err := d.Token()
		if err != nil || t == closing {
			return err
		}
		if err := each(t); err != nil {
			return err
		}
	}
}
