package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/installer/settings"
)

const noTokens = `no tokens: "packd token new NAME" makes one, a line NAME:SECRET:SCOPE+SCOPE.
Write such lines into a file and name it with --token-file, or set PACKD_TOKENS, for example:

  PACKD_TOKENS=$(packd token new me --scope read+install+configure) packd --root DIR`

// tokens returns those of the file or, without one, of the environment.
func (f *flags) tokens(w world) ([]api.Token, error) {
	entries := strings.Split(w.getenv("PACKD_TOKENS"), ",")
	if f.Packd.TokenFile != "" {
		data, err := settings.ReadSecretFile("tokens", f.Packd.TokenFile)
		if err != nil {
			return nil, err
		}
		entries = strings.Split(string(data), "\n")
	}
	tokens, err := parseTokens(entries)
	if err == nil && len(tokens) == 0 {
		err = errors.New(noTokens)
	}
	if err == nil && !onLoopback(f.Packd.Addr) {
		err = refuseWeak(tokens)
	}
	return tokens, err
}

// onLoopback reports whether an address is reached from this machine alone.
func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip, ipErr := netip.ParseAddr(host)
	return err == nil && (host == "localhost" || ipErr == nil && ip.IsLoopback())
}

// refuseWeak refuses secrets that could be guessed from elsewhere.
func refuseWeak(tokens []api.Token) error {
	for i := range tokens {
		if t := &tokens[i]; t.Weak() {
			return fmt.Errorf("the secret of token %q has %d characters: want at least %d where other machines can reach packd; \"packd token new NAME\" makes one",
				t.DisplayName(), len(t.Secret), api.StrongSecret)
		}
	}
	return nil
}

// parseTokens reads entries; those that are empty or begin with # are comments.
func parseTokens(entries []string) ([]api.Token, error) {
	var tokens []api.Token
	for i, entry := range entries {
		entry = strings.TrimSpace(entry)
		if entry == "" || entry[0] == '#' {
			continue
		}
		t, err := api.ParseToken(entry)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		for j := range tokens {
			if tokens[j].DisplayName() == t.DisplayName() || tokens[j].Secret == t.Secret {
				return nil, fmt.Errorf("entry %d: token %q has the name or the secret of an earlier one", i+1, t.DisplayName())
			}
		}
		tokens = append(tokens, t)
	}
	return tokens, nil
}
