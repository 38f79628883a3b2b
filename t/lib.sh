# lib.sh - sourced by every shell test:  . "$(dirname "$0")/lib.sh"
#
# Speaks TAP.  T says how requests travel; assertions must hold both ways:
#   T=cgi   (default) the program of the path is run for each request
#   T=fcgi  nginx with the generated routes, programs resident under mxcgi run
# BUILD names the build directory (default: build/ of the source tree).
#
# Before start:
#   conf SECTION KEY VALUE   a line of the configuration (rate limits and presence
#                            are off, password hashes cheap and passwords short
#                            unless told otherwise); of [terms] policy, one more
#   env="NAME=VALUE ..."     more environment for the programs
#   guard="PROGRAM ..."      (cgi only) what runs them, instead of timeout
#   site="FILE ..."          (fcgi only) of what nginx/fill makes, what is for server {}
# start [tcp]                make a server; tcp (fcgi only): also on $url
# stop                       end it, data kept; start again goes on with it
#
# req METHOD PATH [BODY]     sets $status; the body is in $tmp/body, the headers
#                            in $tmp/head.  With $token as access token and
#                            $header ("Name: value"), when not empty
# req_file METHOD PATH FILE  the same, the body's bytes from FILE; its type is
#                            $type (application/json; empty: none is sent)
# bg NAME METHOD PATH [BODY] the same in the background, and
# bg_wait NAME               wait for its answer: $status and so on as by req
# admin ARGUMENT...          mxcgi(8) on this server: $status is its exit status,
#                            $tmp/body what it wrote, $tmp/said its complaints
# user NAME                  register; sets token_NAME, user_NAME, device_NAME
# deactivate NAME [true]     end that account (and erase it)
# as NAME                    $token and $user are NAME's from here on
# get_json FILTER            what jq finds in the body, texts without quotes
# enc TEXT                   TEXT percent-encoded for one path segment
# pids_of PROGRAM            its processes (fcgi only), one a line
# kill_often PROGRAM         kill -9 them as they come, five times in all
#
# ok STATUS NAME             STATUS 0 passes
# is GOT WANT NAME           texts are equal
# like REGEX NAME            some line of the body matches (grep -E)
# is_status STATUS NAME
# is_err STATUS ERRCODE NAME refused so, with a sentence for people
# is_json FILTER WANT NAME   jq's compact, sorted output is WANT
# is_page STATUS NAME        a page for people, which others neither read nor frame
# is_head REGEX NAME         some header line matches, case ignored
# expect_log REGEX           lines like this on stderr are no failure
# done_testing
#
# A program that dies or exits non-zero, a warning, an error, or anything but
# log lines on stderr fails the test, unless expect_log announced it.

SRC=$(cd "$(dirname "$0")/.." && pwd) || exit 1
while [ ! -f "$SRC/t/lib.sh" ] && [ "$SRC" != / ]; do SRC=$(dirname "$SRC"); done
: "${T:=cgi}" "${BUILD:=$SRC/build}"
BUILD=$(cd "$BUILD" && pwd) || { echo 'Bail out! BUILD is no directory'; exit 1; }
mxcgi=$BUILD/admin/mxcgi
PATH=$PATH:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

tests=0 failed=0 started= token= header= env= guard= status= url= host=localhost
type=application/json
site=mxcgi-site.conf
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mxcgi.XXXXXX") || exit 1
: >"$tmp/log" >"$tmp/expected" >"$tmp/overrides" >"$tmp/body" >"$tmp/head"
trap 'end=$?; trap - EXIT; stop; rm -rf "$tmp"; exit $end' EXIT
trap 'exit 1' HUP INT PIPE TERM

bail_out() {
	sed 's/^/# /' "$tmp/log" "$tmp/nginx.log" 2>/dev/null
	echo "Bail out! $1"
	exit 255
}

# ------------------------------------------------------------- the server

conf() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$tmp/overrides"; }

conf server name localhost
conf server data_dir "$tmp/data"
conf server run_dir "$tmp/run"
conf accounts registration open
conf accounts password_log_n 4
conf accounts password_min 1
conf limits enabled no
conf presence enabled no

make_conf() {
	awk -F '\t' '
		$2 == "policy" { $2 = "policy " ++policies }
		!(($1, $2) in value) { keys[$1] = keys[$1] "\t" $2 }
		{ value[$1, $2] = $3 }
		END {
			for (section in keys) {
				print "[" section "]"
				n = split(substr(keys[section], 2), key, "\t")
				for (i = 1; i <= n; i++) {
					name = key[i]
					sub(/ .*/, "", name)
					print name " = " value[section, key[i]]
				}
			}
		}' "$tmp/overrides" >"$tmp/mxcgi.conf"
	chmod 600 "$tmp/mxcgi.conf"
}

