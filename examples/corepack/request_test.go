package corepack_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	typeReport = "application/vnd.packtrain.report+json"
	token      = "!correct-horse:battery/staple~"
)

// A request is a recorded request.
type request struct {
	Method, Path, Type, Accept, Authorization, Body string
}

// record serves a fixed report and keeps the requests.
func record(t *testing.T) (url string, requests <-chan request) {
	t.Helper()
	got := make(chan request, 9)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		h := r.Header
		got <- request{r.Method, r.URL.Path, h.Get("Content-Type"), h.Get("Accept"), h.Get("Authorization"), string(body)}
		w.Header().Set("Content-Type", typeReport)
		_, _ = io.WriteString(w, report+"\n")
	}))
	t.Cleanup(s.Close)
	return s.URL, got
}

// take returns the one request of an action that has ended.
func take(t *testing.T, requests <-chan request) request {
	t.Helper()
	select {
	case r := <-requests:
		if len(requests) > 0 {
			t.Error("there was more than one request")
		}
		return r
	default:
		t.Fatal("there was no request")
		return request{}
	}
}

// report is printed as it is, whatever it contains.
const report = `{"answer": "it's\\n \u00e9 é $(id) %s \\c"}`

func TestRequest(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		url, requests := record(t)
		for _, w := range wrappers() {
			got := sh.run(t, w.action, encode(t, "packs", `["a"]`, "api_url", url+"/v{1,2}/", "api_token", token, "timeout", "300"))
			if diff := cmp.Diff(outcome{stdout: report + "\n"}, got, cmp.AllowUnexported(outcome{})); diff != "" {
				t.Errorf("%s: -want +got:\n%s", w.action, diff)
			}
			want := request{
				http.MethodPost, "/v{1,2}/api/v1/packs/" + w.kind, "text/x-dotenv", typeReport, "Bearer " + token,
				encode(t, "packs", `["a"]`, "timeout", "300"),
			}
			if diff := cmp.Diff(want, take(t, requests)); diff != "" {
				t.Errorf("%s: -want +got:\n%s", w.action, diff)
			}
		}
	})
}

// hostileValues contain special characters of shells.
func hostileValues() map[string]string {
	var bytes strings.Builder
	for b := 1; b < 256; b++ {
		bytes.WriteByte(byte(b))
	}
	return map[string]string{
		"quotes":      `it's ''"'\''`,
		"line ends":   "\n\none\r\n\n\n",
		"expansions":  "$(id) `id` $HOME ${IFS} ~ * ? [a-z] {a,b} !! %s \\c",
		"patterns":    "*'*'actions/*'p*",
		"backslashes": `\ \\ \n \' \`,
		"blanks":      " \t a  b \t",
		"unicode":     "é e\u0301 Á ć 字 😀 \u200b \u2028",
		"every byte":  bytes.String(),
		"look-alikes": "\napi_token='x'\napi_url='http://x.invalid'\n'\napi_token='\n",
		"delimiters":  "\nHEADER\nBODY\nEOF\n",
		"long":        strings.Repeat("0123456789abcdef", 1<<12) + "'\n",
	}
}

func TestParametersArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		url, requests := record(t)
		for name, value := range hostileValues() {
			pairs := []string{"a", value, "b.c-d_1", value}
			got := sh.run(t, "download_packs", encode(t, append(pairs, "api_url", url, "api_token", token, "c", value)...))
			if got.status != 0 || got.stderr != "" {
				t.Fatalf("%s: %+v", name, got)
			}
			if diff := cmp.Diff(encode(t, append(pairs, "c", value)...), take(t, requests).Body); diff != "" {
				t.Errorf("%s: -want +got:\n%s", name, diff)
			}
		}
	})
}

// TestShellsAgreeWithTheFormat sends documents built from easily confused pieces.
func TestShellsAgreeWithTheFormat(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		url, requests := record(t)
		random := rand.New(rand.NewPCG(1, 2))
		pieces := []string{"'", "'", `\`, "\n", "\n", "=", "api_token", "api_url='", "#", "x", " ", "\x81", "\x88", "é", "$x"}
		value := func() string {
			var b strings.Builder
			for range random.IntN(12) {
				b.WriteString(pieces[random.IntN(len(pieces))])
			}
			return b.String()
		}
		for range 25 {
			a, b := value(), value()
			got := sh.run(t, "download_packs", encode(t, "a", a, "api_token", token, "b", b, "api_url", url))
			if got.status != 0 {
				t.Fatalf("%q, %q: %+v", a, b, got)
			}
			if diff := cmp.Diff(encode(t, "a", a, "b", b), take(t, requests).Body); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}
	})
}

func TestCommentsAndTheLastLine(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		url, requests := record(t)
		got := sh.run(t, "download_packs", "# it's a comment\n\napi_url='"+url+"'\na='1'\napi_token='"+token+"'\nb='2'")
		if got.status != 0 {
			t.Fatalf("got %+v", got)
		}
		if want, got := "# it's a comment\n\na='1'\nb='2'\n", take(t, requests).Body; got != want {
			t.Errorf("the body is %q, want %q", got, want)
		}
	})
}
