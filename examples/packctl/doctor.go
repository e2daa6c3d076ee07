package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/settings"
)

// A verdict says how much a diagnosis matters.
type verdict string

// The verdicts.
const (
	verdictOK      verdict = "ok"
	verdictWarning verdict = "warning" // something works less well, or some packs do not
	verdictProblem verdict = "problem" // something that was asked for does not work
)

// colour is that of a verdict on terminals.
func (v verdict) colour() colour {
	switch v {
	case verdictProblem:
		return red
	case verdictWarning:
		return yellow
	case verdictOK:
	}
	return green
}

// A diagnosis is the result of one check.
type diagnosis struct {
	Check   string  `json:"check"`
	Verdict verdict `json:"verdict"`
	Message string  `json:"message"`
	Fix     string  `json:"fix,omitempty"` // what to do; "" for nothing
}

// doctorReport lists what was checked.
type doctorReport struct {
	Checks   []diagnosis `json:"checks"`
	Warnings int         `json:"warnings"`
	Problems int         `json:"problems"`
}

// A patient is what doctor examines.
type patient struct {
	*app
	cmd    *cobra.Command
	config hostflags.Config
}

// A check examines one thing.
type check func(ctx context.Context, p *patient) []diagnosis

// localChecks returns the checks of this machine, in the order of the report.
func localChecks() []check {
	return []check{checkIsolation, checkRuntimes, checkRoot, checkSpace, checkIndices, checkClock}
}

func (a *app) doctorCommand() *cobra.Command {
	var stated error
	cmd := command("doctor", "Check this machine and the root, and say how to mend what is wrong", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			r := &doctorReport{Checks: []diagnosis{}}
			r.examine(cmd, a, stated)
			if err := a.report(r, func() { a.printDoctor(r) }); err != nil || r.Problems == 0 {
				return err
			}
			return fmt.Errorf("found %s", counted(r.Problems, "problem"))
		})
	cmd.Long = "Check interpreters, package tools, isolation, the root and its file system, free space, indices, the clock and\n" +
		"the settings, and say how to mend what is wrong. It changes nothing, and exits with 1 if there are problems;\n" +
		"warnings alone do not count. packctl verify compares all files of the installed packs, too."
	cmd.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		stated = a.load(cmd, args)
		return nil
	}
	a.Bind(cmd.Flags(), settings.GroupPackages, settings.GroupIsolation)
	return cmd
}

// examine runs the checks. Wrong settings end it, because the others depend on them.
func (r *doctorReport) examine(cmd *cobra.Command, a *app, stated error) {
	config, err := a.doctorConfig(stated)
	if err != nil {
		r.add(diagnosis{"settings", verdictProblem, err.Error(), "correct the setting; packctl settings show --origin says where each comes from"})
		return
	}
	r.add(diagnosis{Check: "settings", Verdict: verdictOK, Message: a.settingsFiles()})
	checks := localChecks()
	if a.server != "" {
		checks = []check{checkServer}
	}
	for _, c := range checks {
		r.add(c(cmd.Context(), &patient{a, cmd, config})...)
	}
}

// doctorConfig returns the configuration, or what is wrong with the settings.
func (a *app) doctorConfig(stated error) (hostflags.Config, error) {
	if stated != nil {
		if usage, ok := stated.(*usageError); ok { //nolint:errorlint // load returns it as it is
			return hostflags.Config{}, usage.err
		}
		return hostflags.Config{}, stated
	}
	return a.hostConfig()
}

func (r *doctorReport) add(found ...diagnosis) {
	for _, d := range found {
		switch d.Verdict {
		case verdictWarning:
			r.Warnings++
		case verdictProblem:
			r.Problems++
		case verdictOK:
		}
	}
	r.Checks = append(r.Checks, found...)
}

func (a *app) printDoctor(r *doctorReport) {
	for _, d := range r.Checks {
		a.printRaw(fmt.Sprintf("%-11s %s %s", d.Check, a.paint(a.stdout, d.Verdict.colour(), fmt.Sprintf("%-8s", d.Verdict)), plain(d.Message, "")))
		if d.Fix != "" {
			a.println("%-20s fix: %s", "", d.Fix)
		}
	}
}

// checkServer asks the server for its packs.
func checkServer(ctx context.Context, p *patient) (found []diagnosis) {
	err := p.withServer(p.cmd, func(r remote) error {
		packs, err := r.Summaries(ctx)
		if err == nil {
			found = healthOf(packs)
		}
		return err
	})
	if err == nil {
		return append([]diagnosis{{Check: "server", Verdict: verdictOK, Message: p.server + " answers"}}, found...)
	}
	return []diagnosis{{"server", verdictProblem, err.Error(), p.fixFor(err, "check the URL, and that packd runs there")}}
}
