package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/packtrain/pack/examples/packd/api"
)

// keepReloaded reads the tokens again at each SIGHUP until ctx ends. Tokens that cannot be
// read, or would be refused at a start, change nothing.
func (f *flags) keepReloaded(ctx context.Context, s *api.Server, w world, logger *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.hangup:
		}
		if n, err := f.reload(s, w); err != nil {
			logger.ErrorContext(ctx, "the tokens were not read again: those from before stay", "error", err)
		} else {
			logger.InfoContext(ctx, "the tokens were read again", "tokens", n)
		}
	}
}

// reload replaces the tokens by those of the file, and returns their number.
func (f *flags) reload(s *api.Server, w world) (int, error) {
	if f.Packd.TokenFile == "" {
		return 0, errors.New("they come from the environment, which cannot change; use --token-file")
	}
	tokens, err := f.tokens(w)
	if err == nil {
		err = s.SetTokens(tokens)
	}
	return len(tokens), err
}