start() {
	make_conf
	"$mxcgi" init --config "$tmp/mxcgi.conf" >"$tmp/init" 2>&1 ||
	    { cat "$tmp/init" >>"$tmp/log"; bail_out 'mxcgi init failed'; }
	started=yes
	[ "$T" = fcgi ] || return 0
	start_programs
	start_nginx "$@"
}

start_programs() {
	# shellcheck disable=SC2086
	env $env "$mxcgi" run --config "$tmp/mxcgi.conf" --daemon \
	    --bin "$BUILD/cgi-bin:$BUILD/admin" --log "$tmp/log" ||
	    bail_out 'mxcgi run failed'
}

start_nginx() {
	mkdir -p "$tmp/nginx"
	sh "$SRC/nginx/fill" --gen "$BUILD/gen" --run-dir "$tmp/run" \
	    --rooms "$(conf_value serve processes_rooms)" \
	    --events "$(conf_value serve processes_events)" \
	    --media "$tmp/data/media" "$tmp/nginx" ||
	    bail_out 'nginx/fill failed'
	for try in 1 2 3; do
		listen=
		if [ "${1-}" = tcp ]; then
			port=$(free_port)
			url=http://127.0.0.1:$port
			listen="listen 127.0.0.1:$port;"
		fi
		nginx_conf "$listen" >"$tmp/nginx/nginx.conf"
		nginx -p "$tmp/nginx" -c "$tmp/nginx/nginx.conf" \
		    -e "$tmp/nginx.log" 2>"$tmp/nginx.err" && {
			# It listens now, but may not have written its number.
			until [ -s "$tmp/nginx.pid" ]; do sleep 0.02; done
			return
		}
		grep -q 'Address already in use' "$tmp/nginx.err" || break
	done
	cat "$tmp/nginx.err" >>"$tmp/log"
	bail_out 'nginx does not start'
}

conf_value() { awk -F '\t' -v s="$1" -v k="$2" '$1 == s && $2 == k { v = $3 }
    END { print v == "" ? 1 : v }' "$tmp/overrides"; }

free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
	    LocalAddr => "127.0.0.1")->sockport'
}

nginx_conf() {
	[ "$(id -u)" != 0 ] || echo 'user root;'
	cat <<-END
	daemon on;
	pid $tmp/nginx.pid;
	error_log $tmp/nginx.log warn;
	worker_processes 1;
	worker_rlimit_nofile 8192;
	events { worker_connections 4096; }
	http {
		access_log off;
		client_body_temp_path $tmp/nginx/body;
		fastcgi_temp_path $tmp/nginx/fastcgi;
		proxy_temp_path $tmp/nginx/proxy;
		uwsgi_temp_path $tmp/nginx/uwsgi;
		scgi_temp_path $tmp/nginx/scgi;
		include $tmp/nginx/mxcgi-http.conf;
		server {
			listen unix:$tmp/http.sock;
			$1
			$(for file in $site; do
			    echo "include $tmp/nginx/$file;"
			done)
		}
	}
	END
}

stop() {
	[ -n "$started" ] || return 0
	started=
	if [ -f "$tmp/nginx.pid" ]; then
		nginx_pid=$(cat "$tmp/nginx.pid")
		# Asked again and again: while it starts it forgets signals.  Its
		# pid file goes when it has gone; the socket must be free then.
		while kill "$nginx_pid" 2>/dev/null && [ -f "$tmp/nginx.pid" ]; do
			sleep 0.02
		done
		rm -f "$tmp/http.sock"
	fi
	[ "$T" != fcgi ] || "$mxcgi" stop --config "$tmp/mxcgi.conf" \
	    >/dev/null 2>>"$tmp/log"
	wait
}

# ------------------------------------------------------------ the requests

