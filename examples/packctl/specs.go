package main

import "github.com/spf13/cobra"

// specsHelp is the topic of "packctl help specs".
func specsHelp() *cobra.Command {
	return &cobra.Command{
		Use: "specs", Short: "How to name packs: index, git, archives, directories",
		Long: `A SPEC names a pack to download or install.

  From an index (--index)
    slack                                   the highest version
    slack@^2  slack@1.2.3  'slack@>=1 <2'   within a constraint

  From git
    github:org/repo  gitlab:group/repo      of a hosting service
    github:org/repo@v1//packs/slack         with a branch, tag or commit, and a subdirectory
    https://host/org/repo.git@v1            any URL that ends in .git
    git+https://host/repo//packs/slack#v1   any other URL, with its rev after #
    git+file:///srv/repo                    a repository of this machine

  From an archive
    https://host/slack-1.0.0.tar.gz         also .tgz .tar .zip .tar.zst .tar.bz2 .tar.xz
    https://host/all.zip//packs/slack       a subdirectory of it
    archive+https://host/download           any other URL

  From this machine
    ./slack  ../slack  /srv/slack           a directory or an archive; begins with . or /
    ./all.tar.gz//packs/slack               a subdirectory of it

Quote specs with spaces or <, >, *. For addresses that other programs take, such as
slack==1.2.3, git@host:org/repo.git or https://github.com/org/repo/tree/main, the error
says what to write.`,
	}
}
