package pep508

import (
	"errors"
	"io/fs"
	"iter"
	"path"
	"strings"

	"github.com/packtrain/pack/internal/text/plain"
)

// MaxIncludes bounds the files that are read for one requirements.txt.
const MaxIncludes = 100

// A Reader returns the content of a file of the pack by its name, which is relative to
// the root, separated by "/". A file that does not exist is [fs.ErrNotExist].
type Reader func(name string) ([]byte, error)

// JudgeFiles judges a requirements.txt, in an encoding that pip reads, and the files of
// the pack that it includes with -r and -c. It yields every line that is not blank with
// its fault, nil for none; faults of all files come last, with the zero Line. A pack can
// be built when there are no faults, or when all are of RuleDirect and the host allows
// them. The files that it reads are judged once each, however often they are included.
func JudgeFiles(read Reader, name string) iter.Seq2[Line, *Fault] {
	return func(yield func(Line, *Fault) bool) {
		j := judge{read: read, yield: yield, seen: map[string]bool{}}
		if !j.file(name, Line{File: name}) {
			return
		}
		if f := j.fault(); f != nil {
			f.File = name
			yield(Line{}, f)
		}
	}
}

// A judge judges the files of one pack.
type judge struct {
	read  Reader
	yield func(Line, *Fault) bool
	tally
	seen map[string]bool // by name, and "-c" in front for constraints
}

// file judges a file, which the line by includes, and reports whether to go on.
func (j *judge) file(name string, by Line) bool {
	key := name
	if by.Constraint {
		key = "-c " + name
	}
	if j.seen[key] {
		return true
	}
	j.seen[key] = true
	data, err := j.read(name)
	switch {
	case err != nil:
		return j.at(by, unread(by, name, err))
	case len(j.seen) > MaxIncludes:
		return j.at(by, fault(RuleInclude, "%.200q: more than %d files are included", by.Text, MaxIncludes))
	}
	decoded, err := plain.Requirements(data)
	if err != nil {
		f := fault(RuleEncoding, "%v", err)
		if e, ok := errors.AsType[*plain.Error](err); ok {
			f.Line = e.Line
		}
		f.File = name
		return j.yield(Line{File: name}, f)
	}
	for number, text := range Lines(string(decoded)) {
		l, f := Judge(text)
		l.File, l.Number = name, number
		if l.Kind != Include {
			l.Constraint = by.Constraint
		}
		if !j.line(l, f) {
			return false
		}
	}
	return true
}

// at yields a line with a fault.
func (j *judge) at(l Line, f *Fault) bool {
	f.File, f.Line = l.File, l.Number
	return j.yield(l, f)
}

// unread is the fault of an included file that cannot be read. The first file has no
// line that names it.
func unread(by Line, name string, err error) *Fault {
	f := fault(RuleInclude, "%.200q: cannot read %q: %v", by.Text, name, err)
	if errors.Is(err, fs.ErrNotExist) {
		f = fault(RuleInclude, "%.200q: the pack has no file %q", by.Text, name)
	}
	f.Err = err
	return f
}

func (j *judge) line(l Line, f *Fault) bool {
	if f == nil && l.Constraint && l.Kind != Include && l.Kind != Blank && (len(l.Extras) > 0 || len(l.Options) > 0) {
		f = fault(RuleOption, "%.200q: a constraint has neither extras nor digests", l.Text)
	}
	j.add(&l, f)
	switch {
	case j.total > MaxRequirements:
		return true
	case l.Kind == Blank && f == nil:
		return true
	case f != nil:
		return j.at(l, f)
	case l.Kind != Include:
		return j.yield(l, nil)
	}
	name := path.Join(path.Dir(l.File), l.Included)
	if !fs.ValidPath(name) {
		return j.at(l, fault(RuleInclude, "%.200q: the file is outside of the pack", l.Text))
	}
	return j.file(name, l)
}

// judgeInclude judges the name of an included file.
func (l *Line) judgeInclude() *Fault {
	name := l.Included
	switch {
	case strings.Contains(name, ":"), strings.HasPrefix(name, "/"), strings.Contains(name, `\`), strings.HasPrefix(name, "~"):
		return fault(RuleInclude, "%.200q: only files of the pack can be included: name one relative to this file", l.Text)
	case strings.Contains(name, "${"):
		return fault(RuleVariable, "%.200q: variables are not allowed", l.Text)
	case strings.Contains(name, " -"):
		return fault(RuleOption, "option %.100q: the host configures indices and how packages are built", l.Text)
	}
	return nil
}
