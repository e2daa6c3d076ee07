package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/packtrain/pack/examples/actionrun"
)

// runActions runs one action of each pack.
func (d *demo) runActions(ctx context.Context) error {
	fmt.Fprintln(d.out, "\nactions:")
	for _, call := range []struct{ action, param string }{
		{"hello.greet", "name=Ada"},
		{"wordcount.count", "text=the quick brown fox jumps over the lazy dog"},
		{"slugs.make", "title=Packs, Trains & Tracks"},
		{"report.write", `topics=["build", "deploy"]`},
	} {
		if err := d.runAction(ctx, call.action, call.param); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) runAction(ctx context.Context, action string, params ...string) error {
	invocation, release, err := actionrun.Prepare(ctx, d.host.Store, action, params, d.host.Environ())
	if err != nil {
		return err
	}
	defer release()
	result, err := actionrun.Run(ctx, d.host.Runner, *invocation)
	if err != nil {
		return err
	}
	if result.ExitCode != 0 {
		return fmt.Errorf("%s exited with %d: %s", action, result.ExitCode, result.Stderr)
	}
	output, err := text(result.Output)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  %-16s %s\n", action, strings.ReplaceAll(output, "\n", "\n"+strings.Repeat(" ", 19)))
	return nil
}

// text returns the output of an action, JSON as JSON.
func text(output any) (string, error) {
	if s, ok := output.(string); ok {
		return strings.TrimSpace(s), nil
	}
	data, err := json.Marshal(output)
	return string(data), err
}
