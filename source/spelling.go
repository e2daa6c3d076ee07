package source

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/packtrain/pack"
)

// respell returns advice for a registry spec with capitals in the name, or with the
// operators of other programs after it ("slack==1.0", "slack>=1"); "" if what it would
// advise does not parse.
func respell(spec string) string {
	name, constraint, _ := strings.Cut(spec, "@")
	parts := regexp.MustCompile(`^([^<>=~^!\s]+)\s*([<>=~^].*)$`).FindStringSubmatch(name)
	if parts != nil && constraint == "" {
		name, constraint = parts[1], strings.TrimLeft(parts[2], "= ")
	}
	ref, refErr := pack.ParseRef(strings.ToLower(name))
	_, constraintErr := pack.ParseConstraint(constraint)
	if refErr != nil || constraintErr != nil {
		return ""
	}
	if constraint == "" {
		return fmt.Sprintf("; write %q instead", ref)
	}
	return fmt.Sprintf("; write %q instead", ref.String()+"@"+constraint)
}
