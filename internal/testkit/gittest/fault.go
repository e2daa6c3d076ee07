package gittest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Fault makes a server misbehave.
type Fault func(next http.Handler) http.Handler

// The services that [On] distinguishes.
const (
	ListRefs = "/info/refs"       // a GET
	Fetch    = "/git-upload-pack" // a POST
)

// On restricts a fault to one service.
func On(service string, f Fault) Fault {
	return func(next http.Handler) http.Handler {
		faulty := f(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, service) {
				faulty.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Status answers with code and nothing else.
func Status(code int) Fault {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	}
}

// Redirect sends clients to the same path below base.
func Redirect(base string, code int) Fault {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", base+r.URL.RequestURI())
			w.WriteHeader(code)
		})
	}
}

// ContentType replaces the type of answers.
func ContentType(typ string) Fault {
	return Rewrite(func(h http.Header, body []byte) []byte {
		h.Set("Content-Type", typ)
		return body
	})
}

// Truncate cuts answers after n bytes. The connection ends as if all was well.
func Truncate(n int) Fault {
	return Rewrite(func(_ http.Header, body []byte) []byte { return body[:min(n, len(body))] })
}

// Rewrite replaces the body of answers with what f returns; f may change the
// header too.
func Rewrite(f func(h http.Header, body []byte) []byte) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, r)
			body := f(rec.Header(), rec.Body.Bytes())
			rec.Header().Set("Content-Length", strconv.Itoa(len(body)))
			for k, v := range rec.Header() {
				w.Header()[k] = v
			}
			w.WriteHeader(rec.Code)
			_, _ = w.Write(body)
		})
	}
}

// Stall sends n bytes of the answer and then nothing more, until the client
// goes away. It says so on stalled, unless that is full or nil.
func Stall(n int, stalled chan<- struct{}) Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, r)
			for k, v := range rec.Header() {
				w.Header()[k] = v
			}
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes()[:min(n, rec.Body.Len())])
			_ = http.NewResponseController(w).Flush()
			select {
			case stalled <- struct{}{}:
			default:
			}
			<-r.Context().Done()
		})
	}
}

var wantPattern = regexp.MustCompile(`want ([0-9a-f]{40})`)

// DenyWants refuses to serve objects other than those listed, as servers do
// that serve only the tips of branches and tags.
func DenyWants(except ...string) Fault {
	return On(Fetch, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			for _, m := range wantPattern.FindAllSubmatch(body, -1) {
				if !slices.Contains(except, string(m[1])) {
					w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
					_, _ = io.WriteString(w, pktLine("ERR upload-pack: not our ref "+string(m[1])))
					return
				}
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		})
	})
}

func pktLine(text string) string {
	return hex4(len(text)+4) + text
}

func hex4(n int) string {
	s := "000" + strconv.FormatInt(int64(n), 16)
	return s[len(s)-4:]
}
