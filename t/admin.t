#!/bin/sh
# mxcgi(8): init, migrate, run, stop.
T=fcgi
. "$(dirname "$0")/lib.sh"
at=$tmp/new
said=$tmp/said

# mx ARGUMENT...: runs mxcgi; $status is its exit status, $said what it said.
mx() {
	asked="mxcgi $*"
	"$mxcgi" "$@" >"$said" 2>&1
	status=$?
	cp "$said" "$tmp/body"
}

mx --version;			is_status 0 '--version'
mx --help;			like 'usage: mxcgi' '--help'
mx;				is_status 64 'no command'
mx nothing;			is_status 64 'a command that is none'
mx init --nothing;		is_status 64 'an option that is none'
mx init --config "$at/mxcgi.conf"
is_status 1 'no configuration and no name'
like '--server-name' 'and what to do about it'
mx init --config "$at/mxcgi.conf" --server-name 'a b'
is_status 1 'a name that is none'
[ ! -e "$at/mxcgi.conf" ];	ok $? 'leaves nothing behind'

init() {
	mx init --config "$at/mxcgi.conf" --server-name localhost \
	    --data-dir "$at/data" --run-dir "$at/run"
}
init;				is_status 0 'init'
is "$(grep -c '^made ' "$said")" 6 'makes six things and says so'
is "$(stat -c %a "$at/data" "$at/run" "$at/mxcgi.conf" "$at/data/signing.key" \
    "$at/data/mxcgi.db" | tr '\n' ' ')" '700 700 600 600 600 ' 'for nobody else (security 29)'
cksum "$at/mxcgi.conf" "$at/data/signing.key" >"$tmp/before"
init;				is_status 0 'init once more'
is "$(grep -c '^kept ' "$said")" 5 'keeps all and says so'
cksum "$at/mxcgi.conf" "$at/data/signing.key" >"$tmp/after"
cmp -s "$tmp/before" "$tmp/after";	ok $? 'and they are what they were'
mx init --config "$at/other.conf" --server-name localhost \
    --data-dir "$at/other" --run-dir "$at/other.run"
! cmp -s "$at/data/signing.key" "$at/other/signing.key"
ok $? 'each server has a key of its own (security 30)'
mx init --config "$at/mxcgi.conf" --server-name example.org
is_status 1 'another name is refused'
mx migrate --config "$at/mxcgi.conf";	is_status 0 'migrate with nothing to do'
mx migrate --config "$tmp/none.conf";	is_status 1 'migrate without a configuration'
mx stop --config "$at/mxcgi.conf";	like 'not running' 'stop when nothing runs'
mx run --config "$at/mxcgi.conf" --bin "$tmp";	is_status 1 'run without programs'
like 'no program' 'and says which'
mx run --config "$at/mxcgi.conf" --daemon;	is_status 64 'a daemon without a log'

# ---------------------------------------------------------- the supervisor

start
mx run --config "$tmp/mxcgi.conf" --daemon --log "$tmp/log2" \
    --bin "$BUILD/cgi-bin:$BUILD/admin"
is_status 1 'it does not run twice'
like 'already' 'and says why'
is "$(stat -c %a "$tmp/run/rooms.sock")" 660 'sockets are for owner and group'
user ann

# Who serves this socket?  Its process has it as standard input.
pid_of() {
	for process in /proc/[0-9]*; do
		[ "$(readlink "$process/exe" 2>/dev/null)" = "$BUILD/cgi-bin/$1" ] &&
		    tr '\0' '\n' <"$process/environ" 2>/dev/null |
		    grep -qx "MXCGI_CONFIG=$tmp/mxcgi.conf" &&
		    basename "$process" && return
	done
}

expect_log 'account was ended by signal 9'
before=$(pid_of account)
kill -9 "$before"
req GET /_matrix/client/v3/account/whoami
is_status 200 'the successor of a killed program answers who waited'
[ "$(pid_of account)" != "$before" ];	ok $? 'and is another process'
grep -q 'account was ended by signal 9' "$tmp/log";	ok $? 'the log says so'

mxcgi_pid=$(cat "$tmp/run/mxcgi.pid")
before=$(pid_of account)
kill -HUP "$mxcgi_pid"
while [ "$(pid_of account)" = "$before" ]; do
	req GET /_matrix/client/v3/account/whoami
	[ "$status" = 200 ] || break
done
is_status 200 'programs are renewed without a refusal'

mx stop --config "$tmp/mxcgi.conf";	is_status 0 'stop'
[ ! -e "/proc/$mxcgi_pid/exe" ];	ok $? 'waits until it has ended'
[ -z "$(pid_of account)$(pid_of housekeeper)" ];	ok $? 'with all programs'
[ ! -e "$tmp/run/account.sock" ];	ok $? 'and removes the sockets'
expect_log 'connect.. to unix:.*failed'
req GET /_matrix/client/v3/account/whoami
is_err 503 M_UNKNOWN 'nginx says that nothing runs'
is_head '^access-control-allow-origin: \*' 'so that pages can read it'

# Nobody outlives the supervisor, whatever ended it.
start_programs
mxcgi_pid=$(cat "$tmp/run/mxcgi.pid")
account=$(pid_of account)
kill -9 "$mxcgi_pid"
timeout 20 sh -c "while [ -e /proc/$account/exe ]; do sleep 0.05; done"
ok $? 'programs end with a killed supervisor'
start_programs
req GET /_matrix/client/v3/account/whoami
is_status 200 'and it can be started again'
done_testing
