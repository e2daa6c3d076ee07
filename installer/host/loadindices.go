package host

import (
	"cmp"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/registrysource/signature"
)

// indices makes the registry indices, and applies the rules that name them.
func (l *loader) indices() {
	for _, ix := range l.Values.Indices {
		l.c.Indices = append(l.c.Indices, registrysource.Index{Name: ix.Name, URL: l.absolute("indices", ix.Location)})
	}
	l.rules(l.Values.Claims, claim)
	l.rules(l.Values.Trust, trust)
	l.rules(l.Values.TrustReportOnly, reportOnly)
}

// rules applies rules. Those of files that name an index which flags have replaced count
// for none.
func (l *loader) rules(rules []settings.Rule, set func(ix *registrysource.Index, value string) error) {
	for _, r := range rules {
		i := slices.IndexFunc(l.c.Indices, func(ix registrysource.Index) bool { return ix.Name == r.Index })
		var err error
		switch {
		case i >= 0 && r.Value != "":
			err = set(&l.c.Indices[i], r.Value)
		case i < 0 && (r.Origin == settings.FromFlag || r.Origin == settings.FromEnvironment):
			err = pack.Errorf(pack.CodeInvalidRequest, "no index has the name %[1]q: give it one by --index %[1]s=URL", r.Index)
		}
		if err != nil {
			l.errs = append(l.errs, pack.Errorf(cmp.Or(pack.CodeOf(err), pack.CodeInvalidRequest), "%s %.200q: %w", r.Place, ruleText(r), err))
		}
	}
}

func ruleText(r settings.Rule) string {
	return strings.TrimSuffix(r.Index+"="+r.Value, "=true")
}

func claim(ix *registrysource.Index, patterns string) error {
	ix.Claims = append(ix.Claims, strings.Split(patterns, ",")...)
	return nil
}

// needed is how many keys have to sign, before the keys.
var needed = regexp.MustCompile(`^[0-9]{1,3}:`)

// trust reads "[N:]KEY[,KEY]", where a KEY may also be a file with keys, one on each line, or
// "none".
func trust(ix *registrysource.Index, text string) error {
	if text == "none" {
		ix.NoChecksums = true
		return nil
	}
	n := 1
	if prefix := needed.FindString(text); prefix != "" {
		n, _ = strconv.Atoi(strings.TrimSuffix(prefix, ":"))
		text = text[len(prefix):]
	}
	var keys []string
	for part := range strings.SplitSeq(text, ",") {
		if settings.IsPublicKey(part) {
			keys = append(keys, part)
			continue
		}
		data, err := os.ReadFile(part)
		if err != nil {
			return pack.Errorf(pack.CodeInvalidRequest, "%.80q is neither a public key nor a file with keys: %w", part, err)
		}
		keys = append(keys, strings.Fields(string(data))...)
	}
	v, err := signature.NewVerifier(n, keys...)
	if err != nil {
		return err
	}
	ix.Verifier = v
	return nil
}

func reportOnly(ix *registrysource.Index, _ string) error {
	if ix.Verifier == nil {
		return pack.Errorf(pack.CodeInvalidRequest, "no keys are trusted for it: name them by --trust %s=KEY", ix.Name)
	}
	ix.ReportOnly = true
	return nil
}
