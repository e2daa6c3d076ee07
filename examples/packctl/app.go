package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/registry"
)

// The exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// world is the part of the process that a command can access.
type world struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	environ        func() []string
}

// app is one run of packctl.
type app struct {
	world
	globals
	reported bool // a report was printed
	removed  []pack.Ref
	tally    *tally // of the request, nil before it
	live     *live  // of the request, nil if there is none
}

func newApp(w world) *app { return &app{world: w, globals: globals{Flags: hostflags.NewFlags()}} }

// run runs one command line and returns the exit status.
func run(ctx context.Context, args []string, w world) int {
	a := newApp(w)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		a.Once()
	}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	cmd, err := root.ExecuteContextC(registry.WithActor(ctx, actor()))
	a.live.stop()
	if err != nil {
		err = errors.Join(err, a.reportFailure(args, err))
		fmt.Fprintf(w.stderr, "%s %s\n%s", a.paint(w.stderr, red, "packctl:"), plain(errorText(err), "\n\t"), a.advice(err))
	}
	a.conclude(ctx, cmd, err)
	return exitStatus(ctx, err)
}

// conclude says how many packs ended how, and what a request that was interrupted changed.
func (a *app) conclude(ctx context.Context, cmd *cobra.Command, err error) {
	switch {
	case err != nil && ctx.Err() != nil && changesPacks(cmd):
		fmt.Fprintf(a.stderr, "packctl: interrupted: %s\n", plain(a.interrupted(), ""))
	case a.live != nil && a.tally.summary() != "":
		fmt.Fprintln(a.stderr, a.tally.summary())
	}
}

// changesPacks reports whether a command changes installed packs.
func changesPacks(cmd *cobra.Command) bool {
	return slices.Contains([]string{"install", "upgrade", "apply", "register", "sync", "add", "drop", "remove", "rollback"}, cmd.Name()) && cmd.Parent() == cmd.Root()
}

// interrupted says what an interrupted command changed.
func (a *app) interrupted() string {
	text := "nothing was changed"
	switch {
	case len(a.removed) > 0:
		text = fmt.Sprintf("removed: %v", a.removed)
	case a.tally != nil:
		text = a.tally.interrupted()
	}
	if a.server != "" {
		text += "; packctl list --server says what the server has now"
	}
	return text
}

func exitStatus(ctx context.Context, err error) int {
	_, usage := errors.AsType[*usageError](err)
	switch {
	case err == nil:
		return exitOK
	case usage:
		return exitUsage
	case ctx.Err() != nil:
		return exitInterrupted
	}
	return exitFailed
}

// A usageError is an invalid command line.
type usageError struct {
	err     error
	command string
}

func (e *usageError) Error() string {
	return fmt.Sprintf("%v\nrun %q for help", e.err, e.command+" --help")
}

func (e *usageError) Unwrap() error { return e.err }

func version() string {
	info, _ := debug.ReadBuildInfo()
	return hostflags.Version(info)
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:               "packctl",
		Short:             "Install automation packs",
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              cobra.ArbitraryArgs,
		PersistentPreRunE: a.load,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{errors.New("no command is given"), cmd.CommandPath()}
			}
			return &usageError{unknownCommand(cmd, args[0]), cmd.CommandPath()}
		},
	}
	root.SetVersionTemplate("packctl {{.Version}}\n")
	a.bind(root.PersistentFlags())
	root.AddCommand(
		a.installCommand(), a.upgradeCommand(), a.planCommand(), a.applyCommand(), a.runCommand(),
		a.syncCommand(), a.lockCommand(), a.addCommand(), a.dropCommand(), a.outdatedCommand(), a.whyCommand(), a.graphCommand(),
		a.downloadCommand(), a.depsCommand(), a.buildCommand(), a.registerCommand(),
		a.listCommand(), a.showCommand(), a.removeCommand(), a.rollbackCommand(), a.configCommand(),
		a.historyCommand(), a.diffCommand(), a.pinCommand(), a.unpinCommand(), a.enableCommand(), a.disableCommand(),
		a.verifyCommand(), a.repairCommand(), a.envCommand(), a.cacheCommand(), a.bundleCommand(),
		a.settingsCommand(), a.searchCommand(), a.versionsCommand(), a.infoCommand(), a.indicesCommand(), a.indexCommand(), a.initCommand(), a.packCommand(), a.checksumCommand(), a.validateCommand(), a.testCommand(), a.linkCommand(), a.unlinkCommand(), a.findingsCommand(), a.completionCommand(), a.doctorCommand(), specsHelp(),
	)
	root.InitDefaultHelpCmd()
	arrange(root)
	addExamples(root)
	arrangeHelp(root)
	a.complete(root)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{meantFlag(cmd, err), cmd.CommandPath()}
	})
	return root
}

// actor returns the name of the user, for the history of packs; "" if it is unknown.
func actor() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// unknownCommand says which command was probably meant.
func unknownCommand(root *cobra.Command, name string) error {
	root.SuggestionsMinimumDistance = 2
	for _, c := range root.Commands() {
		if slices.Contains(c.SuggestFor, name) {
			return fmt.Errorf("unknown command %q: did you mean %q?", name, c.Name())
		}
	}
	if meant := root.SuggestionsFor(name); len(meant) > 0 {
		return fmt.Errorf("unknown command %q: did you mean %q?", name, meant[0])
	}
	return fmt.Errorf("unknown command %q", name)
}

// meantFlag adds to the error about an unknown flag which one was probably meant, and does
// not repeat the value that is wrong.
func meantFlag(cmd *cobra.Command, err error) error {
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		if cause := wrong.Unwrap(); pack.CodeOf(cause) == pack.CodeInvalidRequest {
			return fmt.Errorf("--%s: %w", wrong.GetFlag().Name, cause)
		}
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if name := nearest(unknown.GetSpecifiedName(), names); name != "" {
		return fmt.Errorf("%w: did you mean --%s?", err, name)
	}
	return err
}

// nearest returns the known word that was probably meant, "" for none. It compares as
// cobra does for commands.
func nearest(word string, known []string) string {
	words := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, k := range known {
		words.AddCommand(&cobra.Command{Use: k, Run: func(*cobra.Command, []string) {}})
	}
	if len(word) > 3 {
		for _, k := range words.SuggestionsFor(word) {
			return k
		}
	}
	return ""
}

// command makes a command whose number of arguments is checked as usage.
func command(use, short string, args cobra.PositionalArgs, runE func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, RunE: runE, DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, given []string) error {
			if err := args(cmd, given); err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			return nil
		},
	}
}
