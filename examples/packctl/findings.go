package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
)

// findingsReport lists what validation can find.
type findingsReport struct {
	Findings []pack.FindingKind `json:"findings"`
}

func (a *app) findingsCommand() *cobra.Command {
	return command("findings [CODE...]", "Explain the findings of validation", cobra.ArbitraryArgs,
		func(_ *cobra.Command, codes []string) error {
			kinds, err := findingKinds(codes)
			if err != nil {
				return err
			}
			return a.report(findingsReport{kinds}, func() {
				for _, k := range kinds {
					a.println("%-36s %-8s %s", k.Code, k.Severity, k.Meaning)
				}
			})
		})
}

// findingKinds returns the kinds with the given codes, all for none.
func findingKinds(codes []string) ([]pack.FindingKind, error) {
	all := pack.FindingCodes()
	if len(codes) == 0 {
		return all, nil
	}
	var kinds []pack.FindingKind
	for _, code := range codes {
		i := slices.IndexFunc(all, func(k pack.FindingKind) bool { return string(k.Code) == code })
		if i < 0 {
			return nil, unknownFinding(all, code)
		}
		kinds = append(kinds, all[i])
	}
	return kinds, nil
}

func unknownFinding(all []pack.FindingKind, code string) error {
	known := make([]string, len(all))
	for i := range all {
		known[i] = string(all[i].Code)
	}
	if meant := nearest(code, known); meant != "" {
		return pack.Errorf(pack.CodeNotFound, "no finding has the code %q: did you mean %q?", code, meant)
	}
	return pack.Errorf(pack.CodeNotFound, "no finding has the code %q; without a code, all are listed", code)
}

// warnings counts the findings that do not make a pack invalid.
func warnings(findings pack.Findings) int {
	n := 0
	for i := range findings {
		if findings[i].Severity == pack.SeverityWarning {
			n++
		}
	}
	return n
}
