package main

import (
	"context"
	"fmt"
	"os/exec"
)

// command runs a command of the rival and discards its output unless it fails.
func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%.2000s", name, err, out)
	}
	return nil
}
