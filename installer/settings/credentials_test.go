package settings_test

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/settings"
)

func writeFile(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadCredentials(t *testing.T) {
	t.Parallel()
	got, err := settings.ReadCredentials(writeFile(t, "# mine\n\nhttps://a bearer t\n https://b:1  basic u p\nhttps://c header X-Token v\n", 0o600))
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]string{
		"https://a": "Authorization: Bearer t", "https://b:1": "Authorization: Basic dTpw", "https://c": "X-Token: v",
	} {
		if name, value := got[origin].Header(); name+": "+value != want {
			t.Errorf("%s: got %s: %s", origin, name, value)
		}
	}
	if none, err := settings.ReadCredentials(""); len(none) > 0 || err != nil {
		t.Errorf("no file: %v, %v", none, err)
	}
	for _, bad := range []string{
		"https://a canary", "https://a bearer canary x", "https://a basic canary", "https://a netrc x canary", "https://a header Host canary",
		"https://a bearer x\nhttps://a bearer canary", "https://a bearer canary\xff",
	} {
		_, err := settings.ReadCredentials(writeFile(t, "\n"+bad, 0o600))
		if pack.CodeOf(err) != pack.CodeInvalidRequest || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	if _, err := settings.ReadCredentials(writeFile(t, "https://a bearer t", 0o640)); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("readable for others: got %v", err)
	}
	if _, err := settings.ReadCredentials(t.TempDir()); err == nil {
		t.Error("a directory is accepted")
	}
}

func TestReadAuthorities(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	got, err := settings.ReadAuthorities(writeFile(t, string(text), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(got)
	if _, err := srv.Certificate().Verify(x509.VerifyOptions{Roots: roots, DNSName: "example.com"}); err != nil {
		t.Error(err)
	}
	if _, err := settings.ReadAuthorities(writeFile(t, "nothing", 0o644)); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a file without certificates: %v", err)
	}
	if _, err := settings.ReadAuthorities(writeFile(t, "", 0o644)); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("an empty file: %v", err)
	}
	if c, err := settings.ReadAuthorities(""); c != nil || err != nil {
		t.Errorf("no file: %v, %v", c, err)
	}
}

func TestParseProxy(t *testing.T) {
	t.Parallel()
	if u, err := settings.ParseProxy("http://user:x@proxy:3128"); err != nil || u.Host != "proxy:3128" {
		t.Errorf("got %v, %v", u, err)
	}
	for _, bad := range []string{"proxy:3128", "user:canary@proxy", "http://%zz:canary@proxy", "canary"} {
		if _, err := settings.ParseProxy(bad); pack.CodeOf(err) != pack.CodeInvalidRequest || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}
