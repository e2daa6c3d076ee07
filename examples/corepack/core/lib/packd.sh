# Sends the parameters of an action to packd and prints the report in the
# response. The actions source this file and call request.
#
# Standard input holds variables in dotenv format, name='value', where a value
# may span lines and a quote in it is written '\''. Two of them, api_url and
# api_token, are for this script; the others are sent unchanged. The token is
# never an argument of a program, so that no list of processes shows it.
set -uf
LC_ALL=C # a character is a byte
IFS=\'   # unquoted text is split at quotes, see read_value
newline='
'

# request ENDPOINT SECONDS EMPTY: EMPTY is the output without a report,
# with REASON for the reason. Ends the script: 0 when the request was processed.
request() {
	empty=$3
	unset api_token # the environment may contain it, visible to children
	api_url=http://localhost:8080
	body=
	while read_variable; do
		case $name in
		api_url) api_url=$value ;;
		api_token) api_token=$value ;;
		*) body=$body$text$newline ;;
		esac
	done
	case ${api_token-} in
	'' | *[!!-~]*) fail 'the parameter api_token is missing or cannot be a token' ;;
	esac
	answer=$(send "$1" "$2")
	case $? in
	0) print_report ;;
	28) fail 'the server did not respond in time' ;;
	127) fail 'curl is not installed' ;;
	*) fail 'the server cannot be reached' ;;
	esac
}

# fail REASON prints the empty report and ends.
fail() {
	printf '%s%s%s\n' "${empty%%REASON*}" "$1" "${empty#*REASON}"
	exit 1
}

# send ENDPOINT SECONDS prints the body of the response and a line with its status
# and type. The header with the token is read from descriptor 3.
send() {
	curl -q --silent --show-error --globoff --proto =http,https \
		--connect-timeout 10 --max-time "$2" --max-filesize 67108864 \
		--header @/dev/fd/3 \
		--header 'Content-Type: text/x-dotenv' \
		--header 'Accept: application/vnd.packtrain.report+json' \
		--write-out '\n%{http_code} %{content_type}' \
		--data-binary @- --url "${api_url%/}/api/v1/packs/$1" 3<<HEADER <<BODY
Authorization: Bearer $api_token
HEADER
${body%"$newline"}
BODY
}

# print_report prints the response when it is a report, of success or failure, and ends.
print_report() {
	about=${answer##*"$newline"}
	report=${answer%"$newline"*}
	case $about in
	???' application/vnd.packtrain.report+json'*) ;;
	*) fail 'the response of the server is not a report' ;;
	esac
	case $report in
	'{'*'}' | '{'*"}$newline") ;;
	*) fail 'the response of the server is not a report' ;;
	esac
	printf '%s' "$report"
	case $about in
	2*) exit 0 ;;
	esac
	exit 1
}

# read_variable reads to the end of the next variable: text is its source, name and
# value are parsed from it. Comments have no name. It is false at the end of
# the input.
read_variable() {
	read_line || return 1
	text=$line
	name=
	case $line in
	'' | '#'*) return 0 ;;
	esac
	name=${line%%=*}
	case $name in
	'' | [!A-Za-z_]* | *[!A-Za-z0-9_.-]*) malformed ;;
	esac
	case $line in
	"$name='"*) read_value "${line#"$name='"}" ;;
	*) malformed ;;
	esac
}

# read_value REST reads up to the closing quote; REST is the rest of the line
# after the opening one. It is split at its quotes, with a dot at the end so that
# nothing is lost there: an escaped quote leaves a backslash and an empty field.
read_value() {
	value=
	set -- $1.
	while [ $# != 2 ]; do
		if [ $# = 1 ]; then
			value=$value${1%.}$newline
			read_line || malformed
			text=$text$newline$line
			set -- $line.
		elif [ $# != 3 ] && [ "$2" = '\' ] && [ -z "$3" ]; then
			value=$value$1\'
			shift 3
		else
			malformed
		fi
	done
	[ "$2" = . ] || malformed
	value=$value$1
}

# read_line reads a line without losing a byte, even a last one without a line
# end.
read_line() {
	IFS= read -r line || [ -n "$line" ]
}

malformed() {
	fail 'the parameters are not in dotenv format'
}
