package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/registry"
)

// testReport lists the tests of packs.
type testReport struct {
	Packs  []testedPack  `json:"packs"`
	Failed []failedTests `json:"failed"`
}

type testedPack struct {
	Path string `json:"path"`
	registry.TestResult
}

type failedTests struct {
	Path    string    `json:"path"`
	Code    pack.Code `json:"code"`
	Message string    `json:"error"`
}

func (a *app) testCommand() *cobra.Command {
	var env runtimes
	var skipValidation bool
	cmd := command("test PATH...", "Run the tests of packs as registering them would, without installing them", some("PATH"),
		func(cmd *cobra.Command, args []string) error {
			paths, err := a.paths(cmd, args...)
			if err != nil {
				return err
			}
			if a.server != "" {
				return &usageError{errors.New("test runs in this process: leave out --server"), cmd.CommandPath()}
			}
			return a.withHost(cmd, func(h *hostflags.Host) error {
				build := envbuild.Request{Paths: paths, Prefer: env.prefer(), Skip: env.skip(), OnEvent: a.observer()}
				if _, err := h.Builder.Build(cmd.Context(), build); err != nil {
					return err
				}
				r, err := a.test(cmd.Context(), h.Store, registry.TestRequest{Paths: paths, SkipValidation: skipValidation, OnEvent: a.observer()})
				return finish(a, r, err, a.printTests)
			})
		})
	flags := cmd.Flags()
	env.bind(flags)
	flags.BoolVar(&skipValidation, "skip-validation", false, "also test packs that have errors")
	a.Bind(flags, settings.GroupPackages)
	return cmd
}

// test tests packs. The report has the results of those whose tests failed, too.
func (a *app) test(ctx context.Context, t registry.Tester, req registry.TestRequest) (*testReport, error) {
	rep, err := t.Test(ctx, req)
	if rep == nil {
		return nil, err
	}
	r := &testReport{Packs: []testedPack{}, Failed: []failedTests{}}
	for _, p := range rep.Tested {
		r.Packs = append(r.Packs, testedPack{p.Path, p.Tests})
	}
	for i := range rep.Failed {
		f := &rep.Failed[i]
		if failed, ok := errors.AsType[*registry.TestError](f); ok {
			r.Packs = append(r.Packs, testedPack{f.Spec, *failed.Result})
		}
		r.Failed = append(r.Failed, failedTests{f.Spec, f.Code, f.Message})
	}
	return r, err
}

func (a *app) printTests(r *testReport) {
	for i := range r.Packs {
		p := &r.Packs[i]
		a.println("%s %s  %s", p.Ref, p.Version, totals(p.Status, p.TestTotals, p.DurationMS))
		for j := range p.Suites {
			a.printSuite(&p.Suites[j])
		}
	}
}

func (a *app) printSuite(s *registry.TestSuite) {
	a.println("  %s  %s  %s", s.Name, s.Runner, totals(s.Status, s.TestTotals, s.DurationMS))
	for _, c := range s.Cases {
		if c.Status != "passed" {
			a.println("    %s  %s", c.Status, c.Name)
		}
	}
}

func totals(status registry.TestStatus, t registry.TestTotals, ms int64) string {
	if t.Total == 0 {
		return string(status)
	}
	text := fmt.Sprintf("%s (%d of %d)", status, t.Passed, t.Total)
	if t.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", t.Skipped)
	}
	return fmt.Sprintf("%s in %v", text, time.Duration(ms)*time.Millisecond)
}
