#!/bin/sh
# A disk that is full or broken: who is refused is told so, what was
# acknowledged stays, and work goes on when the fault goes (security.md 37).
. "$(dirname "$0")/lib.sh"
fault=$tmp/fault
env="LD_PRELOAD=$BUILD/t/faults/faults.so MXCGI_FAULT=$fault"
env="$env ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0"
start
v3=/_matrix/client/v3

user alice
req POST $v3/createRoom '{}'
here=$v3/rooms/$(enc "$(get_json .room_id)")

text() { printf '{"msgtype":"m.text","body":"%s"}' "$1"; }
say() { req PUT "$here/send/m.room.message/$1" "$(text "$1")"; }
said() {
	req GET "$here/messages?dir=f&limit=1000"
	get_json '[.chunk[] | select(.type == "m.room.message").content.body] | join(" ")'
}

expect_log ' rooms error COMMIT: (database or disk is full|disk I/O error) \([0-9]+\)$'
expect_log ' rooms warn a round of writes was lost; each runs again alone$'

say before
is_status 200 'sent while all is well'

# ------------------------------------------------- each fault, and its end
# fails FAULT STATUS TXN NAME
fails() {
	echo "$1" >"$fault"
	say "$3"
	is_err "$2" M_UNKNOWN "$4: refused"
	req GET $v3/account/whoami
	is_status 200 "$4: who only reads is served"
	rm "$fault"
	say "$3"
	is_status 200 "$4: the same request once it is over"
}
fails 'ENOSPC write' 507 full 'the disk is full'
fails 'EIO write' 500 write 'a write fails'
fails 'EIO sync' 500 sync 'what is written does not reach the disk'
is "$(said)" 'before full write sync' 'each message is there once'

# ------------------------------------------------------------ a whole round
echo 'ENOSPC write' >"$fault"
for n in 1 2 3 4 5 6; do
	bg $n PUT "$here/send/m.room.message/r$n" "$(text r$n)"
done
for n in 1 2 3 4 5 6; do
	bg_wait $n
	is_err 507 M_UNKNOWN "of six at once number $n is refused"
done
rm "$fault"
is "$(said)" 'before full write sync' 'and not there'
for n in 1 2 3 4 5 6; do
	say r$n
	is_status 200 "number $n again"
done
is "$(said)" 'before full write sync r1 r2 r3 r4 r5 r6' 'all are there once'

# ------------------------------------------------------- all begins anew
stop
start
is "$(said)" 'before full write sync r1 r2 r3 r4 r5 r6' \
    'after a new start, too'
say after
is_status 200 'and it goes on'

done_testing