# Which program?  As the web server decides, from the raw path.
program_of() {
	awk -F '\t' -v path="$1" '
		function inner(p) {
			sub(/[?].*/, "", p)
			sub(/^\/_matrix\/client\/(api\/v1|v2_alpha|r0|v3|unstable|v1)\//, "/", p)
			sub(/^\/_matrix\/media\/(v1|r0|v3)\//, "/_matrix/media/", p)
			if (length(p) > 1)
				sub(/\/$/, "", p)
			return p
		}
		BEGIN { path = inner(path); program = "discovery" }
		{
			re = inner($3)
			gsub(/[.]/, "[.]", re)
			gsub(/[{][^}]*[}]/, "[^/]+", re)
			if (path ~ ("^" re "$")) {
				program = $1
				exit
			}
		}
		END { print program }' "$BUILD/gen/routes.list"
}

# send OUT METHOD PATH [FILE]: leaves OUT.status, OUT.head, OUT.body.
send() {
	if [ "$T" = cgi ]; then
		send_cgi "$@"
	else
		send_http "$@"
	fi
}

send_cgi() {
	length=
	[ -z "${4-}" ] || length=$(($(wc -c <"$4")))
	field= value=
	if [ -n "$header" ]; then
		field=HTTP_$(printf %s "${header%%:*}" | tr 'a-z-' 'A-Z_')
		value=${header#*: }
	fi
	# shellcheck disable=SC2086
	env -i PATH="$PATH" ASAN_OPTIONS="$ASAN_OPTIONS" \
	    UBSAN_OPTIONS="$UBSAN_OPTIONS" MXCGI_CONFIG="$tmp/mxcgi.conf" $env \
	    GATEWAY_INTERFACE=CGI/1.1 REMOTE_ADDR=127.0.0.1 \
	    REQUEST_METHOD="$2" REQUEST_URI="$3" CONTENT_LENGTH="$length" \
	    CONTENT_TYPE="${length:+$type}" \
	    ${token:+"HTTP_AUTHORIZATION=Bearer $token"} \
	    ${field:+"$field=$value"} \
	    ${guard:-timeout 60} "$BUILD/cgi-bin/$(program_of "$3")" \
	    <"${4:-/dev/null}" >"$1.raw" 2>>"$tmp/log" ||
	    echo "$2 $3: the program ended with status $?" >>"$tmp/log"
	sed -n 's/^Status: \([0-9]*\).*/\1/p; /^.$/q' "$1.raw" >"$1.status"
	sed '/^.$/q' "$1.raw" | tr -d '\r' >"$1.head"
	sed '1,/^.$/d' "$1.raw" >"$1.body"
}

send_http() {
	how="-X $2"
	[ "$2" != HEAD ] || how=--head
	: >"$1.head" >"$1.body"
	# shellcheck disable=SC2086
	curl -sS --path-as-is --globoff --max-time 60 \
	    --unix-socket "$tmp/http.sock" $how -H 'Expect:' \
	    ${token:+-H "Authorization: Bearer $token"} \
	    ${header:+-H "$header"} \
	    ${4:+-H "Content-Type:${type:+ $type}" --data-binary "@$4"} \
	    -D "$1.head" -o "$1.body" -w '%{http_code}\n' \
	    "http://$host$3" >"$1.status" 2>>"$tmp/curl.err"
}

answered() {
	status=$(cat "$1.status")
	tr -d '\r' <"$1.head" >"$tmp/head"
	cat "$1.body" >"$tmp/body"
}

req() {
	if [ $# -gt 2 ]; then
		printf %s "$3" >"$tmp/sent"
		req_file "$1" "$2" "$tmp/sent"
	else
		req_file "$1" "$2" ''
	fi
}

req_file() {
	asked="$1 $2"
	send "$tmp/req" "$1" "$2" "$3"
	answered "$tmp/req"
}

bg() {
	bg_file=
	[ $# -lt 4 ] || { bg_file=$tmp/bg.$1.sent; printf %s "$4" >"$bg_file"; }
	send "$tmp/bg.$1" "$2" "$3" "$bg_file" &
	eval "bg_$1=\$! bg_asked_$1='in the background: $2 $3'"
}

bg_wait() {
	eval "wait \"\$bg_$1\"; asked=\$bg_asked_$1"
	answered "$tmp/bg.$1"
}

# Debian's jq takes its time to start; gojq, which always sorts and whose @uri
# makes + of a space, does not.
if command -v gojq >/dev/null; then
	jq() {
		case $1 in
		-*S*)
			jq_flags=${1%%S*}${1#*S}
			shift
			gojq "$jq_flags" "$@"
			;;
		*) gojq "$@" ;;
		esac
	}
fi

get_json() { jq -r "$1" "$tmp/body"; }

enc() { jq -rn --arg text "$1" '$text | @uri | gsub("[+]"; "%20")'; }

pids_of() {
	for pid in $(cat "/proc/$(cat "$tmp/run/mxcgi.pid")/task/"*/children); do
		case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
		*/cgi-bin/"$1"\ *) echo "$pid" ;;
		esac
	done 2>/dev/null
}

as() { eval "token=\$token_$1 user=\$user_$1"; }

kill_often() {
	killed=0
	while [ $killed -lt 5 ]; do
		for pid in $(pids_of "$1"); do
			kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
		done
	done
}

admin() {
	asked="mxcgi $*"
	"$mxcgi" "$@" --config "$tmp/mxcgi.conf" >"$tmp/body" 2>"$tmp/said"
	status=$?
}

user() {
	token=
	req POST /_matrix/client/v3/register \
	    "{\"username\":\"$1\",\"password\":\"secret of $1\",\"auth\":{\"type\":\"m.login.dummy\"}}"
	[ "$status" = 200 ] || { show; bail_out "cannot register $1"; }
	eval "token_$1=$(get_json .access_token) user_$1=$(get_json .user_id)" \
	    "device_$1=$(get_json .device_id)"
	as "$1"
}

deactivate() {
	kept_token=$token
	eval "token=\$token_$1"
	req POST /_matrix/client/v3/account/deactivate \
	    "{\"erase\":${2:-false},\"auth\":{\"type\":\"m.login.password\",\"user\":\"$1\",\"password\":\"secret of $1\"}}"
	[ "$status" = 200 ] || { show; bail_out "cannot deactivate $1"; }
	token=$kept_token
}

# ---------------------------------------------------------- the assertions

show() {
	{
		echo "asked: $asked"
		echo "status: $status"
		head -c 2000 "$tmp/body"
		echo
		tail -n 8 "$tmp/log"
	} 2>/dev/null | cut -c1-400 | sed 's/^/# /'
}

ok() {
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2 ($T)"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $tests - $2 ($T)"
	show
}

is() {
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] || { echo "got:  $1"; echo "want: $2"; } | sed 's/^/# /'
}

is_status() { [ "$status" = "$1" ]; ok $? "$2"; }

is_err() {
	[ "$status" = "$1" ] && jq -e --arg want "$2" \
	    '.errcode == $want and (.error | type == "string" and length > 0)' \
	    "$tmp/body" >/dev/null 2>&1
	ok $? "$3"
}

is_json() {
	json_got=$(jq -cS "$1" "$tmp/body" 2>&1)
	[ "$json_got" = "$2" ]
	ok $? "$3"
	[ "$json_got" = "$2" ] ||
	    { echo "$1"; echo "got:  $json_got"; echo "want: $2"; } |
	    cut -c1-400 | sed 's/^/# /'
}

is_page() {
	[ "$status" = "$1" ] &&
	    grep -iq '^content-type: text/html; charset=utf-8$' "$tmp/head" &&
	    grep -iq "^content-security-policy: default-src 'none'; style-src 'nonce-[^' ]*'; script-src 'nonce-[^' ]*'.*; base-uri 'none'; frame-ancestors 'none'\$" "$tmp/head" &&
	    grep -iq '^x-frame-options: DENY$' "$tmp/head" &&
	    grep -iq '^referrer-policy: no-referrer$' "$tmp/head" &&
	    grep -iq '^x-content-type-options: nosniff$' "$tmp/head" &&
	    grep -iq '^cache-control: no-store$' "$tmp/head" &&
	    ! grep -iq '^access-control-' "$tmp/head" &&
	    grep -q '<h1>' "$tmp/body"
	ok $? "$2"
}

like() { grep -Eq -- "$1" "$tmp/body"; ok $? "$2"; }
is_head() { grep -Eiq -- "$1" "$tmp/head"; ok $? "$2"; }

expect_log() { printf '%s\n' "$1" >>"$tmp/expected"; }

# What the log holds beyond debug and info lines, and beyond what was expected.
surprises() {
	cat "$tmp/log" "$tmp/nginx.log" "$tmp/curl.err" 2>/dev/null |
	    grep -Ev '^[^ ]+ [a-z]+(\[[0-9]+\])? (debug|info):? ' |
	    if [ -s "$tmp/expected" ]; then grep -Evf "$tmp/expected"; else cat; fi
}

done_testing() {
	token= header=
	stop
	surprises >"$tmp/surprises"
	[ ! -s "$tmp/surprises" ]
	ok $? 'nothing unexpected on stderr'
	head -n 60 "$tmp/surprises" | sed 's/^/# /'
	echo "1..$tests"
	[ "$failed" = 0 ]
	exit
}
