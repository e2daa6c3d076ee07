package gitsource_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/gittest"
	"github.com/packtrain/pack/source/gitsource"
)

// wanting is a server that wants a token in every request.
func wanting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer canary" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func originOf(url string) string { return strings.TrimSuffix(url, "/sample.git") }

func TestCredentials(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	url, _ := serve(t, repo, wanting)
	open := func(origin string) *gitsource.Source {
		return must(gitsource.New(&gitsource.Options{
			Network:     gittest.Policy(),
			Credentials: map[string]pack.Credential{origin: pack.BearerCredential("canary")},
		}))
	}
	s := open(originOf(url))
	pin, err := resolve(t, s, url, "main")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fetch(t, s, url, pin.Commit); err != nil {
		t.Error(err)
	}
	other := open("https://git.example.com")
	_, err = resolve(t, other, url, "main")
	wantCode(t, err, pack.CodeUnauthorized)
	_, err = fetch(t, other, url, pin.Commit)
	wantCode(t, err, pack.CodeUnauthorized)
}

// credentialsAfterRedirects: who redirects to a server gets nothing from it in
// our name, neither by the list of branches nor by the request after it.
func credentialsAfterRedirects(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	private, _ := serve(t, repo, gittest.On(gittest.Fetch, wanting))
	public, _ := serve(t, repo, gittest.Redirect(originOf(private), http.StatusFound))
	s := must(gitsource.New(&gitsource.Options{
		Network:     gittest.Policy(),
		Credentials: map[string]pack.Credential{originOf(private): pack.BearerCredential("canary")},
	}))
	if _, err := fetch(t, s, private, ""); err != nil {
		t.Error(err)
	}
	_, err := fetch(t, s, public, "")
	wantCode(t, err, pack.CodeUnauthorized)
}
