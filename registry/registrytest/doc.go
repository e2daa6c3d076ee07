// Package registrytest checks implementations of [registry.Records]: a host
// that keeps its records elsewhere runs the same suite as the ones that come
// with this module.
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
// The suite is itself checked against records that are broken on purpose: each
// of its cases can fail.
package registrytest
