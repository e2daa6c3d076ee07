package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// The parts of yaml.v3 that the other files use; only this one imports it.
type rawNode = yaml.Node

const (
	rawMapping  = yaml.MappingNode
	rawSequence = yaml.SequenceNode
	rawAlias    = yaml.AliasNode
	rawTagged   = yaml.TaggedStyle
	rawQuoted   = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
)

// syntaxTree reads text to its end and returns the one document in it.
func syntaxTree(text []byte, lim Limits) (*rawNode, *Problem) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var first, second rawNode
	err := decodeNext(dec, &first)
	switch {
	case errors.Is(err, io.EOF):
		return nil, &Problem{Reason: Empty, Line: 1, Message: "the file has no content"}
	case err != nil:
		return nil, syntaxProblem(text, err, lim)
	}
	err = decodeNext(dec, &second)
	switch {
	case err == nil:
		return nil, &Problem{Reason: Documents, Line: second.Line, Message: "a second document begins here; keep one document per file"}
	case !errors.Is(err, io.EOF):
		return nil, syntaxProblem(text, err, lim)
	case len(first.Content) == 0 || first.Content[0].Tag == "!!null":
		return nil, &Problem{Reason: Empty, Line: 1, Message: "the file has no content"}
	}
	return first.Content[0], nil
}

// parseAll returns the error that text is not YAML, io.EOF when it is.
func parseAll(text []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		if err := decodeNext(dec, new(rawNode)); err != nil {
			return err
		}
	}
}

// decodeNext turns panics of yaml.v3 into errors.
func decodeNext(dec *yaml.Decoder, n *rawNode) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: cannot be parsed: %v", r)
		}
	}()
	return dec.Decode(n)
}
