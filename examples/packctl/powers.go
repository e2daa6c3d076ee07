package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// powers are the flags of the commands that register packs: what may be replaced,
// which dependents may break, and which checks are left out.
type powers struct {
	Replace        registry.Replace
	IgnoreTests    bool
	SkipTests      bool
	Retest         bool
	SkipValidation bool
	AllOrNothing   bool
	breaks

	replace string
	force   bool
}

// bind adds the flags; replace is the default of --replace.
func (p *powers) bind(flags *pflag.FlagSet, replace registry.Replace) {
	flags.StringVar(&p.replace, "replace", string(replace), "replace an installed pack: never, upgrade or any")
	flags.BoolVar(&p.IgnoreTests, "ignore-tests", false, "register packs even if their tests fail")
	flags.BoolVar(&p.force, "force", false, "same as --replace any --ignore-tests")
	flags.BoolVar(&p.SkipTests, "skip-tests", false, "run no tests")
	flags.BoolVar(&p.Retest, "retest", false, "run the tests also if the same content has passed them before")
	flags.BoolVar(&p.SkipValidation, "skip-validation", false, "register packs with errors, as far as they can be loaded")
	flags.BoolVar(&p.AllOrNothing, "all-or-nothing", false, "activate all packs together, or none if one fails")
	p.breaks.bind(flags)
}

// read reads what the flags say.
func (p *powers) read(cmd *cobra.Command) error {
	all := []registry.Replace{registry.ReplaceNever, registry.ReplaceUpgrade, registry.ReplaceAny}
	if p.Replace = registry.Replace(p.replace); !slices.Contains(all, p.Replace) {
		return &usageError{fmt.Errorf("--replace %q: want one of %q", p.replace, all), cmd.CommandPath()}
	}
	if p.force {
		if cmd.Flags().Changed("replace") && p.Replace != registry.ReplaceAny {
			return &usageError{errors.New("--force replaces any installed pack: leave out --replace, or write --ignore-tests instead of --force"), cmd.CommandPath()}
		}
		p.Replace, p.IgnoreTests = registry.ReplaceAny, true
	}
	return p.breaks.read(cmd)
}

// breaks is the flag of the commands that may leave dependents without what they
// need.
type breaks struct {
	AllowBreak []pack.Ref

	refs []string
}

func (b *breaks) bind(flags *pflag.FlagSet) {
	flags.StringArrayVar(&b.refs, "allow-break", nil, "installed pack that may be left with an unmet dependency, or '*' for all; repeatable")
}

func (b *breaks) read(cmd *cobra.Command) (err error) {
	if b.AllowBreak, err = registry.ParseAllowBreak(b.refs); err != nil {
		return &usageError{fmt.Errorf("--allow-break: %w", err), cmd.CommandPath()}
	}
	return nil
}
