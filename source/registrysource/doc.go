// Package registrysource finds packs in a registry index.
//
//	s, err := registrysource.New(registrysource.Config{Index: "https://index.example/index.json", Client: client})
//	pins, err := s.Resolve(ctx, loc) // loc from source.Parse("slack@^1.2")
//
// An index is a JSON document of format 1: a list of packs, each with its
// version and with install sources, which are archives and git repositories,
// each with a checksum. The source is a [source.Resolver] and fetches no content: its pins
// carry the scheme of the source that does ("https", "http", "git"), the checksum that
// must come out, and through which index and entry the choice came about. Hosts
// compose it with those sources:
//
//	mux, err := source.NewMux(index, archives, repositories) // of archivesource and gitsource
//
// A locator's constraint chooses the version: the highest that satisfies it,
// and a release rather than a pre-release. The pins of one choice are
// alternatives, archives first, which the caller tries in order. [Source.Versions]
// lists all versions of a pack; [Source.Candidates] tells what the index states
// about their dependencies, for those who look for packs that are missing.
//
// One entry that cannot be used does not spoil the others: it is left out, and
// [Source.Problems] tells why. Who asks for its pack is told too.
//
// The index is held in memory, and on a [source.Shelf] for the next process when
// the host gives one. It is read again when its server says that it
// has changed, and the server is asked at most every [Config.TTL]; an index in a
// file is looked at on every use. An index that cannot be read is an error, even
// when an older state of it is known.
//
// Threat: whoever writes to an index, or is between it and us, wants a program
// to read another document than people see, to have content installed that is
// not what was published, or to make us contact what we should not. The JSON has
// to have one reading (no key twice, nothing behind the end). A checksum that is
// missing or cannot be read makes an entry unusable. URLs of install sources are
// held against the policy of the [web.Client] when they are read, and again when they
// are contacted. Sizes and numbers are limited. A program that asks for a pack
// cannot choose the index unless the host allows it.
package registrysource
