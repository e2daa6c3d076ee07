// Package registrytest helps to test what has to do with package registry.
//
// A host that registers or lists packs tests its code with a [Fake], a Registrar and a
// Catalog in memory:
//
//	fake := &registrytest.Fake{Broken: map[pack.Ref]error{"slack": pack.ErrTests}}
//	report, err := fake.Register(ctx, registry.Request{Paths: []string{"/packs/slack", "/packs/jira"}})
//
// Who writes a Registrar or a Catalog checks with [RunRegistrar] and [RunCatalog] that
// it keeps the contract. A host that keeps its records elsewhere checks them with [Run]:
//
//	func TestRecords(t *testing.T) {
//		registrytest.Run(t, func(t testing.TB) registry.Records {
//			return myrecords.Open(t.TempDir())
//		})
//	}
//
// Records that implement [Damager] are also checked with records that cannot be
// decoded.
//
// The suites are themselves checked against doubles that are broken on purpose: each
// of their cases can fail.
package registrytest
