#!/bin/sh
# An acknowledged message survives a power cut: the system calls of `rooms`
# show the WAL on the disk before the first byte of the answer.  With
# durability = process there is no such call.
T=fcgi
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || bail_out 'there is no strace'

# Send one message, with the calls of `rooms` from there on in $tmp/calls.
traced_send() {	# TXNID
	rm -f "$tmp/attached"
	mkfifo "$tmp/attached"
	strace -f -y -s 100 -o "$tmp/calls" -p "$(pids_of rooms)" \
	    -e trace=pwrite64,pwritev,write,writev,fsync,fdatasync,sendto,sendmsg \
	    2>"$tmp/attached" &
	strace=$!
	exec 4<"$tmp/attached"
	read -r said <&4
	case $said in
	*attached*) ;;
	*) bail_out "strace: $said" ;;
	esac
	send_message "$1"
	kill -INT $strace
	cat <&4 >/dev/null
	wait $strace
	exec 4<&-
}

send_message() {
	req PUT "/_matrix/client/v3/rooms/$room/send/m.room.message/$1" \
	    '{"msgtype":"m.text","body":"Hello"}'
}

# The last write to the WAL and what came after it, up to the answer.  Calls of
# another thread may stand between the beginning and the end of one.
end_of() {
	awk '
		function say(what) {
			if (what == "write")
				said = ""
			said = said (said ? " " : "") what
		}
		/ (pwrite64|pwritev|write|writev)\([0-9]+<[^>]*-wal>/ { say("write") }
		/ f(data)?sync\([0-9]+<[^>]*-wal>/ {
			if (/<unfinished/)
				pending[$1] = 1
			else if (/= 0$/)
				say("sync")
		}
		/ f(data)?sync resumed.*= 0$/ && pending[$1] { say("sync") }
		/ (sendto|sendmsg|write|writev)\(.*Status: 200/ { say("answer") }
		END { print said }' "$tmp/calls"
}

room=
for durability in power process; do
	conf store durability $durability
	start
	if [ -z "$room" ]; then
		user ann
		req POST /_matrix/client/v3/createRoom '{}'
		room=$(enc "$(get_json .room_id)")
	fi
	# The first commit of a connection may do more than the others.
	send_message "before.$durability"
	is_status 200 "$durability: a message"
	traced_send "$durability"
	is_status 200 "$durability: a message under strace"
	case $durability in
	power) is "$(end_of)" 'write sync answer' 'power: synced, then answered' ;;
	process) is "$(end_of)" 'write answer' 'process: answered at once' ;;
	esac
	stop
done
done_testing
