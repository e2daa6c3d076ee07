package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// examples are the examples in the help of each command, by its path without "packctl".
const examples = `
install slack
install 'slack@^2' ./mail github:org/jira@v1
install slack --dry-run
upgrade
upgrade slack
remove slack mail
rollback slack
rollback slack --to 1.2.0
enable slack
disable slack.post
pin slack 1.2.0
unpin slack 1.2.0
config slack
config slack --set channel=ops --unset proxy
plan slack --out plan.json
apply plan.json
list
list -o wide
show slack
show slack.post
history slack
diff slack
diff slack 1.1.0 1.2.0
graph
why http
verify
run slack.post channel=ops text=hello
run slack@1.1.0.post channel=ops
run slack.login password=@password.txt
search database
info slack
versions slack
indices
sync
sync --locked --prune
lock --update slack
add 'jira@^1'
drop jira
outdated
bundle create packs.lock -o site.bundle
bundle info site.bundle
bundle verify site.bundle
init slack --runtime python
validate ./slack
test ./slack
link ./slack
unlink slack
pack ./slack
checksum ./slack
findings schema.secret_value
index add registry/index.json ./slack ./mail
index remove registry/index.json slack@1.0.0
index check registry/index.json --fetch
index diff old.json new.json
index merge registry/index.json other.json
index serve registry
index key corp-release release.key
index sign registry/index.json --key release.key
index yank registry/index.json slack@1.0.0
download slack --dest packs
deps ./slack
build ./slack
register ./slack
doctor
repair
env list
env show 1a2b3c
env verify
env prune --dry-run
env warm
env rebuild 1a2b3c
cache info
cache verify
cache prune --max-age 720h
cache warm packs.lock --cache-dir /srv/cache
settings show --origin
`

// addExamples gives commands their examples.
func addExamples(root *cobra.Command) {
	for line := range strings.SplitSeq(strings.TrimSpace(examples), "\n") {
		if c, _, err := root.Find(strings.Fields(line)); err == nil && c != root {
			c.Example = strings.TrimPrefix(c.Example+"\n  packctl "+line, "\n")
		}
	}
}
