package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/packtrain/pack"
)

// An EvidenceKeeper keeps the results of tests apart from the records of packs, so that
// they outlive generations and packs, and there may be some of packs that were never
// installed.
type EvidenceKeeper interface {
	// Evidence returns the results of tests of ref, in the order in which they were added.
	// If some cannot be decoded, it returns the others and an error that joins one
	// [*RecordError] for each of them.
	Evidence(ctx context.Context, ref pack.Ref) ([]TestResult, error)
	// AddEvidence adds a result to those of its pack. Of each pack the last [KeptEvidence]
	// are kept, and of all packs together the last [MostEvidence]. Adding a result again
	// that is kept changes nothing.
	AddEvidence(ctx context.Context, result TestResult) error
}

// The numbers of results of tests that [Records] keep: of each pack, and of all packs
// together.
const (
	KeptEvidence = 20
	MostEvidence = 500
)

// maxEvidence limits a result that is kept, as JSON.
const maxEvidence = 32 << 10

// EncodeEvidence returns a result for records. Of a large one it leaves out what the tests
// printed, then the single tests, and then the suites.
func EncodeEvidence(result TestResult) ([]byte, error) {
	suites := slices.Clone(result.Suites)
	result.Suites = suites
	for _, shorten := range []func(){
		func() {},
		func() { each(suites, func(s *TestSuite) { s.Output = "" }) },
		func() { each(suites, func(s *TestSuite) { s.Cases = nil }) },
		func() { result.Suites = []TestSuite{} },
	} {
		shorten()
		data, err := json.Marshal(&result)
		if err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "encode test result of pack %s: %w", result.Ref, err)
		}
		if len(data) <= maxEvidence {
			return data, nil
		}
	}
	return nil, &pack.LimitError{Limit: "size of the test result of pack " + result.Ref.String(), Max: maxEvidence}
}

func each(suites []TestSuite, change func(*TestSuite)) {
	for i := range suites {
		change(&suites[i])
	}
}

// DecodeEvidence returns what [EncodeEvidence] encoded for ref. Other data is a
// [*RecordError].
func DecodeEvidence(ref pack.Ref, data []byte) (TestResult, error) {
	result, err := decode[TestResult](data)
	if err != nil {
		return TestResult{}, &RecordError{ref, err}
	}
	return result, nil
}

// planEvidence returns the change of [EvidenceKeeper.AddEvidence], or nil.
func (t *table) planEvidence(result TestResult) (*delta, error) {
	data, err := EncodeEvidence(result)
	if err != nil {
		return nil, err
	}
	for _, e := range t.evidence {
		if e.ref == result.Ref && bytes.Equal(e.data, data) {
			return nil, nil
		}
	}
	return &delta{lastID: t.lastID, evidence: []configRow{{result.Ref, data}}}, nil
}

// mergeEvidence adds the results of d, and drops the oldest ones beyond the bounds.
func (t *table) mergeEvidence(d *delta) {
	for _, e := range d.evidence {
		t.evidence = append(t.evidence, configRow{e.ref, bytes.Clone(e.data)})
		n := 0
		for i := range slices.Backward(t.evidence) {
			if t.evidence[i].ref != e.ref {
				continue
			}
			if n++; n > KeptEvidence {
				t.evidence = slices.Delete(t.evidence, i, i+1)
				break
			}
		}
	}
	if n := len(t.evidence) - MostEvidence; n > 0 {
		t.evidence = slices.Delete(t.evidence, 0, n)
	}
}

// Evidence implements [EvidenceKeeper].
func (tr tableReader) Evidence(ctx context.Context, ref pack.Ref) ([]TestResult, error) {
	results := []TestResult{}
	var damaged []error
	err := tr.look(ctx, func(t *table) error {
		for _, e := range t.evidence {
			if e.ref != ref {
				continue
			}
			result, err := DecodeEvidence(ref, e.data)
			if err != nil {
				damaged = append(damaged, err)
				continue
			}
			results = append(results, result)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return results, errors.Join(damaged...)
}
