package gettersource_test

import (
	"archive/tar"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/gettersource"
)

func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("G03", redirects)
	t.Run("G10", secretsInErrors)
	t.Run("G12", limits)
	t.Run("G13", shortBodies)
	t.Run("G14", otherContent)
	t.Run("H02", otherProtocols)
}

// otherProtocols: what go-getter would do with these, it is not asked to do.
func otherProtocols(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.tar.gz"), archive(t, file("pack.yaml", "x")), 0o600); err != nil {
		t.Fatal(err)
	}
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the server was asked for %s", r.URL) })
	sum := string(digest(nil))
	for location, want := range map[string]pack.Code{
		"git::" + url + "/x.git":                               pack.CodePolicyDenied,
		"file::" + url:                                         pack.CodePolicyDenied,
		"s3::https://s3.amazonaws.com/bucket/x":                pack.CodePolicyDenied,
		"hg::" + url:                                           pack.CodePolicyDenied,
		"file://" + dir + "/x.tar.gz":                          pack.CodePolicyDenied,
		dir + "/x.tar.gz":                                      pack.CodePolicyDenied,
		"./x.tar.gz":                                           pack.CodePolicyDenied,
		"github.com/org/repo":                                  pack.CodePolicyDenied,
		"git@github.com:org/repo.git":                          pack.CodePolicyDenied,
		"ssh://git@host/x":                                     pack.CodePolicyDenied,
		"https://10.0.0.1/x.tar.gz":                            pack.CodePolicyDenied,
		"https://user:canary@host/x.tar.gz":                    pack.CodePolicyDenied,
		"https://host/x.tar.gz#canary":                         pack.CodePolicyDenied,
		url + "/x.tar.gz?archive=false":                        pack.CodePolicyDenied,
		url + "/x.tar.gz?filename=../x":                        pack.CodePolicyDenied,
		url + "/x.tar.gz?terraform-get=1":                      pack.CodePolicyDenied,
		url + "/x.tar.gz?ref=-x":                               pack.CodePolicyDenied,
		url + "/x.tar.gz?sshkey=canary":                        pack.CodePolicyDenied,
		url + "/x.tar.gz?depth=1":                              pack.CodePolicyDenied,
		url + "/x.tar.gz?checksum=file:" + url + "/sums":       pack.CodeChecksumMismatch,
		url + "/x.tar.gz?checksum=md5:0":                       pack.CodeChecksumMismatch,
		url + "/x.tar.gz?checksum=":                            pack.CodeChecksumMismatch,
		url + "/x.tar.gz?checksum=" + sum + "&checksum=" + sum: pack.CodeInvalidRequest,
		url + "/x.tar.gz?a;b":                                  pack.CodeInvalidRequest,
		url + "/x.tar.gz//../x":                                pack.CodeUnsafePath,
		url + "/x.tar.gz//a/%2e%2e/x":                          pack.CodeUnsafePath,
		url + "/x.tar.gz//a//b":                                pack.CodeUnsafePath,
		url + "/x.tar.gz//":                                    pack.CodeUnsafePath,
	} {
		_, err := resolve(t.Context(), newSource(t, gettersource.Config{}), location)
		if pack.CodeOf(err) != want || strings.Contains(err.Error(), "canary") {
			t.Errorf("resolve %q: got %v, want %q", location, err, want)
		}
		_, err = fetch(t, gettersource.Config{}, pinOf(location))
		if pack.CodeOf(err) != want || strings.Contains(err.Error(), "canary") {
			t.Errorf("fetch %q: got %v, want %q", location, err, want)
		}
	}
}

