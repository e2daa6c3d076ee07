package registrytest

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func evidenceFaults() []fault {
	adding := func(add func(m *registry.Memory, ctx context.Context, result registry.TestResult) error) func() *broken {
		return func() *broken { return &broken{addEvidence: add} }
	}
	return []fault{
		{"evidence needs a pack", "EvidenceOutlivesThePack", func() *broken {
			return &broken{evidence: func(m *registry.Memory, ctx context.Context, ref pack.Ref) ([]registry.TestResult, error) {
				if active(m, ref) == "" {
					return nil, nil
				}
				return m.Evidence(ctx, ref)
			}}
		}},
		{"the context is not looked at", "EvidenceOutlivesThePack", adding(func(m *registry.Memory, ctx context.Context, result registry.TestResult) error {
			return m.AddEvidence(context.WithoutCancel(ctx), result)
		})},
		{"results are added again", "EvidenceOutlivesThePack", adding(func(m *registry.Memory, ctx context.Context, result registry.TestResult) error {
			known, _ := m.Evidence(ctx, result.Ref)
			result.Bounds.Processes = len(known)
			return m.AddEvidence(ctx, result)
		})},
		{"cases are lost", "EvidenceIsBounded", adding(func(m *registry.Memory, ctx context.Context, result registry.TestResult) error {
			result.Suites = slices.Clone(result.Suites)
			for i := range result.Suites {
				result.Suites[i].Cases = nil
			}
			return m.AddEvidence(ctx, result)
		})},
		{"the first results are kept", "EvidenceIsBounded", adding(func(m *registry.Memory, ctx context.Context, result registry.TestResult) error {
			if known, _ := m.Evidence(ctx, result.Ref); len(known) == registry.KeptEvidence {
				return nil
			}
			return m.AddEvidence(ctx, result)
		})},
		{"few packs are kept", "EvidenceOfManyPacksIsBounded", adding(func(m *registry.Memory, ctx context.Context, result registry.TestResult) error {
			if result.Ref == "p2" {
				return nil
			}
			return m.AddEvidence(ctx, result)
		})},
		{"writers overwrite each other", "ManyWritersAddEvidence", adding(func(m *registry.Memory, ctx context.Context, result registry.TestResult) error {
			result.DurationMS = 1
			return m.AddEvidence(ctx, result)
		})},
	}
}
