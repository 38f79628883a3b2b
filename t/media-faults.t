#!/bin/sh
# A disk that fails under an upload, or a thumbnail: it is refused, and leaves
# nothing that stays (security 37).
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"
. "$SRC/t/pictures.sh"

env="LD_PRELOAD=$BUILD/t/faults/faults.so MXCGI_FAULT=$tmp/run/fault"
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
expect_log ' media warn a file cannot be written: No space left on device$'
expect_log ' media error .*: a (file|thumbnail) cannot be synced: Input/output error$'
expect_log ' media error .*(database or disk is full|disk I/O error)'
expect_log ' media warn a round of writes was lost'
start
user ann
head -c 200000 /dev/urandom >"$tmp/bytes"
upload "$tmp/bytes" image/png
first=$mxc

failing() {	# FAULT STATUS FILES
	echo "$1" >"$tmp/run/fault"
	upload "$tmp/bytes" image/png
	is_err "$2" M_UNKNOWN "$1: an upload is refused"
	fetch "$first"
	same "$tmp/bytes" "$1: what is there is served"
	is "$(files)" "$3" "$1: and nothing is left but what may be meant"
	rm "$tmp/run/fault"
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
	is "$(files)" "$kept 0" "$1: which the housekeeper removes"
	upload "$tmp/bytes" image/png
	is_status 200 "$1: it is over"
	fetch
	same "$tmp/bytes" "$1: and all is well"
	kept=$((kept + 1))
}
kept=1
failing 'ENOSPC write media' 507 '1 0'
failing 'EIO sync media' 500 '2 0'
# The file is there, and whether a row speaks of it the disk did not say.
failing 'ENOSPC write' 507 '4 1'

# --------------------------------------------------------------- thumbnails

failing_thumbnail() {	# FAULT STATUS FILES
	thumb "$mxc" 'width=1000&height=1000'
	echo "$1" >"$tmp/run/fault"
	thumb "$mxc" "$4"
	is_err "$2" M_UNKNOWN "$1: a thumbnail is refused"
	thumb "$mxc" 'width=1000&height=1000'
	same "$tmp/photo.png" "$1: the original is served"
	is "$(files)" "$3" "$1: and nothing is left but what may be meant"
	rm "$tmp/run/fault"
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
	is "$(files)" "$kept 0" "$1: which the housekeeper removes"
	thumb "$mxc" "$4"
	is_status 200 "$1: it is over, and the thumbnail is made"
	kept=$((kept + 1))
	is "$(files)" "$kept 0" "$1: and kept"
}
if [ -x "$BUILD/cgi-bin/thumbnailer" ]; then
	picture photo photo.png 400 300
	upload "$tmp/photo.png" image/png
	kept=$((kept + 1))
	failing_thumbnail 'EIO sync media' 500 "$kept 0" \
	    'width=32&height=32&method=crop'
	failing_thumbnail 'ENOSPC write' 507 "$((kept + 1)) 1" \
	    'width=96&height=96&method=crop'
fi
done_testing
