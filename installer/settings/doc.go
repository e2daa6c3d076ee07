// Package settings reads the configuration of a host from files, environment variables
// and the flags of a command line.
//
//	s, err := settings.Load(settings.Sources{Getenv: os.Getenv, Dir: dir})
//	if err != nil {
//		return err
//	}
//	fmt.Println(s.CacheDir, s.Place("cache.dir"))
//
// One table, [Table], has the name of each setting in files, its flag, its environment
// variable and its description. What states a setting replaces what states it further down
// in this list:
//
//   - a flag
//   - an environment variable: PACKTRAIN_ and the name of the flag, as in
//     PACKTRAIN_CACHE_DIR; values of a flag that may be repeated are separated by spaces
//   - the layer [Sources.Between], for a packs.yaml
//   - packtrain.yaml in the working directory
//   - packtrain/settings.yaml in $XDG_CONFIG_HOME, by default ~/.config
//   - the default
//
// Claims and trust are replaced for each index by itself. A file that is named by a flag or
// by PACKTRAIN_SETTINGS is read instead of the two others.
//
// # Files
//
//	root: /srv/packs
//	indices:
//	  corp:
//	    url: https://packs.corp.example/index.json
//	    claims: [infra-*]
//	    trust: [corp+5f0c1d2e+AbC...]
//	  public: https://packs.example/index.json
//	credentials:
//	  https://packs.corp.example: {bearer: TOKEN}
//	network:
//	  allow_hosts: [packs.corp.example, packs.example]
//	policy:
//	  minimum_age: 72h
//	cache:
//	  max_bytes: 2000000000
//
// docs/schema/settings.json describes them. Paths are relative to the directory of the file;
// "~/" is the user's home. A key that is not known is refused, with its line and the nearest
// known one.
//
// # Threats
//
// A project file may come with a repository that is not trusted. It states only what does
// not weaken the protection of its user: [Setting.Project]. A project file that belongs to
// another user, or that all users may write, is refused; so are other files that users
// besides their owner may write, and files with secrets that others may read.
package settings
