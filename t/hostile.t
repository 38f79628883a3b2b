#!/bin/sh
# Bad company on the sockets of all resident programs: silence, halves, wrong
# lengths, too much, and nobody who reads the answers.  Others are served
# beside it, the programs live, and what lingers is closed in time.
T=fcgi
. "$(dirname "$0")/lib.sh"

# A request to each program, how it is answered, and its body.
request_of() {
	path=/_matrix/client/v3
	case $1 in
	discovery) line='GET /_matrix/client/versions 200' ;;
	register) line="POST $path/register 401 {}" ;;
	login) line="POST $path/login 200 $login" ;;
	account) line="GET $path/account/whoami 200" ;;
	directory) line="GET $path/publicRooms 200" ;;
	rooms) line="PUT $path/rooms/$room/send/m.room.message/1 200 $message" ;;
	history) line="GET $path/rooms/$room/messages?dir=b 200" ;;
	events) line="GET $path/sync 200" ;;
	user) line="POST $path/user/$user/filter 200 {}" ;;
	admin) line="GET /_matrix/client/v1/admin/lock/$user 403" ;;
	federation) line='GET /_matrix/federation/v1/version 200' ;;
	profile) line="GET $path/profile/$user 200" ;;
	push) line="GET $path/pushrules/ 200" ;;
	devices) line="POST $path/keys/query 200 $keys" ;;
	media) line='GET /_matrix/media/v3/config 200' ;;
	presence) line="PUT $path/rooms/$room/typing/$user 200 $quiet" ;;
	*) bail_out "no request to $1 is known here" ;;
	esac
}
login='{"type":"m.login.password","user":"ann",'
login=$login'"password":"secret\u0020of\u0020ann"}'
keys='{"device_keys":{}}'
quiet='{"typing":false}'
message='{"msgtype":"m.text","body":"Hello"}'

# Every socket there is, as hostile.pl wants it.
targets() {
	: >"$tmp/targets"
	for socket in "$tmp"/run/*.sock; do
		name=$(basename "$socket" .sock)
		request_of "${name%%.*}"
		printf '%s\t%s\n' "$name" "$line" | tr ' ' '\t' >>"$tmp/targets"
	done
}

# The processes behind the sockets.
processes() {
	for program in $(cut -f1 "$BUILD/gen/routes.list" | sort -u); do
		pids_of "$program" | sed "s/^/$program /"
	done
}

# Once there is one for each socket.
settle() {
	tries=0
	until before=$(processes)
	    [ "$(echo "$before" | wc -l)" = "$(ls "$tmp/run/"*.sock | wc -l)" ]; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] || bail_out 'some program does not start'
		sleep 0.02
	done
}

company() {	# MODE
	targets
	mkfifo "$tmp/said" 2>/dev/null
	perl "$SRC/t/tools/hostile.pl" "$1" "$tmp/run" "$token" 65536 \
	    <"$tmp/targets" >"$tmp/said" 2>&1 &
	company=$!
}

# What it has to complain of, up to a line "ready".
complaints() {
	while read -r said && [ "$said" != ready ]; do
		echo "$said"
	done
}

# Through nginx.
ask_all() {	# WHAT
	for program in $(cut -f1 "$BUILD/gen/routes.list" | sort -u); do
		request_of "$program"
		# shellcheck disable=SC2086
		set -- "$1" $line
		req "$2" "$3" ${5:+"$5"}
		is_status "$4" "$1 $program"
	done
}

conf serve body_max 64K
conf serve memory_max 1M
conf serve receive_timeout 600s
conf serve send_timeout 600s
start
user ann
req POST /_matrix/client/v3/createRoom '{}'
room=$(enc "$(get_json .room_id)")
settle

# All at once, with time without end; then so many bodies that no program may
# hold more.
for mode in hold crowd; do
	company $mode
	exec 4<"$tmp/said"
	is "$(complaints <&4)" '' "$mode: all get what they deserve"
	ask_all "$mode: others are served by"
	kill $company
	is "$(complaints <&4)" '' "$mode: who may still go on is let be"
	exec 4<&-
	wait $company
	is "$(processes)" "$before" "$mode: the programs live"
done
stop

# And with little time.
conf serve receive_timeout 1s
conf serve send_timeout 1s
start
settle
company wait
is "$(complaints <"$tmp/said")" '' 'what lingers is closed'
is "$(processes)" "$before" 'the programs live on'
ask_all 'afterwards as ever:'
done_testing
