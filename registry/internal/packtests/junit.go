package packtests

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// maxDepth bounds the nesting of elements in junit-xml results.
const maxDepth = 64

// JUnit reads the XML that Ant's JUnit task introduced and most test runners write:
// testcase elements in testsuite elements, at any depth. It counts the elements, and
// ignores the totals in attributes, on whose meaning the writers disagree.
func JUnit(data []byte) (Report, error) {
	r := junitReader{decoder: xml.NewDecoder(bytes.NewReader(bytes.TrimSpace(data)))}
	for {
		token, err := r.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.Report, fmt.Errorf("not valid XML: %w", err)
		}
		if err := r.token(token); err != nil {
			return r.Report, err
		}
	}
	if !r.root {
		return r.Report, errNoResults
	}
	return r.Report, nil
}

type junitReader struct {
	Report
	decoder *xml.Decoder
	root    bool
	depth   int
}

func (r *junitReader) token(token xml.Token) error {
	start, ok := token.(xml.StartElement)
	if !ok {
		if _, end := token.(xml.EndElement); end {
			r.depth--
		}
		return nil
	}
	name := start.Name.Local
	if !r.root && name != "testsuites" && name != "testsuite" {
		return fmt.Errorf("the root element is %.64q, want testsuites or testsuite", name)
	}
	r.root = true
	if name == "testcase" {
		return r.testcase(&start)
	}
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("elements are nested more than %d deep", maxDepth)
	}
	return nil
}

type junitCase struct {
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	Seconds string       `xml:"time,attr"`
	Status  string       `xml:"status,attr"`
	Failure *junitReason `xml:"failure"`
	Error   *junitReason `xml:"error"`
	Skipped *junitReason `xml:"skipped"`
}

type junitReason struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func (r *junitReader) testcase(start *xml.StartElement) error {
	var c junitCase
	if err := r.decoder.DecodeElement(&c, start); err != nil {
		return fmt.Errorf("not valid XML: %w", err)
	}
	out := Case{Name: strings.TrimPrefix(c.Class+"."+c.Name, "."), Status: CasePassed}
	if seconds, err := strconv.ParseFloat(c.Seconds, 64); err == nil {
		out.Duration = duration(seconds)
	}
	switch {
	case c.Error != nil:
		out.Status, out.Message = CaseError, c.Error.message()
	case c.Failure != nil:
		out.Status, out.Message = CaseFailed, c.Failure.message()
	case c.Skipped != nil:
		out.Status, out.Message = CaseSkipped, c.Skipped.message()
	}
	r.add(out)
	return nil
}

// duration returns seconds as a duration; 0 if no test lasts as long.
func duration(seconds float64) time.Duration {
	if seconds > 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second))
	}
	return 0
}

func (r *junitReason) message() string {
	if text := strings.TrimSpace(r.Text); text != "" {
		return text
	}
	return r.Message
}
