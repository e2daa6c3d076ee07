package hostflags

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/settings"
)

// checkFound returns an error if the policy of a packs.yaml that was not named allows more
// than the other settings do: it may come with a repository whose author the user does not
// know. What a flag or a variable states counts in place of the file.
func (f *Flags) checkFound(w *Wants) error {
	var errs []error
	theirs, ours := &w.File.Policy, &f.Values
	for _, list := range []struct {
		setting      string
		theirs, ours []string
	}{
		{"policy.allow_source", theirs.AllowSource, ours.AllowSource},
		{"policy.allow_direct", theirs.AllowDirect, ours.AllowDirect},
		{"policy.allow_scripts", theirs.AllowScripts, ours.AllowScripts},
	} {
		for _, name := range list.theirs {
			if !allowed(list.ours, name) {
				errs = append(errs, f.notAllowed(w, list.setting, name))
			}
		}
	}
	if theirs.MinimumAge != nil && *theirs.MinimumAge < ours.MinimumAge {
		errs = append(errs, f.notAllowed(w, "policy.minimum_age", theirs.MinimumAge.String()))
	}
	return errors.Join(errs...)
}

// allowed reports whether patterns have a pattern or a name.
func allowed(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		match, err := path.Match(pattern, name)
		return pattern == "*" || pattern == name || match && err == nil && !isPattern(name)
	})
}

// isPattern reports whether a name stands for others, too.
func isPattern(name string) bool { return strings.ContainsAny(name, `*?[\`) }

// notAllowed is nil if a flag or a variable states the setting.
func (f *Flags) notAllowed(w *Wants, setting, value string) error {
	switch f.Origin(setting) {
	case settings.FromFlag, settings.FromEnvironment:
		return nil
	case settings.FromWants, settings.FromProject, settings.FromFile, settings.FromUser, settings.FromDefault:
	}
	row := settings.Table()[slices.IndexFunc(settings.Table(), func(s settings.Setting) bool { return s.Name == setting })]
	return pack.Errorf(pack.CodePolicyDenied, "%q states %s: %.80q, which your settings do not allow, and the file was found and not named: if you trust it, give --file %s, or state what you allow by --%s or in your settings file",
		w.Path, setting, value, WantsName, row.Flag)
}
