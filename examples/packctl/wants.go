package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/settings"
)

// wantsOfServer refuses --server for a command that works on a root of this machine.
const wantsOfServer = "--server makes no sense here: packd --sync FILE keeps the packs of a server as a file says"

// withWants reads packs.yaml, that of --file or of the working directory, and opens the
// host. It may be missing if the command makes one.
func (a *app) withWants(cmd *cobra.Command, missing bool, f func(*hostflags.Host, *hostflags.Wants) error) error {
	if a.server != "" {
		return &usageError{errors.New(wantsOfServer), cmd.CommandPath()}
	}
	name := a.file
	if name == "" {
		name = hostflags.WantsName
	}
	w, err := hostflags.OpenWants(name, missing)
	if err != nil {
		return err
	}
	w.Found = a.file == ""
	if err := a.use(w); err != nil {
		return err
	}
	return a.withHost(cmd, func(h *hostflags.Host) error { return f(h, w) })
}

// use adds the settings of a packs.yaml that the flags do not state.
func (a *app) use(w *hostflags.Wants) error {
	a.wants = w
	return a.Add(w)
}

// fileSettings uses the packs.yaml that --file names, unless there is one that the command
// works on.
func (a *app) fileSettings() error {
	if a.wants != nil || a.file == "" {
		return nil
	}
	w, err := hostflags.OpenWants(a.file, false)
	if err != nil {
		return err
	}
	return a.use(w)
}

// syncFlags are the flags of the commands that bring the root to packs.yaml.
type syncFlags struct {
	update []string
	powers
	runtimes
	skipEnvironments bool
}

func (s *syncFlags) bind(a *app, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&s.IgnoreTests, "ignore-tests", false, "register packs even if their tests fail")
	flags.BoolVar(&s.SkipTests, "skip-tests", false, "run no tests")
	flags.BoolVar(&s.SkipValidation, "skip-validation", false, "register packs with errors, as far as they can be loaded")
	s.breaks.bind(flags)
	s.bindEnvironments(a, cmd, "build no environments")
}

// bindEnvironments binds the flags that say how environments are made.
func (s *syncFlags) bindEnvironments(a *app, cmd *cobra.Command, skip string) {
	flags := cmd.Flags()
	s.runtimes.bind(flags)
	flags.BoolVar(&s.skipEnvironments, "skip-envs", false, skip)
	a.Bind(flags, settings.GroupPackages, settings.GroupIsolation)
}

func (s *syncFlags) bindUpdate(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&s.update, "update", nil, "pack of the lock that gets the highest version, or '*' for all; others move only if they must; repeatable")
}

// request returns the request that the flags and the files describe.
func (s *syncFlags) request(cmd *cobra.Command, a *app, w *hostflags.Wants) (host.SyncRequest, error) {
	if err := s.breaks.read(cmd); err != nil {
		return host.SyncRequest{}, err
	}
	req := host.SyncRequest{
		Wants: w.File.Wants, Lock: w.Lock, Dir: w.Dir(), AllowBreak: s.AllowBreak,
		SkipTests: s.SkipTests, IgnoreTests: s.IgnoreTests, SkipValidation: s.SkipValidation,
		Prefer: s.prefer(), SkipRuntimes: s.skip(), SkipEnvironments: s.skipEnvironments, OnEvent: a.observer(),
	}
	for _, text := range s.update {
		if text != "*" {
			if err := refs(cmd, []string{text}); err != nil {
				return req, &usageError{err, cmd.CommandPath()}
			}
		}
		req.Update = append(req.Update, pack.Ref(text))
	}
	return req, nil
}

func (a *app) lockCommand() *cobra.Command {
	var s syncFlags
	cmd := command("lock", "Choose versions for packs.yaml, and write packs.lock beside it", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			return a.withWants(cmd, false, func(h *hostflags.Host, w *hostflags.Wants) error {
				req, err := s.request(cmd, a, w)
				if err != nil {
					return err
				}
				req.Plan = true
				r, err := h.Sync(cmd.Context(), req)
				if err == nil {
					err = w.Save(w.File, r.Lock)
				}
				return a.finishSync(cmd.Context(), h, newLockReport(w.Lock, r), err)
			})
		})
	s.bindUpdate(cmd)
	s.bindEnvironments(a, cmd, "do not look up the packages of environments")
	return cmd
}

func (a *app) syncCommand() *cobra.Command {
	var s syncFlags
	var locked, prune, plan bool
	cmd := command("sync", "Bring the root to packs.yaml and packs.lock", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			if locked && len(s.update) > 0 {
				return &usageError{errors.New("--locked and --update exclude each other"), cmd.CommandPath()}
			}
			return a.withWants(cmd, false, func(h *hostflags.Host, w *hostflags.Wants) error {
				req, err := s.request(cmd, a, w)
				if err != nil {
					return err
				}
				req.Locked, req.Prune, req.Plan = locked, prune, plan
				return a.sync(cmd, h, w, w.File, req)
			})
		})
	s.bind(a, cmd)
	s.bindUpdate(cmd)
	cmd.Flags().BoolVar(&locked, "locked", false, "refuse to deviate from packs.lock, and read no index")
	cmd.Flags().BoolVar(&prune, "prune", false, "remove the installed packs that packs.lock does not have")
	cmd.Flags().BoolVarP(&plan, "dry-run", "n", false, "print what would be done, and change nothing")
	return cmd
}

// sync brings the root to file, and writes the files once it is known that they can be
// met. A plan with conflicts is a failure.
func (a *app) sync(cmd *cobra.Command, h *hostflags.Host, w *hostflags.Wants, file *lock.File, req host.SyncRequest) error {
	r, err := h.Sync(cmd.Context(), req)
	if err == nil && !req.Plan && !req.Locked {
		err = w.Save(file, r.Lock)
	}
	if err == nil && req.Plan {
		err = pack.NewBatchError(r.Conflicts)
	}
	return a.finishSync(cmd.Context(), h, newSyncReport(r), err)
}

func (a *app) addCommand() *cobra.Command {
	var s syncFlags
	cmd := command("add SPEC...", "Add packs to packs.yaml, and sync", some("SPEC"),
		func(cmd *cobra.Command, specs []string) error {
			return a.withWants(cmd, true, func(h *hostflags.Host, w *hostflags.Wants) error {
				file := w.File
				for _, spec := range specs {
					want, err := wantOf(cmd.Context(), h, w.Dir(), spec)
					if err != nil {
						return err
					}
					if file, err = file.Add(want); err != nil {
						return err
					}
					s.update = append(s.update, updatable(w, want)...)
				}
				req, err := s.request(cmd, a, w)
				if err != nil {
					return err
				}
				req.Wants = file.Wants
				return a.sync(cmd, h, w, file, req)
			})
		})
	s.bind(a, cmd)
	return cmd
}

func (a *app) dropCommand() *cobra.Command {
	var s syncFlags
	cmd := command("drop REF...", "Drop packs from packs.yaml, and sync; what only they needed is removed, too", some("REF"),
		func(cmd *cobra.Command, args []string) error {
			if err := refs(cmd, args); err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			return a.withWants(cmd, false, func(h *hostflags.Host, w *hostflags.Wants) error {
				file := w.File
				for _, ref := range args {
					var err error
					if file, err = file.Drop(pack.Ref(ref)); err != nil {
						return err
					}
				}
				req, err := s.request(cmd, a, w)
				if err != nil {
					return err
				}
				req.Wants, req.PruneDropped = file.Wants, true
				return a.sync(cmd, h, w, file, req)
			})
		})
	s.bind(a, cmd)
	return cmd
}
