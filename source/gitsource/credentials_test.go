package gitsource_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
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
		return must(gitsource.New(clientFor(pack.Network{
			Policy:      gittest.Policy(),
			Credentials: map[string]pack.Credential{origin: pack.BearerCredential("canary")},
		}), nil))
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

// credentialsAfterRedirects: a server that redirects to another one gets nothing
// from it with our credentials, neither by the list of branches nor by the
// request after it.
func credentialsAfterRedirects(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	private, _ := serve(t, repo, gittest.On(gittest.Fetch, wanting))
	public, _ := serve(t, repo, gittest.Redirect(originOf(private), http.StatusFound))
	s := must(gitsource.New(clientFor(pack.Network{
		Policy:      gittest.Policy(),
		Credentials: map[string]pack.Credential{originOf(private): pack.BearerCredential("canary")},
	}), nil))
	if _, err := fetch(t, s, private, ""); err != nil {
		t.Error(err)
	}
	_, err := fetch(t, s, public, "")
	wantCode(t, err, pack.CodeUnauthorized)
}

// basic is a server that wants a user and a password in every request.
func basic(user, password string) gittest.Fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if u, p, ok := r.BasicAuth(); !ok || u != user || p != password {
				w.Header().Set("WWW-Authenticate", `Basic realm="packs"`)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// TestBasicCredentialsOfSeveralServers: each gets its own, and a wrong one is
// asked for once.
func TestBasicCredentialsOfSeveralServers(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	one, _ := serve(t, repo, basic("robot", "canary one"))
	two, _ := serve(t, repo, basic("robot", "canary two"))
	three, srv := serve(t, repo, basic("robot", "canary three"))
	s := must(gitsource.New(clientFor(pack.Network{
		Policy: gittest.Policy(),
		Credentials: map[string]pack.Credential{
			originOf(one): pack.BasicCredential("robot", "canary one"),
			originOf(two): pack.BasicCredential("robot", "canary two"),
			srv.URL:       pack.BasicCredential("robot", "canary one"),
		},
	}), nil))
	for _, url := range []string{one, two} {
		if pin, err := resolve(t, s, url, "main"); err != nil || pin.Commit != commit {
			t.Errorf("got %+v, %v", pin, err)
		}
		if got, err := fetch(t, s, url, commit); err != nil || len(got.names()) != 4 {
			t.Errorf("got %q, %v", got.names(), err)
		}
	}
	_, err := fetch(t, s, three, commit)
	wantCode(t, err, pack.CodeUnauthorized)
	if err != nil && strings.Contains(err.Error(), "canary") {
		t.Errorf("the error contains a password: %v", err)
	}
	if got := srv.Requests(); len(got) != 1 {
		t.Errorf("got requests %q, want one", got)
	}
}
