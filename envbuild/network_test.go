package envbuild_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/net/guard"
)

// A fetcher is a tool that gets packages from an index on loopback.
type fetcher struct {
	programs []string
	runtime  pack.RuntimeName
	manifest []string // of a pack that needs one package
	// serve makes the index of the stage, which has the package, and needs a login. It
	// answers requests for content with the redirect, if there is one.
	serve func(t *testing.T, s *stage, redirect string)
}

// fetchers returns the tools that are there; CI has all.
func fetchers(t *testing.T) map[string]fetcher {
	t.Helper()
	need(t, "uv")
	python := func(programs ...string) fetcher {
		return fetcher{programs, pack.RuntimePython, []string{"requirements.txt", "textstats\n"}, func(t *testing.T, s *stage, redirect string) {
			t.Helper()
			newPythonIndex(t, s).redirect = redirect
		}}
	}
	return map[string]fetcher{
		"pip": python("python3"), "uv": python("python3", "uv"),
		"npm": {[]string{"node"}, pack.RuntimeNode, []string{"package.json", dependsOnA}, func(t *testing.T, s *stage, redirect string) {
			t.Helper()
			r := newNPMRegistry(t)
			r.add(t, "a", `{}`)
			r.redirect, r.login = redirect, "Basic dXNlcjpzM2NyZXQ="
			s.config.NodeRegistry = strings.Replace(r.url, "://", "://user:s3cret@", 1)
		}},
	}
}

// TestNetworkPolicy: what the policy refuses is refused to the tools, with the rule that
// a setting lifts. The tests of the proxy have all rules.
func TestNetworkPolicy(t *testing.T) {
	t.Parallel()
	internal := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the internal server was asked for %s", r.URL)
	}))
	t.Cleanup(internal.Close)
	secret := strings.Replace(internal.URL, "127.0.0.1", "127.0.0.2", 1) // another name of it
	for tool, f := range fetchers(t) {
		for name, tt := range map[string]struct {
			change   func(*pack.NetworkPolicy)
			redirect string
			rule     guard.PolicyRule
			host     string
		}{
			"host that is not listed":       {func(p *pack.NetworkPolicy) { p.Hosts = []string{"index.example"} }, "", guard.RuleUnlistedHost, "127.0.0.1"},
			"redirect to a private address": {func(*pack.NetworkPolicy) {}, secret, guard.RulePrivateAddress, "127.0.0.2"},
		} {
			t.Run(tool+"/"+name, func(t *testing.T) {
				t.Parallel()
				s, _ := newRealStage(t, f.programs...)
				f.serve(t, s, tt.redirect)
				tt.change(&s.config.Network.Policy)
				_, err := s.build(t, s.pack(t, "app", f.manifest...))
				wantRefusal(t, err, tt.rule, tt.host)
			})
		}
	}
}

func wantRefusal(t *testing.T, err error, rule guard.PolicyRule, host string) {
	t.Helper()
	failed, ok := errors.AsType[*envbuild.BuildError](err)
	if !ok || failed.Reason != envbuild.ReasonNetworkPolicy || pack.CodeOf(err) != pack.CodePolicyDenied {
		t.Fatalf("got %v", err)
	}
	if refusal, ok := errors.AsType[*guard.PolicyError](err); !ok || refusal.Rule != rule || refusal.Host != host {
		t.Errorf("refusal %v, want one of %s for %s", err, rule, host)
	}
	if strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), host) {
		t.Errorf("message %q", err)
	}
}

// TestSecretsOfTheNetwork: a login is for its index alone, and in the step that
// fetches alone; the proxy is gone afterwards.
func TestSecretsOfTheNetwork(t *testing.T) {
	t.Parallel()
	for tool, f := range fetchers(t) {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			s, started := newRealStage(t, f.programs...)
			f.serve(t, s, "")
			var log bytes.Buffer
			s.config.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			rep, err := s.build(t, s.pack(t, "app", f.manifest...))
			if err != nil {
				t.Fatal(err)
			}
			secrets := append(proxiesOf(t, started), "s3cret", "dXNlcjpzM2NyZXQ=")
			if len(secrets) != 3 {
				t.Fatalf("%d proxies, want one", len(secrets)-2)
			}
			for _, secret := range secrets {
				if strings.Contains(fmt.Sprintf("%+v %s", rep, log.String()), secret) {
					t.Errorf("%s is in the report or the log", secret)
				}
				wantNowhere(t, s.dir, secret)
				wantInNoOtherStep(t, started, secret)
			}
		})
	}
}

