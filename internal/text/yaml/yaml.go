// Package yaml reads one YAML document of an untrusted file.
//
// Unlike a plain YAML decoder, it refuses a second document (which decoders drop
// silently), duplicate keys, tags, text that is not UTF-8, NaN and infinity, and
// documents beyond a limit on size, depth, keys, aliases or expanded nodes. It
// reports all problems it finds, with lines, and keeps scalars as they are
// written: 1.10 is "1.10".
package yaml

// Limits bound a document. They are taken as they are: zero Aliases means that
// neither anchors nor aliases are allowed.
type Limits struct {
	Bytes   int // of the file
	Depth   int // of nested mappings and sequences
	Keys    int // in one mapping
	Nodes   int // after aliases are expanded
	Aliases int
}

// A Reason is the kind of a [Problem].
type Reason string

// The reasons.
const (
	Encoding     Reason = "encoding"      // not UTF-8, or control characters
	Syntax       Reason = "syntax"        // not YAML
	Empty        Reason = "empty"         // no content
	Documents    Reason = "documents"     // a second document
	DuplicateKey Reason = "duplicate_key" // a key twice in one mapping
	BadKey       Reason = "key"           // a key that is a mapping or a sequence
	BadAlias     Reason = "alias"         // aliases or merge keys that are not allowed, or senseless
	BadTag       Reason = "tag"           // an explicit tag
	BadNumber    Reason = "number"        // NaN or infinity
	Limit        Reason = "limit"         // Name, Max and Value say which
)

// A Problem is a reason to refuse a document.
type Problem struct {
	Reason  Reason
	Line    int // from 1; 0 when it concerns the whole file
	Message string
	// Name of the limit, the limit and the value found, for Limit.
	Name       string
	Max, Value int
}

// maxProblems bounds how many problems of one file are reported.
const maxProblems = 50

// Parse reads the one document of data. The tree is nil when there is no
// document or it exceeds a limit; it can be partly wrong whenever there are
// problems: of duplicate keys, for instance, it holds the first.
func Parse(data []byte, lim Limits) (*Node, []Problem) {
	if len(data) > lim.Bytes {
		return nil, []Problem{exceeded(0, "file size in bytes", lim.Bytes, len(data))}
	}
	text, problem := checkText(data)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	if n := indicators(text); n > lim.Nodes {
		return nil, []Problem{exceeded(0, "number of values", lim.Nodes, n)}
	}
	return decode(text, lim)
}

func exceeded(line int, name string, limit, value int) Problem {
	return Problem{Reason: Limit, Line: line, Name: name, Max: limit, Value: value}
}
