package envbuild

import (
	"regexp"
	"strings"
)

// explain implements driver. The messages are those of npm 8 to 11.
func (*npmTool) explain(output string) explanation {
	lines := strings.Split(output, "\n")
	var errs []string
	for i, line := range lines {
		lines[i] = npmMark.ReplaceAllString(line, "")
		if lines[i] != line {
			errs = append(errs, lines[i])
		}
	}
	if x := explainBy(npmRules(), oneLine(lines)); x.reason != ReasonUnknown {
		return x
	}
	if len(errs) == 0 {
		errs = lines
	}
	return explanation{reason: ReasonUnknown, text: shorten(oneLine(errs))}
}

var npmMark = regexp.MustCompile(`^npm (?:error|ERR!)(?: |$)`)

func npmRules() []rule {
	re := regexp.MustCompile
	return []rule{
		{re(`code ENOSPC|no space left on device`), ReasonDiskFull, "no space left on the disk"},
		{re(`code EFBIG`), ReasonTooLarge, tooLargeText},
		{re(`code ENOTCACHED.*?request to (?P<url>\S+) failed`), ReasonOffline, "$url is not in the cache of npm, and the host is offline"},
		{
			re(`code ERESOLVE.*?Found: (?P<found>\S+) .*?(?:Could not resolve|Conflicting peer) dependency: peer (?P<wants>\S+) from (?P<pkg>\S+)`), ReasonPeerConflict,
			"$pkg needs $wants beside it, and $found is asked for",
		},
		{re(`code ERESOLVE`), ReasonPeerConflict, "the packages conflict: $all"},
		{
			re(`code EUSAGE.*?in sync\. .*?(?P<cause>(?:Missing|Invalid): .*?)(?: (?:Clean install|Usage|Run "npm)|$)`), ReasonOutOfDateLock,
			"package.json and its lock are not in sync ($cause): run \"npm install\" in the pack and commit the lock",
		},
		{re(`code EUSAGE.*(?:in sync|lockfileVersion)`), ReasonOutOfDateLock, "package.json and its lock are not in sync: run \"npm install\" in the pack and commit the lock"},
		{re(`code EINTEGRITY.*?(?:tarball data for|Verification failed while extracting) (?P<pkg>@?[^@\s]+@\S+)`), ReasonHashMismatch, "$pkg does not have the digest that the lock or the registry states (integrity checksum failed)"},
		{re(`code EINTEGRITY.*?(?P<cause>[Ii]ntegrity checksum failed .*? but got \S+?)\.? `), ReasonHashMismatch, "a package does not have the digest that the lock or the registry states: $cause"},
		{re(`code EBADENGINE.*?Not compatible with your version of node/npm: (?P<pkg>\S+) .*?Required: (?P<want>\{.*?\})`), ReasonEngineMismatch, "$pkg is for other versions of Node.js: $want"},
		{re(`code EBADPLATFORM.*?Unsupported platform for (?P<pkg>\S+): wanted (?P<want>\{.*?\})`), ReasonPlatformMismatch, "$pkg is for other systems: $want"},
		{re(`code ENOENT.*?spawn \S*(?:none|git)`), ReasonAddress, "a package depends on a git repository: only packages of a registry are installed"},
		{re(`code EOVERRIDE.*?Override for (?P<pkg>\S+) conflicts with direct dependency`), ReasonConflict, "the override of $pkg conflicts with the dependency of the same name: give both the same version"},
		{re(`code ETARGET.*?No matching version found for (?P<pkg>\S+?)\.(?: |$)`), ReasonNotFound, "the registry has no version $pkg"},
		{re(`code E404.*?'(?P<pkg>@?[^'@]+@[^']*)' (?:is not in|could not be found)`), ReasonNotFound, "$pkg is not in the registry (404 Not Found)"},
		{re(`code E404.*?404 Not Found - GET (?P<url>\S+)`), ReasonNotFound, "the registry does not have $url"},
		{re(`code E40[13].*?(?P<status>40[13] \w+) - GET (?P<url>\S+)`), ReasonIndexAuth, "the registry refuses the request for $url ($status): it wants other credentials"},
		{re(`code (?:E401|E403|ENEEDAUTH)`), ReasonIndexAuth, "the registry refuses the request: it wants other credentials"},
		{
			re(`code (?P<code>E5\d\d|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|FETCH_ERROR|\w*(?:CERT|SSL|SIGNED)\w*).*?(?P<url>https?://\S+)(?P<cause>.*?)(?: A complete log|$)`), ReasonIndexUnreachable,
			"$url cannot be reached: $code",
		},
		{re(`code (?P<code>E5\d\d|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|FETCH_ERROR|\w*(?:CERT|SSL|SIGNED)\w*)`), ReasonIndexUnreachable, "the registry cannot be reached: $code"},
	}
}