// proxiesOf returns the passwords of the proxies that programs were given, which must be
// gone.
func proxiesOf(t *testing.T, started *counter) []string {
	t.Helper()
	var passwords []string
	for _, c := range started.commands() {
		for _, v := range c.Env {
			address, ok := strings.CutPrefix(v, "https_proxy=")
			u, err := url.Parse(address)
			if !ok || err != nil {
				continue
			}
			password, _ := u.User.Password()
			passwords = append(passwords, password)
			if conn, err := net.Dial("tcp", u.Host); err == nil {
				_ = conn.Close() // it should not be there
				t.Errorf("the proxy of %s is still there", c.Path)
			}
		}
	}
	return passwords
}

// wantNowhere requires that no file below dir contains a secret, and none has its name.
func wantNowhere(t *testing.T, dir, secret string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(secret)) || strings.Contains(path, secret) {
			t.Errorf("%s is in %s", secret, path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// wantInNoOtherStep requires that programs without a network, and all arguments, do not
// contain a secret.
func wantInNoOtherStep(t *testing.T, started *counter, secret string) {
	t.Helper()
	for _, c := range started.commands() {
		seen := slices.Clone(c.Args)
		if !c.Access.Network {
			seen = append(seen, c.Env...)
		}
		if strings.Contains(strings.Join(seen, " "), secret) {
			t.Errorf("%s is given to %s %q", secret, c.Path, seen)
		}
	}
}

// TestCredentialsOfTheNetwork: the credential of an origin is the login for its index.
func TestCredentialsOfTheNetwork(t *testing.T) {
	t.Parallel()
	for tool, f := range fetchers(t) {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			s, _ := newRealStage(t, f.programs...)
			f.serve(t, s, "")
			address := &s.config.PythonIndex
			if f.runtime == pack.RuntimeNode {
				address = &s.config.NodeRegistry
			}
			*address = strings.Replace(*address, "user:s3cret@", "", 1)
			u, err := url.Parse(*address)
			if err != nil {
				t.Fatal(err)
			}
			s.config.Network.Credentials = map[string]pack.Credential{
				"http://127.0.0.1:1": pack.BasicCredential("other", "wrong"), "http://" + u.Host: pack.BasicCredential("user", "s3cret"),
			}
			s.mustBuild(t, s.pack(t, "app", f.manifest...))
		})
	}
}

// TestProxyOfTheHost: the proxy of the tool uses it.
func TestProxyOfTheHost(t *testing.T) {
	t.Parallel()
	f := fetchers(t)["uv"]
	s, _ := newRealStage(t, f.programs...)
	f.serve(t, s, "")
	var asked []string
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host)
		http.Error(w, "no", http.StatusNotFound)
	}))
	t.Cleanup(host.Close)
	s.config.Network.Proxy = strings.Replace(host.URL, "://", "://user:s3cret@", 1)
	if _, err := s.build(t, s.pack(t, "app", f.manifest...)); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
	host.Close() // waits for the last request
	if len(asked) == 0 || !strings.HasPrefix(asked[0], "GET 127.0.0.1:") {
		t.Errorf("asked for %q", asked)
	}
}

// TestOfflineTools: tools do with what they have.
func TestOfflineTools(t *testing.T) {
	t.Parallel()
	for tool, f := range fetchers(t) {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			s, _ := newRealStage(t, f.programs...)
			f.serve(t, s, "")
			path := s.pack(t, "app", f.manifest...)
			s.config.Network.Offline = true
			_, err := s.build(t, path)
			if failed, ok := errors.AsType[*envbuild.BuildError](err); !ok || failed.Reason != envbuild.ReasonOffline {
				t.Errorf("without anything: %v", err)
			}
			if tool != "uv" {
				return // pip keeps no index, and npm is as uv
			}
			s.config.Network.Offline = false
			s.mustBuild(t, path)
			s.config.Network.Offline = true
			if _, err := s.builder(t).Build(t.Context(), envbuild.Request{Paths: []string{path}, Rebuild: true}); err != nil {
				t.Errorf("with a full cache: %v", err)
			}
		})
	}
}

// TestCodeWithANetworkIsReported: packages built from source are named, and that their
// code may have got around the proxy.
func TestCodeWithANetworkIsReported(t *testing.T) {
	t.Parallel()
	eachPythonTool(t, func(t *testing.T, s *stage) {
		t.Helper()
		sourceLinks(t, s)
		page := httptest.NewServer(http.FileServer(http.Dir(s.config.FindLinks[0])))
		t.Cleanup(page.Close)
		s.config.Policy.Source, s.config.FindLinks = []string{"*"}, []string{page.URL}
		rep, err := s.build(t, s.pack(t, "app", "requirements.txt", "outer\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := rep.Built[0].Environments[0].FromSource; !slices.Equal(got, []string{"srconly"}) {
			t.Errorf("built from source: %q", got)
		}
		if got := fmt.Sprint(rep.Warnings); !strings.Contains(got, "the code of srconly") {
			t.Errorf("warnings %s", got)
		}
	})
}
