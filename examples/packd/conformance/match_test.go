package conformance_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// left stands in the document for what is left out or never the same: a part of
// a string, the other members of an object, the other elements of a list, lines.
const left = "…"

// matchJSON says where got differs from the document, "" when it does not.
func matchJSON(want, got string) string {
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		return "the document has no JSON here: " + err.Error()
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		return "the answer is not JSON: " + err.Error()
	}
	return match("$", w, g)
}

func match(at string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %v", at, got)
		}
		return matchObject(at, w, g)
	case []any:
		g, ok := got.([]any)
		if !ok {
			return fmt.Sprintf("%s is %v", at, got)
		}
		return matchList(at, w, g)
	case string:
		if g, ok := got.(string); ok && matchText(w, g) {
			return ""
		}
	case float64:
		if g, ok := got.(float64); ok && (w == g || differs(at)) {
			return ""
		}
	default:
		if want == got {
			return ""
		}
	}
	return fmt.Sprintf("%s is %#v, not %#v", at, got, want)
}

// differs reports whether a number is never the same.
func differs(at string) bool {
	return strings.HasSuffix(at, "duration_ms") || strings.HasSuffix(at, "_bytes") || strings.HasSuffix(at, ".pack_id") ||
		strings.HasSuffix(at, ".last_event") || strings.HasSuffix(at, ".done") || strings.HasSuffix(at, ".total")
}

func matchObject(at string, want, got map[string]any) string {
	_, more := want[left]
	for name := range got {
		if _, ok := want[name]; !ok && !more {
			return fmt.Sprintf("%s.%s is there", at, name)
		}
	}
	for name, w := range want {
		g, ok := got[name]
		switch {
		case name == left:
		case !ok:
			return fmt.Sprintf("%s.%s is missing", at, name)
		default:
			if diff := match(at+"."+name, w, g); diff != "" {
				return diff
			}
		}
	}
	return ""
}

func matchList(at string, want, got []any) string {
	if n := len(want); n > 0 && want[n-1] == left && len(got) >= n-1 {
		want, got = want[:n-1], got[:n-1]
	}
	if len(want) != len(got) {
		return fmt.Sprintf("%s has %d elements, not %d: %v", at, len(got), len(want), got)
	}
	for i := range want {
		if diff := match(fmt.Sprintf("%s[%d]", at, i), want[i], got[i]); diff != "" {
			return diff
		}
	}
	return ""
}

// matchText compares texts of which the wanted one may leave out parts.
func matchText(want, got string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), left, ".*")
	return regexp.MustCompile(`^(?s:` + pattern + `)$`).MatchString(got)
}

// matchHTTP compares what "curl -i" prints: the status, the headers that the
// document shows, and a body of JSON.
func matchHTTP(want, got string) string {
	wantHead, wantBody, _ := strings.Cut(want, "\n\n")
	gotHead, gotBody, _ := strings.Cut(strings.ReplaceAll(got, "\r\n", "\n"), "\n\n")
	for i, line := range strings.Split(wantHead, "\n") {
		if !hasLine(gotHead, line, i == 0) {
			return fmt.Sprintf("%q is not there:\n%s", line, gotHead)
		}
	}
	return matchJSON(wantBody, gotBody)
}

func hasLine(head, want string, first bool) bool {
	for i, line := range strings.Split(head, "\n") {
		name, value, _ := strings.Cut(want, ":")
		gotName, gotValue, _ := strings.Cut(line, ":")
		if (i == 0) == first && strings.EqualFold(name, gotName) && matchText(strings.TrimSpace(value), strings.TrimSpace(gotValue)) {
			return true
		}
	}
	return false
}

// TestMatch shows that differences are found.
func TestMatch(t *testing.T) {
	t.Parallel()
	const a = `{"a": [1, {"b": "x1y"}], "duration_ms": 5, "c": null}`
	tests := []struct {
		want, got string
		same      bool
	}{
		{a, a, true},
		{`{"a": [1, {"b": "x…y"}], "duration_ms": 0, "c": null}`, a, true},
		{`{"a": [1, "…"], "…": "…"}`, a, true},
		{`{"a": ["…"], "duration_ms": 0, "c": null}`, a, true},
		{`{"a": [1, {"b": "x…z"}], "…": "…"}`, a, false},
		{`{"a": [2, "…"], "…": "…"}`, a, false},
		{`{"a": [1, 1, 1, "…"], "…": "…"}`, a, false},
		{`{"a": [1], "…": "…"}`, a, false},
		{`{"c": null}`, a, false},
		{`{"d": 1, "…": "…"}`, a, false},
		{`{"c": "", "…": "…"}`, a, false},
		{`{"c": {}, "…": "…"}`, a, false},
		{`{"a": {}, "…": "…"}`, a, false},
		{`null`, a, false},
		{a, `{`, false},
	}
	for _, tt := range tests {
		if diff := matchJSON(tt.want, tt.got); (diff == "") != tt.same {
			t.Errorf("%s and %s: %q", tt.want, tt.got, diff)
		}
	}
	const head = "HTTP/1.1 422 Unprocessable Entity\r\nContent-Type: application/json\r\nX-Id: 1\r\n\r\n{}"
	for want, same := range map[string]bool{
		"HTTP/1.1 422 Unprocessable Entity\ncontent-type: application/…\n\n{}": true,
		"HTTP/1.1 422 Unprocessable Entity\n\n[]":                              false,
		"HTTP/1.1 400 Bad Request\n\n{}":                                       false,
		"HTTP/1.1 422 Unprocessable Entity\nLocation: …\n\n{}":                 false,
		"Content-Type: application/json\n\n{}":                                 false,
	} {
		if diff := matchHTTP(want, head); (diff == "") != same {
			t.Errorf("%s: %q", want, diff)
		}
	}
}
