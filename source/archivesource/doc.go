// Package archivesource fetches packs from archives over http and https.
//
//	s := archivesource.New(client, nil) // client from web.New
//	pins, err := s.Resolve(ctx, loc) // loc from source.Parse("https://artifacts.example/slack-1.2.0.tar.gz")
//	err = s.Fetch(ctx, pins[0], tree)
//
// Archives are .zip, .tar.gz, .tar.zst, .tar.bz2, .tar, and .tar.xz when the host
// supplies a decoder. The first bytes of an archive determine its format; an extension
// in the URL must agree. Archives are streamed, except zip, which is read from its end
// and is held in memory or in a scratch file meanwhile: memory use does not depend on
// the size of an archive. Its digest is computed during the transfer. An [Unpacker]
// reads the same formats from files, for other sources.
//
// A pin holds the archive's entity tag when the server states a strong one; a
// pin that comes from an index holds the archive's digest. Fetch verifies
// whichever the pin has. The content is verified only when Fetch returns nil:
// until then a [source.Sink] holds unverified data.
//
// Threat: an attacker who controls the server, or the archive at a known URL, wants
// content installed that differs from the pinned one, that other programs read
// differently, or that fills the disk. Digests cover all bytes as received; the framing
// of the archive is checked strictly, so that it has only one reading; links and
// devices are refused; the size of the archive, the number of its entries, its unpacked
// size and its compression ratio are limited. The Sink checks names. The policy of the
// [web.Client] is enforced when a connection is made and on each redirect; proxies and
// credentials of the environment are not used.
//
// A request that fails before the archive begins is repeated a few times. An
// interrupted transfer is continued if a strong entity tag confirms that the server
// still sends the same content; otherwise it is a temporary [*pack.UnavailableError],
// and the caller may fetch again into a new Sink.
package archivesource
