package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/packtrain/pack/examples/packd/api"
)

const noTokens = `no tokens: write TOKEN:SCOPE+SCOPE lines into a file and name it with --token-file,
or set PACKD_TOKENS, for example:

  TOKEN=$(openssl rand -hex 32)
  PACKD_TOKENS="$TOKEN:read+install+configure" packd --root DIR`

// tokens returns those of the file or, without one, of the environment.
func (f *flags) tokens(w world) ([]api.Token, error) {
	entries := strings.Split(w.getenv("PACKD_TOKENS"), ",")
	if f.tokenFile != "" {
		data, err := os.ReadFile(f.tokenFile)
		if err != nil {
			return nil, fmt.Errorf("read tokens: %w", err)
		}
		entries = strings.Split(string(data), "\n")
	}
	tokens, err := parseTokens(entries)
	if err == nil && len(tokens) == 0 {
		err = errors.New(noTokens)
	}
	return tokens, err
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
		tokens = append(tokens, t)
	}
	return tokens, nil
}
