package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/registry"
)

// settingsFiles says which files state settings.
func (a *app) settingsFiles() string {
	var files []string
	for _, s := range a.List() {
		if s.Origin == settings.FromUser || s.Origin == settings.FromProject || s.Origin == settings.FromFile {
			file, _, _ := strings.Cut(s.Place, ":")
			if len(files) == 0 || files[len(files)-1] != file {
				files = append(files, file)
			}
		}
	}
	if len(files) == 0 {
		return "no file states any"
	}
	return "from " + strings.Join(files, ", ")
}

// checkIsolation starts a program at the level of the settings, or at the best that works.
func checkIsolation(ctx context.Context, p *patient) []diagnosis {
	level, shortfall, err := runner.New(&runner.Options{Level: p.config.Isolation}).Isolation(ctx)
	switch {
	case err != nil:
		return []diagnosis{{"isolation", verdictProblem, err.Error(), isolationFix(err.Error())}}
	case level == pack.IsolationSandbox:
		return []diagnosis{{Check: "isolation", Verdict: verdictOK, Message: "package tools and tests of packs run in a sandbox"}}
	case p.config.Isolation != "":
		return []diagnosis{{"isolation", verdictWarning, fmt.Sprintf("the settings ask for the level %s, which protects less than a sandbox", level), "remove the setting isolation"}}
	}
	return []diagnosis{{"isolation", verdictWarning, fmt.Sprintf("the best level that works is %s (%s)", level, shortfall), isolationFix(shortfall)}}
}

// isolationFix says how to get a sandbox.
func isolationFix(reason string) string {
	switch {
	case strings.Contains(reason, "bubblewrap is not installed"):
		return "install bubblewrap (apt install bubblewrap, dnf install bubblewrap)"
	case strings.Contains(reason, "setpriv"):
		return "install util-linux, whose setpriv runs the child as another user"
	}
	return "allow user namespaces: sysctl kernel.unprivileged_userns_clone=1, and kernel.apparmor_restrict_unprivileged_userns=0 where there is AppArmor; in a container, a seccomp profile that allows unshare and mount"
}

// checkRoot opens the root and reads the state of its packs.
func checkRoot(ctx context.Context, p *patient) (found []diagnosis) {
	if missing, err := p.hasNoRoot(p.cmd); missing || err != nil {
		return []diagnosis{{Check: "root", Verdict: verdictOK, Message: fmt.Sprintf("there is none at %s; installing a pack creates one", p.config.Root)}}
	}
	err := p.withReadableHost(p.cmd, func(h *hostflags.Host) error {
		packs, err := h.Store.Summaries(ctx)
		if err == nil {
			found = append(healthOf(packs), writable(p.config.Root)...)
		}
		return err
	})
	if err == nil {
		return found
	}
	fix := "packctl repair"
	switch {
	case pack.CodeOf(err) == pack.CodeStoreCorrupt:
		fix = "do what the message says: packctl repair needs a root that can be opened"
	case errors.Is(err, os.ErrPermission):
		fix = "run packctl as the owner of the root, or open it with --group-access"
	}
	return []diagnosis{{"root", verdictProblem, err.Error(), p.fixFor(err, fix)}}
}

// healthOf says which installed packs do not work.
func healthOf(packs []registry.PackSummary) []diagnosis {
	found := []diagnosis{{Check: "packs", Verdict: verdictOK, Message: counted(len(packs), "pack") + " installed"}}
	for i := range packs {
		p := &packs[i]
		if p.NeedsRepair != "" {
			found = append(found, diagnosis{"packs", verdictProblem, fmt.Sprintf("%s needs repair: %s", p.Ref, p.NeedsRepair), "packctl repair " + p.Ref.String()})
		}
		for _, d := range p.Unmet {
			found = append(found, diagnosis{"packs", verdictProblem, fmt.Sprintf("%s lacks %s", p.Ref, d), fmt.Sprintf("packctl install %s, or remove %s", d, p.Ref)})
		}
	}
	return found
}

// checkIndices reads all indices.
func checkIndices(ctx context.Context, p *patient) []diagnosis {
	indices, err := host.Indices(p.config.Config)
	if err != nil {
		return []diagnosis{{"indices", verdictProblem, err.Error(), p.fixFor(err, "correct --index, or indices in the settings")}}
	}
	var found []diagnosis
	for _, s := range indices.Status(ctx) {
		d := diagnosis{Check: "indices", Verdict: verdictOK, Message: fmt.Sprintf("%s  %s", s.Name, counted(s.Packs, "pack"))}
		switch {
		case s.Err != nil:
			d = diagnosis{"indices", verdictProblem, fmt.Sprintf("%s: %v", s.Name, s.Err), p.fixFor(s.Err, "check the address, the network and --proxy")}
		case s.Unverified != nil:
			d = diagnosis{"indices", verdictWarning, fmt.Sprintf("%s is used although %v", s.Name, s.Unverified), "have the index signed, or correct --trust"}
		case len(s.Problems) > 0:
			d = diagnosis{"indices", verdictWarning, fmt.Sprintf("%s: %s cannot be used", s.Name, counted(len(s.Problems), "entry or source")), "packctl indices lists them, for the publisher of the index"}
		}
		found = append(found, d)
	}
	if len(found) == 0 {
		return []diagnosis{{Check: "indices", Verdict: verdictOK, Message: "none is configured: --index, or indices in the settings, names one"}}
	}
	return found
}

// fixFor returns the advice for an error, or fix if there is none.
func (a *app) fixFor(err error, fix string) string {
	if advice := a.advice(err); advice != "" {
		return strings.ReplaceAll(strings.TrimSpace(advice), "\n", "; or ")
	}
	return fix
}

// checkClock compares the clock with the day of this program and with files in the root.
func checkClock(_ context.Context, p *patient) []diagnosis {
	now := time.Now()
	info, err := os.Stat(filepath.Join(p.config.Root, "format"))
	switch {
	case now.Year() < 2025:
		return []diagnosis{{"clock", verdictProblem, "it says " + now.Format(time.DateOnly) + ": certificates of servers seem invalid", "set the clock, and keep it right by NTP"}}
	case err == nil && info.ModTime().After(now.Add(time.Minute)):
		return []diagnosis{{"clock", verdictWarning, "the root was made in the future, at " + info.ModTime().Format(time.DateTime), "set the clock, and keep it right by NTP"}}
	}
	return []diagnosis{{Check: "clock", Verdict: verdictOK, Message: now.Format(time.RFC3339)}}
}
