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
	config.Indices, _ = hostflags.ParseIndices([]string{index}, nil)
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