func redirects(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]pack.Code{
		"file:///etc/passwd":           pack.CodePolicyDenied,
		"http://169.254.169.254/":      pack.CodePolicyDenied,
		"http://user:canary@127.0.0.1": pack.CodePolicyDenied,
		"/x.tar.gz":                    pack.CodePolicyDenied,
	} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, location, http.StatusFound) })
		_, err := fetch(t, gettersource.Config{}, pinOf(url+"/x.tar.gz"))
		if pack.CodeOf(err) != want || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: got %v", location, err)
		}
	}
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Private-Token") != "" {
			t.Error("the credential went to another origin")
		}
		w.Write(archive(t, file("pack.yaml", "x")))
	})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other+"/x.tar.gz", http.StatusFound) })
	c := gettersource.Config{Client: clientWith(t, map[string]pack.Credential{url: pack.HeaderCredential("Private-Token", "canary")})}
	if _, err := fetch(t, c, pinOf(url+"/x.tar.gz")); err != nil {
		t.Error(err)
	}
}

// TestHostileEnvironment is G07: go-getter's netrc is not read, even when the
// environment names it.
func TestHostileEnvironment(t *testing.T) {
	netrc := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(netrc, []byte("default login user password canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NETRC", netrc)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("credentials of the environment were sent")
		}
		w.Write(archive(t, file("pack.yaml", "x")))
	})
	if _, err := fetch(t, gettersource.Config{}, pinOf(url+"/x.tar.gz")); err != nil {
		t.Error(err)
	}
}

func secretsInErrors(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"404": http.NotFound,
		"403": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"br":  func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Encoding", "br") },
		"bad": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("no archive")) },
	} {
		_, err := fetch(t, gettersource.Config{}, pinOf(serve(t, h)+"/x.tar.gz?token=canary"))
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// limits hold for bodies with a length and without: go-getter would cut the
// latter short without a word.
func limits(t *testing.T) {
	t.Parallel()
	data := archive(t, file("pack.yaml", strings.Repeat("x", 100)))
	for name, h := range map[string]http.HandlerFunc{
		"length": func(w http.ResponseWriter, _ *http.Request) { w.Write(data) },
		"chunks": func(w http.ResponseWriter, _ *http.Request) {
			w.Write(data[:1])
			w.(http.Flusher).Flush()
			w.Write(data[1:])
		},
	} {
		for most, want := range map[int64]pack.Code{int64(len(data)): "", int64(len(data)) - 1: pack.CodeLimitExceeded, 1: pack.CodeLimitExceeded, -1: ""} {
			_, err := fetch(t, gettersource.Config{ArchiveBytes: most}, pinOf(serve(t, h)+"/x.tar.gz"))
			limit, ok := errors.AsType[*pack.LimitError](err)
			if pack.CodeOf(err) != want || want != "" && (!ok || limit.Max != most) {
				t.Errorf("%s within %d: got %v", name, most, err)
			}
		}
	}
}

func shortBodies(t *testing.T) {
	t.Parallel()
	data := archive(t, file("pack.yaml", "x"))
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Write(data[:10])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	_, err := fetch(t, gettersource.Config{}, pinOf(url+"/x.tar.gz"))
	wantCode(t, err, pack.CodeUnavailable)
	if !pack.Retryable(err) {
		t.Errorf("%v should be retryable", err)
	}
}

func otherContent(t *testing.T) {
	t.Parallel()
	data := archive(t, file("pack.yaml", "x"))
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"v2"`)
		w.Write(data)
	})
	pin := pinOf(url + "/x.tar.gz")
	pin.ArchiveDigest = digest([]byte("other"))
	_, err := fetch(t, gettersource.Config{}, pin)
	wantCode(t, err, pack.CodeChecksumMismatch)
	pin.ArchiveDigest, pin.ETag = "", `"v1"`
	_, err = fetch(t, gettersource.Config{}, pin)
	wantCode(t, err, pack.CodeContentChanged)
	pin.ArchiveDigest = digest(data)
	if _, err = fetch(t, gettersource.Config{}, pin); err != nil {
		t.Error(err)
	}
	pin.Size = int64(len(data)) + 1
	_, err = fetch(t, gettersource.Config{}, pin)
	wantCode(t, err, pack.CodeChecksumMismatch)
	link := archive(t, tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: "/etc/passwd"})
	url = serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(link) })
	_, err = fetch(t, gettersource.Config{}, pinOf(url+"/x.tar.gz"))
	wantCode(t, err, pack.CodeForbiddenEntry)
}
