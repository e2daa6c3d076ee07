// Package registrytest has a double and conformance suites for package registry.
//
// A host that registers or lists packs tests its code with a [Fake], an in-memory
// Registrar and Catalog:
//
//	fake := &registrytest.Fake{Broken: map[pack.Ref]error{"slack": pack.ErrTests}}
//	report, err := fake.Register(ctx, registry.Request{Paths: []string{"/packs/slack", "/packs/jira"}})
//
// [RunRegistrar] and [RunCatalog] check that your own Registrar and Catalog satisfy the
// contract. [Run] checks your own Records:
//
//	func TestRecords(t *testing.T) {
//		registrytest.Run(t, func(t testing.TB) registry.Records {
//			return myrecords.Open(t.TempDir())
//		})
//	}
//
// Records that implement [Damager], [GenerationDamager] or [SummaryDamager] are also checked
// with records that cannot be decoded. [RunShared] checks records that several processes open at once.
//
// The suites are tested with doubles that are broken on purpose: each case can fail.
package registrytest
