package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/source/registrysource"
)

// A failedInstall is the part of the JSON of an installation that has the failures.
type failedInstall struct {
	Outcomes []struct {
		Failure *wire.Failure `json:"failure"`
	} `json:"outcomes"`
}

// TestProofInReports: a choice without a solution has its proof beside the text, from this
// process and from a server.
func TestProofInReports(t *testing.T) {
	t.Parallel()
	_, index := serveIndex(t, "app@1.0.0: log@^1", "tool@1.0.0: log@^2", "log@1.0.0:", "log@2.0.0:")
	flags := []string{"install", "app", "tool", "--json", "--quiet"}
	config := hostflags.Config{Config: host.Config{Root: t.TempDir(), Network: pack.Network{Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}}}}
	config.Indices = []registrysource.Index{{URL: index}}
	url, token := serve(t, config, t.TempDir())
	for name, o := range map[string]outcome{
		"local":  on(t, t.TempDir())(append(flags, "--index", index, "--allow-http", "--allow-private", "127.0.0.1")...),
		"server": packctl(t, append(flags, "--server", url, "--token-file", token)...),
	} {
		wantStatus(t, o, exitFailed)
		var got failedInstall
		if err := json.Unmarshal([]byte(o.stdout), &got); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, o.stdout)
		}
		var proof *wire.Proof
		for _, out := range got.Outcomes {
			if out.Failure != nil {
				proof = out.Failure.Proof
			}
		}
		if proof == nil {
			t.Fatalf("%s: no proof in\n%s", name, o.stdout)
		}
		var demands []string
		for _, d := range proof.Demands {
			demands = append(demands, string(d.RequiredBy)+" "+string(d.Ref)+"@"+d.VersionSpec.String())
		}
		if diff := cmp.Diff([]string{" app@*", " tool@*", "app log@^1", "tool log@^2"}, demands); diff != "" || proof.Ref != "log" || len(proof.Remedies) != 2 || len(proof.Demands[2].Exists) != 2 {
			t.Errorf("%s: %+v\n%s", name, proof, diff)
		}
		if text := strings.Join(proof.Lines, "; "); !strings.Contains(o.stdout, text) || !strings.Contains(o.stderr, text) {
			t.Errorf("%s: the lines %q are not the text\n%s\n%s", name, proof.Lines, o.stdout, o.stderr)
		}
	}
}

// TestAdviceOfProofs: when only a power that the request does not have keeps versions from
// being chosen, its flag is named, and no other.
func TestAdviceOfProofs(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0: log@^1", "tool@1.0.0: log@^2", "log@1.0.0:", "log@2.0.0:", "user@1.0.0: log@^2")
	for _, tt := range []struct {
		before, args []string
		want         string
	}{
		{[]string{"log"}, []string{"log@^1"}, "--replace any replaces whatever is installed\n"},
		{[]string{"log"}, []string{"app"}, "--replace any replaces whatever is installed\n"},
		{[]string{"log@^1"}, []string{"tool", "--replace", "never"}, "--replace upgrade replaces it by a higher version\n"},
		{[]string{"user"}, []string{"app", "--replace", "any"}, "--allow-break user leaves user with an unmet dependency\n"},
		{[]string{"user"}, []string{"app"}, "--replace any replaces whatever is installed\n"},
	} {
		run := on(t, t.TempDir())
		wantStatus(t, run(append(append([]string{"install", "--index", index}, tt.before...), flags...)...), exitOK)
		o := run(append(append([]string{"install", "--index", index}, tt.args...), flags...)...)
		wantStatus(t, o, exitFailed)
		if _, advice, _ := strings.Cut(o.stderr, "\n"); advice != tt.want {
			t.Errorf("%q after %q: got\n%swant\n%s", tt.args, tt.before, o.stderr, tt.want)
		}
	}
}
