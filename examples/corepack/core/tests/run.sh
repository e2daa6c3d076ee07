#!/bin/sh
# Tests the actions without a server and prints the totals.
set -u
total=0 passed=0
KEPT=$(mktemp -d) || exit 1
trap 'rm -rf "$KEPT"' EXIT
export KEPT ANSWER STATUS
type='application/vnd.packtrain.report+json'

# check WHAT GOT WANT
check() {
	total=$((total + 1))
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		printf '%s: got\n%s\nwant\n%s\n' "$1" "$2" "$3" >&2
	fi
}

# act ACTION runs an action on standard input, with tests/bin/curl for curl.
act() {
	output=$(PATH=$PWD/tests/bin:$PATH actions/"$1".sh 2>&1)
	result=$?
}

# kept NAME prints stored input of curl, and an x that preserves line ends.
kept() {
	cat "$KEPT/$1"
	echo x
}

STATUS=0
ANSWER='{"answer":"a\nb"}
200 '$type
act download_packs <<'DOTENV'
# a comment, with '
packs='["it'\''s", "$(id)"]'
api_token='secret-1'
note='\
api_token='\''look-alike'\''
api_url='\''look-alike'\''
'
api_url='http://packd.invalid/'
DOTENV
check 'report' "$output" '{"answer":"a\nb"}'
check 'status' "$result" 0
check 'header' "$(cat "$KEPT/header")" 'Authorization: Bearer secret-1'
check 'body' "$(kept body)" '# a comment, with '\''
packs='\''["it'\''\'\'\''s", "$(id)"]'\''
note='\''\
api_token='\''\'\'\''look-alike'\''\'\'\''
api_url='\''\'\'\''look-alike'\''\'\'\''
'\''
x'
check 'address' "$(grep -c '^http://packd.invalid/api/v1/packs/download$' "$KEPT/arguments")" 1
check 'token in the arguments' "$(grep -c secret "$KEPT/arguments")" 0

for pair in download_packs:download get_pack_dependencies:dependencies build_pack_envs:build-envs register_packs:register-batch install_pack:install; do
	ANSWER='{"error":"x"}
422 '$type
	act "${pair%:*}" <<'DOTENV'
api_token='t'
DOTENV
	check "$pair: refused" "$result $output" '1 {"error":"x"}'
	check "$pair: address" "$(grep -c "^http://localhost:8080/api/v1/packs/${pair#*:}\$" "$KEPT/arguments")" 1
done

# fails WHAT REASON: the last action failed for that reason.
fails() {
	check "$1" "$result $output" '1 {"downloaded_packs":[],"failed_packs":[{"source":"","error":"'"$2"'"}],"total_count":0,"success_count":0,"failure_count":1,"warnings":[]}'
}

for ANSWER in "<html>
200 text/html" "oops
200 $type" "
200 $type" '{"a":1}
200 application/json' '{"a":1}
302 '; do
	act download_packs <<'DOTENV'
api_token='t'
DOTENV
	fails "answer $ANSWER" 'the response of the server is not a report'
done
for pair in '7 the server cannot be reached' '28 the server did not respond in time' '127 curl is not installed'; do
	STATUS=${pair%% *}
	act download_packs <<'DOTENV'
api_token='t'
DOTENV
	fails "curl ends with $STATUS" "${pair#* }"
done
for input in "packs='[" "api_token=t" "export api_token='t'" "packs='[]' x"; do
	act download_packs <<DOTENV
$input
DOTENV
	fails "input $input" 'the parameters are not in dotenv format'
done
for input in "packs='[]'" "api_token=''" "api_token='a b'" "api_token='a
b'"; do
	act download_packs <<DOTENV
$input
DOTENV
	fails "input $input" 'the parameter api_token is missing or cannot be a token'
done

printf 'Total Tests: %d\nPassed: %d\nFailed: %d\n' "$total" "$passed" $((total - passed))
[ "$passed" = "$total" ]
