package solvetest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
)

// Judge compares an answer with all selections. It returns what is wrong with it, "" if
// nothing is.
func Judge(p *solve.Problem, ids []pack.ID, proof *solve.Proof) string {
	if proof != nil {
		return JudgeProof(p, proof)
	}
	got := Selection(ids)
	if !Valid(p, got, Demands(p)) {
		return "the selection does not meet the demands"
	}
	lock, replaced := Deviations(p, got)
	fault := ""
	All(p, Demands(p), func(s map[pack.Ref]pack.Version) bool {
		l, r := Deviations(p, s)
		switch {
		case l < lock:
			fault = fmt.Sprintf("%v has fewer deviations from the lock", s)
		case l > lock:
		case Better(p, named(p, s), named(p, got)):
			fault = fmt.Sprintf("%v has better versions of named packs", s)
		case !maps.Equal(named(p, s), named(p, got)):
		case r < replaced:
			fault = fmt.Sprintf("%v replaces fewer packs", s)
		case r == replaced && Better(p, s, got):
			fault = fmt.Sprintf("%v is better", s)
		}
		return fault == ""
	})
	return fault
}

// named returns the versions of the packs that the request names.
func named(p *solve.Problem, s selection) selection {
	only := selection{}
	for ref, v := range s {
		if isNamed(p, ref) {
			only[ref] = v
		}
	}
	return only
}

// JudgeProof returns what is wrong with a proof, "" if nothing is: the demands exclude
// each other, and without any one of them they do not.
func JudgeProof(p *solve.Problem, proof *solve.Proof) string {
	if Possible(p, Demands(p)) {
		return "there is a selection"
	}
	demands := OfProof(proof)
	if Possible(p, demands) {
		return "the demands of the proof can be met"
	}
	for i := range demands {
		if !Possible(p, slices.Delete(slices.Clone(demands), i, i+1)) {
			return fmt.Sprintf("demand %d plays no part", i)
		}
	}
	return ""
}
