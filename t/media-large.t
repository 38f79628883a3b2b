#!/bin/sh
# 200 MB up and down, with little memory; and uploads that end in the middle.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

size=209715200
conf media upload_max 200M
start
user ann
head -c 8388608 /dev/urandom >"$tmp/8M"
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
	cat "$tmp/8M"
done >"$tmp/large"

# The memory that `media` had at most, in kB.
peak() {
	if [ "$T" = cgi ]; then
		cat "$tmp/peak"
	else
		sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(pids_of media)/status"
	fi
}
is_small() {
	if ldd "$BUILD/cgi-bin/media" | grep -q asan; then
		ok 0 "$1 # SKIP the sanitizer takes more than we do"
	else
		[ "$(peak)" -lt 8192 ]
		ok $? "$1: $(peak) kB"
	fi
}

guard="sh $SRC/t/tools/peak.sh $tmp/peak"
upload "$tmp/large" video/mp4
is_status 200 'a large upload'
is_small 'does not go through memory'
fetch
is_status 200 'and a large download'
is_head "^content-length: $size\$" 'of that length'
is_small 'neither'
same "$tmp/large" 'it comes back as it was'
guard=
header='Range: bytes=209715190-'
fetch
header=
is_status 206 'its last bytes'
tail -c 10 "$tmp/large" >"$tmp/end"
same "$tmp/end" 'are the last'
is "$(files)" '1 0' 'in one file'

# ------------------------------------------------------------- in the middle

# half: an upload of which nothing more comes until $tmp/go is closed.
mkfifo "$tmp/go"
note='echo $$ >"$0"; exec "$@"'
half() {
	{ head -c 1000000 "$tmp/8M"; cat "$tmp/go"; } |
	    if [ "$T" = cgi ]; then
		env -i PATH="$PATH" ASAN_OPTIONS="$ASAN_OPTIONS" \
		    MXCGI_CONFIG="$tmp/mxcgi.conf" \
		    REQUEST_METHOD=POST REQUEST_URI="$media/upload" \
		    CONTENT_LENGTH=2000000 \
		    HTTP_AUTHORIZATION="Bearer $token" \
		    sh -c "$note" "$tmp/half.pid" "$BUILD/cgi-bin/media"
	    else
		sh -c "$note" "$tmp/half.pid" curl -sS --max-time 60 \
		    --unix-socket "$tmp/http.sock" \
		    -H "Authorization: Bearer $token" -H 'Expect:' -T - -X POST \
		    "http://localhost$media/upload"
	    fi >"$tmp/half" 2>&1
}
begin_half() {
	half &
	half=$!
	# The other end of the pipe has to be there for as long.
	exec 4>"$tmp/go"
	until [ "$(files)" = '2 1' ] && [ "$(find "$tmp/data/media" \
	    -path '*/??/*' -size -1000001c -size +900000c | wc -l)" = 1 ]; do
		sleep 0.02
	done
}
end_half() { exec 4>&-; wait $half; }

begin_half
kill "$(cat "$tmp/half.pid")"
end_half 2>/dev/null
if [ "$T" = fcgi ]; then
	until [ "$(files)" = '1 0' ]; do sleep 0.02; done
	ok 0 'an upload whose client leaves leaves nothing'
else
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
	is "$(files)" '1 0' 'what a CGI leaves that is ended goes with the housekeeper'
fi

begin_half
MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
is "$(files)" '2 1' 'the housekeeper leaves what is still coming'
if [ "$T" = cgi ]; then
	kill -9 "$(cat "$tmp/half.pid")"
else
	expect_log ' mxcgi error media was ended by signal 9'
	expect_log '104: Connection reset by peer'
	expect_log 'upstream prematurely closed'
	expect_log 'sendfile\(\) failed|writev\(\) failed|send\(\) failed'
	kill -9 "$(pids_of media)"
fi
end_half 2>/dev/null
is "$(files)" '2 1' 'after kill -9 something is left'
MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
is "$(files)" '1 0' 'until the housekeeper comes (security 36)'
upload "$tmp/8M" image/png
is_status 200 'and it goes on'
fetch;	same "$tmp/8M" 'as before'
done_testing
