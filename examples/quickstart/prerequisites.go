package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
)

// checkPrerequisites reports every missing program, with advice.
func checkPrerequisites(ctx context.Context) error {
	var errs []error
	for _, p := range []struct{ program, advice string }{
		{"git", "install git: it creates and serves the sample repository"},
		{"python3", "install Python 3.8 or newer"},
		{"node", "install Node.js 16 or newer"},
		{"npm", "install npm, which comes with Node.js"},
	} {
		if _, err := exec.LookPath(p.program); err != nil {
			errs = append(errs, fmt.Errorf("%s is not in PATH: %s", p.program, p.advice))
		}
	}
	if err := checkPip(ctx); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func checkPip(ctx context.Context) error {
	if _, err := exec.LookPath("uv"); err == nil {
		return nil
	}
	if exec.CommandContext(ctx, "python3", "-c", "import pip").Run() == nil {
		return nil
	}
	return errors.New("uv and pip are missing: install uv, or pip for python3 (on Debian: apt-get install python3-pip)")
}
