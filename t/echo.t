#!/bin/sh
# Nobody who waits hears of a message before its sender has the answer: the
# system calls of `rooms` show the doorbell after the answer.  A client that
# meets what it sent in its sync first takes it for another message.  As CGI
# too, also when nobody takes the answer.
T=fcgi
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || bail_out 'there is no strace'
calls="-f -s 100 -o $tmp/calls -e trace=write,writev,sendto,sendmsg"

# Until the calls show it.
await_call() {
	tries=0
	until grep -q "$1" "$tmp/calls" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] || bail_out "no $1 among the calls in 20 s"
		sleep 0.02
	done
}

order() {
	awk '/Status: 200/ { print "answer" }
	    /bells\/changes\./ { print "bell" }' "$tmp/calls" | paste -sd ' '
}

send_message() {
	req PUT "/_matrix/client/v3/rooms/$room/send/m.room.message/$1" \
	    '{"msgtype":"m.text","body":"Hello"}'
}

start
user ann
req POST /_matrix/client/v3/createRoom '{}'
room=$(enc "$(get_json .room_id)")

mkfifo "$tmp/attached"
# shellcheck disable=SC2086
strace $calls -p "$(pids_of rooms)" 2>"$tmp/attached" &
strace=$!
exec 4<"$tmp/attached"
read -r said <&4
case $said in
*attached*) ;;
*) bail_out "strace: $said" ;;
esac
send_message resident
is_status 200 'a message, the program being resident'
await_call 'bells/changes[.]'
await_call 'Status: 200'
kill -INT $strace
cat <&4 >/dev/null
wait $strace
exec 4<&-
# Both processes of events are rung.
is "$(order)" 'answer bell bell' 'the answer goes out before the doorbells ring'

# The same store, and `events` resident beside it.
T=cgi
rm "$tmp/calls"
guard="strace $calls"
ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0	# which ptrace prevents
send_message cgi
is_status 200 'a message, the program being a CGI'
is "$(order)" 'answer bell bell' 'the answer goes out before the doorbells ring'

# As CGI with an output that nobody reads any more.
rm "$tmp/calls"
printf '{"msgtype":"m.text","body":"Gone"}' >"$tmp/sent"
# shellcheck disable=SC2086
env -i PATH="$PATH" MXCGI_CONFIG="$tmp/mxcgi.conf" \
    ASAN_OPTIONS="$ASAN_OPTIONS" UBSAN_OPTIONS="$UBSAN_OPTIONS" \
    GATEWAY_INTERFACE=CGI/1.1 REMOTE_ADDR=127.0.0.1 REQUEST_METHOD=PUT \
    REQUEST_URI="/_matrix/client/v3/rooms/$room/send/m.room.message/gone" \
    CONTENT_LENGTH="$(wc -c <"$tmp/sent")" HTTP_AUTHORIZATION="Bearer $token" \
    strace $calls perl -MSocket -e '
	socketpair my $near, my $far, AF_UNIX, SOCK_STREAM, 0 or die;
	close $far;
	open STDOUT, ">&", $near or die;
	exec @ARGV' "$BUILD/cgi-bin/rooms" <"$tmp/sent" 2>>"$tmp/log"
is "$(grep -c 'Status: 200.*EPIPE' "$tmp/calls")" 1 'nobody takes the answer'
is "$(grep -c 'bells/changes[.]' "$tmp/calls")" 2 'the doorbells ring all the same'
T=fcgi
guard=
done_testing
