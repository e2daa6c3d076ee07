package pack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/packtrain/pack"
)

func TestCredentialHeader(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		credential  pack.Credential
		name, value string
	}{
		{pack.Credential{}, "", ""},
		{pack.BearerCredential("t0ken"), "Authorization", "Bearer t0ken"},
		{pack.BasicCredential("Aladdin", "open sesame"), "Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		{pack.BasicCredential("", "ü:"), "Authorization", "Basic OsO8Og=="},
		{pack.HeaderCredential("Private-Token", "a b"), "Private-Token", "a b"},
	} {
		name, value := tc.credential.Header()
		if name != tc.name || value != tc.value {
			t.Errorf("got %q %q, want %q %q", name, value, tc.name, tc.value)
		}
		if err := tc.credential.Validate(); (err == nil) != (tc.name != "") {
			t.Errorf("%q: %v", tc.name, err)
		}
	}
}

func TestCredentialValidate(t *testing.T) {
	t.Parallel()
	const secret = "canary"
	for what, c := range map[string]pack.Credential{
		"zero":               {},
		"empty token":        pack.BearerCredential(""),
		"token with space":   pack.BearerCredential(secret + " x"),
		"token with CR":      pack.BearerCredential(secret + "\r\nX: y"),
		"token beyond ASCII": pack.BearerCredential(secret + "é"),
		"token too long":     pack.BearerCredential(strings.Repeat(secret, 2000)),
		"colon in user":      pack.BasicCredential(secret+":", "x"),
		"control in secret":  pack.BasicCredential("x", secret+"\x00"),
		"empty":              pack.BasicCredential("", ""),
		"no name":            pack.HeaderCredential("", secret),
		"space in name":      pack.HeaderCredential("X Y", secret),
		"colon in name":      pack.HeaderCredential("X:", secret),
		"space around":       pack.HeaderCredential("X", " "+secret),
		"newline at end":     pack.HeaderCredential("X", secret+"\n"),
		"another purpose":    pack.HeaderCredential("hOsT", secret),
		"content":            pack.HeaderCredential("Content-Length", secret),
		"condition":          pack.HeaderCredential("If-Range", secret),
		"proxy":              pack.HeaderCredential("Proxy-Authorization", secret),
	} {
		err := c.Validate()
		if pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%s: got %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error %q contains the secret", what, err)
		}
	}
}

// TestCredentialIsNotShown prints credentials in all ways that programs do by
// accident.
func TestCredentialIsNotShown(t *testing.T) {
	t.Parallel()
	const secret = "canary"
	for _, c := range []pack.Credential{
		pack.BearerCredential(secret), pack.BasicCredential(secret, secret), pack.HeaderCredential("X-Token", secret),
	} {
		hidden := struct{ c map[string]pack.Credential }{map[string]pack.Credential{"https://example.com": c}}
		var said bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T", "%w"} {
			for _, v := range []any{c, &c, []pack.Credential{c}, hidden, &hidden, fmt.Errorf("x: %v", c)} {
				fmt.Fprintf(&said, verb+"\n", v)
			}
		}
		for _, h := range []slog.Handler{slog.NewTextHandler(&said, nil), slog.NewJSONHandler(&said, nil)} {
			slog.New(h).Info("x", "credential", c, "all", map[string]pack.Credential{"k": c}, slog.Group("g", "in", hidden))
		}
		if err := json.NewEncoder(&said).Encode(map[string]any{"a": c, "b": &c, "c": hidden}); err != nil {
			t.Error(err)
		}
		if err := yaml.NewEncoder(&said).Encode(map[string]any{"a": c, "b": &c}); err != nil {
			t.Error(err)
		}
		_, value := c.Header()
		for _, s := range []string{secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), value, strings.TrimPrefix(value, "Basic ")} {
			if strings.Contains(said.String(), s) {
				t.Errorf("the secret was shown as %q in %s", s, said.String())
			}
		}
	}
}

// TestNetworkIsNotShown prints a network in all ways that programs do by accident.
func TestNetworkIsNotShown(t *testing.T) {
	t.Parallel()
	n := pack.Network{
		Policy:      pack.NetworkPolicy{Hosts: []string{"packs.example"}},
		Credentials: map[string]pack.Credential{"https://packs.example": pack.BearerCredential("canary")},
		CAs:         []byte("canary"),
		Proxy:       "http://user:canary@proxy:3128",
	}
	inside := struct {
		Root    string
		Network pack.Network
	}{"root", n}
	var said bytes.Buffer
	for _, v := range []any{n, &n, inside, &inside, []pack.Network{n}} {
		fmt.Fprintf(&said, "%v %+v %#v %s %q %x\n", v, v, v, v, v, v)
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		said.Write(text)
		slog.New(slog.NewTextHandler(&said, nil)).Info("text", "network", v)
		slog.New(slog.NewJSONHandler(&said, nil)).Info("json", "network", v)
	}
	if out := said.String(); strings.Contains(out, "canary") || strings.Contains(out, fmt.Sprintf("%x", "canary")) {
		t.Errorf("a secret is in %s", out)
	}
	if got := n.String(); !strings.Contains(got, "packs.example") || !strings.Contains(got, "1 credentials") || !strings.Contains(got, "proxy true") {
		t.Errorf("got %s", got)
	}
}
