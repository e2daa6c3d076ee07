// Package registrysource finds packs in a registry index.
//
//	s, err := registrysource.New(registrysource.Config{Index: "https://index.example/index.json", Client: client})
//	pins, err := s.Resolve(ctx, loc) // loc from source.Parse("slack@^1.2")
//
// An index is a JSON document of format 1: a list of packs, each with its
// version and with install sources, which are archives and git repositories,
// each with a checksum. The source is a [source.Resolver] and fetches no
// content: its pins carry the scheme of the source that does ("https", "http",
// "git"), the checksum that must come out, and the index and entry of the
// choice. Hosts compose it with those sources:
//
//	mux, err := source.NewMux(index, archives, repositories) // of archivesource and gitsource
//
// A locator's constraint chooses the version: the highest that satisfies it, and
// a release rather than a pre-release. The pins of one choice are alternatives,
// archives first, which the caller tries in order. [Source.Versions] lists all
// versions of a pack; [Source.Candidates] adds the dependencies that the index
// states, for the search for missing packs.
//
// An unusable entry does not affect the others: it is left out, and
// [Source.Problems] reports why. A request for its pack returns the reason too.
//
// The index is held in memory, and on a [source.Shelf] for the next process when
// the host gives one. It is read again when its server says that it has changed,
// and the server is asked at most every [Config.TTL]; an index in a file is
// checked on every use. An index that cannot be read is an error, even when an
// older state of it is known.
//
// Threat: an attacker who writes to an index, or sits between it and us, wants a
// program to read another document than people see, to have content installed
// that was not published, or to make us contact forbidden servers. The JSON must
// have one reading (no duplicate key, nothing after the end). A checksum that is
// missing or cannot be read makes an entry unusable. URLs of install sources are
// checked against the policy of the [web.Client] when they are read, and again
// when they are contacted. Sizes and numbers are limited. A program that asks
// for a pack cannot choose the index unless the host allows it.
package registrysource
