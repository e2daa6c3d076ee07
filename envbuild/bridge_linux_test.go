package envbuild_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// TestNetworkInASandbox: tools reach their index through the proxy, and nothing without it.
func TestNetworkInASandbox(t *testing.T) {
	t.Parallel()
	for tool, f := range fetchers(t) {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			s, _ := newRealStage(t, f.programs...)
			inSandbox(t, s)
			f.serve(t, s, "")
			if e := s.mustBuild(t, s.pack(t, "app", f.manifest...)).Of(f.runtime); e.PackageCount != 1 {
				t.Errorf("built %+v", e)
			}
			wantNowhere(t, s.config.Dir, "s3cret")
			if tool != "uv" {
				return // the others are refused the same way
			}
			s.config.Network.Policy.Hosts = []string{"index.example"}
			s.config.Dir = filepath.Join(s.dir, "other")
			_, err := s.build(t, s.pack(t, "app", f.manifest...))
			wantRefusal(t, err, guard.RuleUnlistedHost, "127.0.0.1")
		})
	}
}

// curious is a build back end that tries to connect to a server, and puts what it found out
// into the package.
const curious = `
import socket, urllib.request
found = []
try:
    socket.create_connection(("127.0.0.1", PORT), 5).close()
    found.append("connected")
except OSError:
    found.append("kept in")
try:
    urllib.request.urlopen("http://TARGET:PORT/", timeout=10).close()
    found.append("fetched")
except OSError as e:
    found.append(str(getattr(e, "code", e)))
`

// TestCodeInASandboxHasTheProxyAlone: also code of packages that are built from source.
func TestCodeInASandboxHasTheProxyAlone(t *testing.T) {
	t.Parallel()
	need(t, "uv")
	s, _ := newRealStage(t, "python3", "uv")
	inSandbox(t, s)
	page := httptest.NewUnstartedServer(nil)
	source := func(target string) []byte {
		_, port, _ := strings.Cut(page.Listener.Addr().String(), ":")
		code := strings.NewReplacer("PORT", port, "TARGET", target).Replace(curious)
		return tarGz(t,
			"srconly-1.0/pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n[project]\nname = \"srconly\"\nversion = \"1.0\"\n",
			"srconly-1.0/backend.py", code+strings.Replace(backend, `"made = 'from source'\n"`, `"found = %r\n" % found`, 1),
			"srconly-1.0/PKG-INFO", "Metadata-Version: 2.1\nName: srconly\nVersion: 1.0\n")
	}
	archives := map[string][]byte{"/strict/srconly-1.0.tar.gz": source("127.0.0.2"), "/open/srconly-1.0.tar.gz": source("127.0.0.1")}
	page.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if archive := archives[r.URL.Path]; archive != nil {
			_, _ = w.Write(archive)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<a href="srconly-1.0.tar.gz">srconly-1.0.tar.gz</a>`)
	})
	page.Start()
	t.Cleanup(page.Close)
	s.config.Policy.Source = []string{"srconly"}
	s.config.FindLinks = []string{page.URL + "/strict/"}
	_, err := s.build(t, s.pack(t, "strict", "requirements.txt", "srconly\n"))
	wantRefusal(t, err, guard.RulePrivateAddress, "127.0.0.2")

	s.config.FindLinks = []string{page.URL + "/open/"}
	rep, err := s.build(t, s.pack(t, "open", "requirements.txt", "srconly\n"))
	if err != nil {
		t.Fatal(err)
	}
	e := rep.Built[0].Environments.Of(pack.RuntimePython)
	if got := script(t, e.Interpreter, "-I", "-B", "-c", "import srconly; print(*srconly.found)"); got != "kept in fetched" {
		t.Errorf("the code %s", got)
	}
	if len(rep.Warnings) > 0 {
		t.Errorf("warnings %v", rep.Warnings)
	}
}
