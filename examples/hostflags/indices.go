package hostflags

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/registrysource/signature"
)

// namedIndex is an index with a name before it.
var namedIndex = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)\z`)

// ParseIndices reads registry indices, "[NAME=]URL" or "[NAME=]FILE" each.
func ParseIndices(indices []string) ([]registrysource.Index, error) {
	var list []registrysource.Index
	for _, text := range indices {
		var ix registrysource.Index
		if m := namedIndex.FindStringSubmatch(text); m != nil {
			ix.Name, text = m[1], m[2]
		}
		if text == "" {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "--index is empty: want a URL or a file")
		}
		var err error
		if ix.URL, err = Absolute(text); err != nil {
			return nil, err
		}
		list = append(list, ix)
	}
	return list, nil
}

// Rules changes the indices of c, which may come from a packs.yaml, as the flags say that
// name an index: --claim, --trust and --trust-report-only.
func (f *Flags) Rules(c *Config) error {
	list := slices.Clone(c.Indices)
	var errs []error
	each := func(flag, example string, texts []string, set func(ix *registrysource.Index, value string) error) {
		for _, text := range texts {
			errs = append(errs, rule(list, flag, example, text, set))
		}
	}
	each("claim", "corp=infra-*", f.Claims, claim)
	each("trust", "corp=KEY", f.Trust, trust)
	each("trust-report-only", "corp", f.TrustReportOnly, reportOnly)
	c.Indices = list
	return errors.Join(errs...)
}

// rule applies the value of a flag, such as example, to the index that it names.
func rule(list []registrysource.Index, flag, example, text string, set func(ix *registrysource.Index, value string) error) error {
	name, value, valued := strings.Cut(text, "=")
	if name == "" || valued != strings.Contains(example, "=") || valued && value == "" {
		return pack.Errorf(pack.CodeInvalidRequest, "--%s %q: want the name of an index and what counts for it, such as %s", flag, text, example)
	}
	i := slices.IndexFunc(list, func(ix registrysource.Index) bool { return ix.Name == name })
	if i < 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "--%s %q: no index has the name %q: give it one by --index %s=URL", flag, text, name, name)
	}
	if err := set(&list[i], value); err != nil {
		return pack.Errorf(pack.CodeOf(err), "--%s %.200q: %w", flag, text, err)
	}
	return nil
}

func claim(ix *registrysource.Index, patterns string) error {
	ix.Claims = append(ix.Claims, strings.Split(patterns, ",")...)
	return nil
}

var (
	needed    = regexp.MustCompile(`^[0-9]{1,3}:`)
	publicKey = regexp.MustCompile(`^[^+\s]+\+[0-9a-f]{8}\+`)
)

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
		if publicKey.MatchString(part) {
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
