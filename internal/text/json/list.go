package json

import (
	"bytes"
	"errors"
	"slices"
)

// A Raw is an element of a list that [ParseList] has delimited and not checked.
type Raw struct{ text []byte }

// Parse checks the element and returns its value, as [Parse] does. Errors count lines
// from the beginning of the element.
func (r Raw) Parse(opts Options) (Value, error) { return Parse(r.text, opts) }

// Contains reports whether the element has the bytes of text somewhere, as written.
func (r Raw) Contains(text string) bool { return bytes.Contains(r.text, []byte(text)) }

// Text returns the text of the first member with the given key, "" when there is none
// or its value is another than a string. An error means that the element is malformed
// before or in that member.
func (r Raw) Text(key string) (string, error) {
	s := &scanner{data: r.text, opts: Options{}.withDefaults()}
	if s.peek() != '{' {
		return "", nil
	}
	var text string
	found := errors.New("found")
	err := s.nested(func() error {
		return s.each(func() error {
			raw, err := s.quoted()
			if err != nil {
				return err
			}
			start := s.at
			if err := s.rawElement(); err != nil || unquote(raw) != key {
				return err
			}
			v, err := Parse(r.text[start:s.at], Options{})
			if err != nil {
				return err
			}
			text, _ = v.Text()
			return found
		})
	})
	if errors.Is(err, found) {
		err = nil
	}
	return text, err
}

// ParseList is [Parse] for a large document, an object whose member with the key list
// is a list of objects. It only delimits these, within the limits on depth and strings:
// [Raw.Parse] checks one of them. The returned document has an empty list in their place.
func ParseList(data []byte, list string, opts Options) (Value, []Raw, error) {
	s, err := newScanner(data, opts)
	if err != nil {
		return Value{}, nil, err
	}
	s.list = list
	doc, err := s.document()
	if err != nil || s.listed == nil {
		return doc, nil, err
	}
	before, after := s.data[s.start:s.listStart], s.data[s.listEnd:s.end]
	return Value{slices.Concat(before, []byte("[]"), after)}, s.listed, nil
}

// rawList reads a list and delimits its objects.
func (s *scanner) rawList() error {
	s.listStart, s.listed = s.at, []Raw{}
	err := s.nested(func() error {
		return s.each(func() error {
			if s.opts.List > 0 && len(s.listed) == s.opts.List {
				return &LimitError{Limit: "length of the list " + s.list, Max: int64(s.opts.List), Value: int64(s.opts.List) + 1}
			}
			start := s.at
			err := s.rawElement()
			s.listed = append(s.listed, Raw{s.data[start:s.at]})
			return err
		})
	})
	s.listEnd = s.at
	return err
}

func (s *scanner) rawElement() error {
	if c := s.peek(); c != '{' && c != '[' {
		return s.value()
	}
	return s.skip()
}

// skip moves past an object or array. Only strings and nesting matter.
func (s *scanner) skip() error {
	data, depth := s.data, s.depth
	for at := s.at; at < len(data); at++ {
		switch data[at] {
		case '"':
			end, err := s.endOfText(at)
			if err != nil {
				return err
			}
			at = end
		case '{', '[':
			if depth++; depth > s.opts.Depth {
				return s.tooDeep(depth)
			}
		case '}', ']':
			if depth--; depth == s.depth {
				s.at = at + 1
				return nil
			}
		}
	}
	s.at = len(data)
	return s.fail("it ends too early")
}

// endOfText returns the place of the quote that ends the string at start.
func (s *scanner) endOfText(start int) (int, error) {
	for at := start; ; {
		n := bytes.IndexByte(s.data[at+1:], '"')
		if n < 0 {
			s.at = len(s.data)
			return 0, s.fail("it ends in a string")
		}
		at += n + 1
		if at-start > s.opts.String {
			return 0, s.tooLong(at - start)
		}
		if s.data[at-1] != '\\' || !escaped(s.data[start+1:at]) {
			return at, nil
		}
	}
}

// escaped says whether a quote after text is escaped: it ends in an odd number of
// backslashes.
func escaped(text []byte) bool {
	return (len(text)-len(bytes.TrimRight(text, `\`)))%2 == 1
}
