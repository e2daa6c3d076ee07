// Package registrysource finds packs in registry indices.
//
//	s, err := registrysource.New(registrysource.Config{
//		Indices: []registrysource.Index{{Name: "main", URL: "https://index.example/index.json"}},
//		Client:  client,
//	})
//	pins, err := s.Resolve(ctx, loc) // loc from source.Parse("slack@^1.2")
//
// An index is a JSON document of format 1: a list of packs, each with its version and
// with install sources, which are archives and git repositories, each with a checksum.
// See "The format" below.
//
// The source is a [source.Resolver] and fetches no content: its pins carry the scheme
// of the fetching source ("https", "http", "git"), the expected checksum, and the index
// and entry they come from. Hosts compose it with those sources:
//
//	mux, err := source.NewMux(index, archives, repositories) // of archivesource and gitsource
//
// A locator's constraint selects the version: the highest that satisfies it, and a
// release rather than a pre-release. The pins of one version are alternatives, archives
// first, which the caller tries in order. [Source.Versions] lists all versions of a
// pack; [Source.Candidates] adds the dependencies that the index states, for the search
// for missing packs.
//
// URLs of install sources may be relative: to the URL of the index as it is configured,
// whatever it redirects to, or to the directory of an index file. The latter give pins
// of the local source, or of repositories of this machine.
//
// An unusable entry does not affect the others: it is left out, and
// [Source.Status] reports why. A request for its pack tells the reason by
// [pack.Note], or returns it when the pack has no other entry; so it is with an
// install source that must not be contacted or is of an unknown type.
//
// An index is cached in memory and, for later processes, on a [source.Shelf] if the
// host supplies one. It is revalidated with its server at most once per [Config.TTL],
// and downloaded again if it has changed; an index in a file is checked on every use.
// An unreadable index is an error, even if an older copy is cached.
//
// [Source.Search] finds packs by words, and [Source.Status] describes the indices.
//
// # Several indices
//
// Indices are asked in the order of [Config.Indices]. The first that lists a pack
// supplies it, with all of its versions, whatever the others list. An index that cannot
// be read, or must not be used, is never passed over: what it lists is not known, so
// packs that no index before it lists are not found until it can be read again.
//
// A name or a pattern of names that an index claims ([Index.Claims]) belongs to it: such
// packs come from the indices that claim them or from none, and the others need not be
// readable. A private index claims the names of internal packs, so that a public one
// cannot supply them, and no pack can bring one by a URL among its dependencies. With
// [Config.Strict] a pack that several indices list and none claims is refused.
//
// A locator may name one of the indices by its name or address, which is then the only
// one to be asked. It cannot take a pack from an index that does not claim it when
// another one does.
//
// # Trust
//
// The checksums in an index bind the content of packs. Whether the index may be used
// at all is decided by Index.Verifier, such as that of package signature, before
// anything in it counts: it is then not used without a good proof, or, with
// Index.ReportOnly, used and told by pack.Note. Pins say who vouches for the index
// (pack.Origin). A proof of other content makes the source read both files again, as
// they are not published in one moment.
//
// # The format
//
// An index is one JSON document:
//
//	{
//	  "registry_name": "Example packs",
//	  "registry_url": "https://index.example.com",
//	  "version": "1.0",
//	  "last_updated": "2026-01-31T12:00:00Z",
//	  "packs": [
//	    {
//	      "ref": "slack",
//	      "version": "1.2.0",
//	      "label": "Slack",
//	      "description": "Posts messages.",
//	      "author": "Example",
//	      "license": "Apache-2.0",
//	      "keywords": ["chat"],
//	      "runtime_deps": ["python>=3.9"],
//	      "install_sources": [
//	        {
//	          "type": "archive",
//	          "url": "https://files.example.com/slack-1.2.0.tar.gz",
//	          "checksum": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
//	        },
//	        {
//	          "type": "git",
//	          "url": "https://git.example.com/packs/slack.git",
//	          "ref": "0123456789abcdef0123456789abcdef01234567",
//	          "checksum": "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
//	        }
//	      ],
//	      "contents": {
//	        "actions": [{"name": "post", "description": "Posts a message."}],
//	        "sensors": [], "triggers": [], "rules": [], "workflows": []
//	      },
//	      "dependencies": {"packs": ["http@^2"], "attune_version": ">=1.0"}
//	    }
//	  ]
//	}
//
// Of these, "version" (the text "1.0", the version of the format), "packs", and "ref",
// "version" and "install_sources" of each entry are read, and required;
// "dependencies" is read if it is there, and "yanked": why the version must not be chosen
// any more, except where a lock states it. A pack may have several entries, one for each
// version. The other fields are for people and other programs.
//
// Each install source has one checksum, "sha256:" and 64 hexadecimal digits, whose
// subject depends on its type:
//
//   - archive: the bytes of the file, as sha256sum prints it. The URL may be relative.
//   - git: the files of the commit, as "packctl checksum DIRECTORY" prints it for a
//     checkout (see [pack.DirectoryChecksum]). "ref" is a commit with all 40 digits, a
//     tag or a branch; only a commit always has the same content.
//
// # Threat
//
// An attacker who writes to an index, or intercepts the connection, wants
// programs to read another document than people do, to install unpublished content, or
// to make us contact forbidden servers. The JSON must have one reading (no duplicate
// keys, no data after the end): that of the index when it is read, and that of an entry,
// which may be unusable alone, when its pack is asked for. A malformed checksum makes an
// entry unusable, and so does a missing one, unless [Index.NoChecksums] is set. URLs of
// install sources are checked against the policy of the [web.Client] when they are read,
// and again when they are contacted. Sizes and numbers are limited. A request for a pack
// can choose an index that is not configured only if the host allows it. An old copy of an index hides new versions: a date that goes back, or is
// older than [Index.MaxAge], is told or refused. A public index must not be able to
// supply internal packs: see "Several indices".
package registrysource
