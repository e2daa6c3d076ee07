package host_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// hostileURLs is E19: dependencies that are URLs are refused with the rule that refuses
// them, and nothing is installed.
func hostileURLs(t *testing.T) {
	t.Parallel()
	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprintf("http://x/%d", i)
	}
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"registry_name": "T", "registry_url": "https://x", "version": "1.0", "packs": []}`)
	}))
	t.Cleanup(empty.Close)
	for _, tc := range []struct {
		name   string
		needs  []string
		follow string // beside 127.0.0.1
		code   pack.Code
		form   installer.FollowReason
		rule   web.PolicyRule
		reason deps.URLReason
	}{
		{name: "private address", needs: []string{"http://10.0.0.1/x.git"}, follow: "10.0.0.1", code: pack.CodePolicyDenied, rule: web.RulePrivateAddress, reason: deps.URLNotThere},
		{name: "metadata service", needs: []string{"http://169.254.169.254/x.git"}, follow: "169.254.169.254", code: pack.CodePolicyDenied, rule: web.RulePrivateAddress, reason: deps.URLNotThere},
		{name: "other host", needs: []string{"http://localhost/x.git"}, code: pack.CodeDependencyMissing, form: installer.FollowHost, reason: deps.URLNotThere},
		{name: "host before @", needs: []string{"http://127.0.0.1@localhost/x.git"}, code: pack.CodePolicyDenied, form: installer.FollowForm, reason: deps.URLNotThere},
		{name: "file", needs: []string{"file:///etc/passwd"}, code: pack.CodePolicyDenied, form: installer.FollowForm, reason: deps.URLNotThere},
		{name: "repository of this machine", needs: []string{"git+file:///srv/x"}, code: pack.CodePolicyDenied, form: installer.FollowForm, reason: deps.URLNotThere},
		{name: "path", needs: []string{"../other"}, code: pack.CodePolicyDenied, form: installer.FollowForm, reason: deps.URLNotThere},
		{name: "ssh", needs: []string{"git@127.0.0.1:x/y"}, code: pack.CodePolicyDenied, form: installer.FollowForm, reason: deps.URLNotThere},
		{name: "remote helper", needs: []string{"ext::sh -c id"}, code: pack.CodePolicyDenied, form: installer.FollowForm, reason: deps.URLNotThere},
		{name: "option", needs: []string{"--upload-pack=/x"}, code: pack.CodePolicyDenied, form: installer.FollowForm, reason: deps.URLNotThere},
		{name: "query", needs: []string{"URL/x.zip?token=1"}, code: pack.CodePolicyDenied, form: installer.FollowQuery, reason: deps.URLNotThere},
		{name: "redirect to another host", needs: []string{"URL/away/x.git"}, code: pack.CodePolicyDenied, rule: web.RuleUnlistedHost, reason: deps.URLNotThere},
		{name: "a ref that the host provides", needs: []string{"URL/core.git"}, code: pack.CodeInvalidRef},
		{name: "a ref that an index claims", needs: []string{"URL/corp.git"}, code: pack.CodePolicyDenied, reason: deps.URLNotThere},
		{name: "two contents of one pack", needs: []string{"URL/lib.git", "URL/lib2.git"}, code: pack.CodeConflict, reason: deps.URLAmbiguous},
		{name: "10,000 URLs", needs: many, code: pack.CodeLimitExceeded, reason: deps.URLLimit},
	} {
		t.Run(strings.ReplaceAll(tc.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			f := newForge(t, "app", "core", "corp", "lib", "lib2")
			f.commit("app", "app", tc.needs...)
			f.commit("core", "core")
			f.commit("corp", "corp-secrets")
			f.commit("lib", "lib")
			f.commit("lib2", "lib", "URL/lib.git")
			h := openHost(t, host.Config{
				Network: pack.Network{Policy: gittest.Policy()}, FollowURLs: append([]string{"127.0.0.1"}, strings.Fields(tc.follow)...), Provided: []pack.Provided{{Ref: "core"}},
				Indices: []registrysource.Index{{Name: "corp", URL: empty.URL, Claims: []string{"corp-*"}}},
			})
			_, err := install(t, h, "git+"+f.URL+"/app.git")
			if code := failureCode(t, err); code != tc.code {
				t.Errorf("got %s, want %s: %v", code, tc.code, err)
			}
			if e, _ := errors.AsType[*installer.FollowError](err); tc.form != "" && (e == nil || e.Reason != tc.form) {
				t.Errorf("form: got %v", err)
			}
			if e, _ := errors.AsType[*web.PolicyError](err); tc.rule != "" && (e == nil || e.Rule != tc.rule) {
				t.Errorf("rule: got %v", err)
			}
			if e, _ := errors.AsType[*deps.URLError](err); tc.reason != "" && (e == nil || e.Reason != tc.reason) {
				t.Errorf("reason: got %v", err)
			}
			if text := err.Error(); len(text) > 2000 {
				t.Errorf("the text has %d bytes", len(text))
			}
			if got := installed(t, h); len(got) > 0 {
				t.Errorf("got %q", got)
			}
		})
	}
}
