// Package sourcetest tests implementations of [source.Resolver] and [source.Fetcher],
// and has an in-memory [source.Source] for the tests of programs that use sources.
//
// [Run] is the conformance suite that every source of this module passes. A host runs
// it on its own source in a few lines:
//
//	func TestSource(t *testing.T) {
//		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
//			demo := fstest.MapFS{
//				"pack.yaml":      {Data: []byte("ref: demo\nversion: 1.0.0\n")},
//				"actions/run.sh": {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
//			}
//			return sourcetest.Harness{
//				Source:  newSource(t, demo),
//				Locator: source.Locator{Scheme: "mine", Location: "demo"},
//				Want:    demo,
//				Missing: source.Locator{Scheme: "mine", Location: "missing"},
//			}
//		})
//	}
//
// Sources are called through a [source.Mux], which implements a part of the contract.
// The suite sends hostile locations and revs, and reads content byte by byte; test a
// hostile server with a second harness. Each case gets its own harness. Cases that need
// an unset field of the harness are skipped and logged. Run the tests with -race: the
// contract requires that sources are safe for concurrent use.
//
// The suite needs no network and starts no processes.
package sourcetest
