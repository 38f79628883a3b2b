#!/bin/sh
# What may not be uploaded is refused, before it comes where that can be, and
# leaves nothing; and media that are no longer served.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

conf media upload_max 100K
conf media quota 250K
conf media quota_files 5
conf accounts guests yes
start
for name in ann bob lee; do user $name; done
head -c 102400 /dev/urandom >"$tmp/most"
head -c 102401 /dev/urandom >"$tmp/more"
printf x >"$tmp/x"

as ann
req GET $v1/config
is_json . '{"m.upload.size":102400}' 'the largest file'
upload "$tmp/more" image/png
is_err 413 M_TOO_LARGE 'MED-6: one byte more'
upload "$tmp/most" image/png
is_status 200 'as much as may be'
fetch;				same "$tmp/most" 'comes back'
token=
upload "$tmp/most" image/png
is_err 401 M_MISSING_TOKEN 'no token'
token=wrong
upload "$tmp/most" image/png
is_err 401 M_UNKNOWN_TOKEN 'a wrong one'
token=
req POST '/_matrix/client/v3/register?kind=guest' '{}'
token=$(get_json .access_token)
upload "$tmp/x" text/plain
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'guests upload nothing'
as ann
upload "$tmp/most" image/png
kept=$mxc
is "$(files)" '2 0' 'what was refused left nothing'

upload "$tmp/most" image/png
is_err 403 M_FORBIDDEN 'MED-6: the quota is used up'
for n in 1 2 3; do
	upload "$tmp/x" text/plain
	is_status 200 "a little fits: $n"
done
upload "$tmp/x" text/plain
is_err 403 M_FORBIDDEN 'MED-6: the number of files is used up'
req POST /_matrix/media/v1/create
is_err 403 M_FORBIDDEN 'so that there are no more ids'
as bob
upload "$tmp/most" image/png
is_status 200 'others have a quota of their own'
as ann
admin media purge --yes "mxc://$kept"
upload "$tmp/most" image/png
is_status 200 'what is deleted makes room'
is "$(files)" '6 0' 'nothing is left over'

# ----------------------------------------------- bodies that are not whole

as bob
was=$(files)
broken() {	# LENGTH BYTES: Content-Length says one thing, the other comes
	if [ "$T" = cgi ]; then
		head -c "$2" "$tmp/most" | env -i PATH="$PATH" \
		    ASAN_OPTIONS="$ASAN_OPTIONS" \
		    MXCGI_CONFIG="$tmp/mxcgi.conf" \
		    REQUEST_METHOD=POST REQUEST_URI="$media/upload" \
		    CONTENT_LENGTH="$1" HTTP_AUTHORIZATION="Bearer $token" \
		    "$BUILD/cgi-bin/media" 2>>"$tmp/log" >"$tmp/out"
	else
		perl "$SRC/t/tools/fcgi-body.pl" "$tmp/run/media.sock" \
		    "$media/upload" "$token" "$1" "$2" >"$tmp/out"
	fi
	status=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$tmp/out")
	sed '1,/^.$/d' "$tmp/out" >"$tmp/body"
}
broken 1000 500;	is_err 400 M_UNKNOWN 'half of what was said (security 28)'
broken -5 500;		is_err 400 M_UNKNOWN 'less than nothing (security 28)'
broken x 500;		is_err 400 M_UNKNOWN 'no number (security 28)'
broken 99999999999 5;	is_err 413 M_TOO_LARGE 'more than may be (security 28)'
broken 99999999999999999999999 5
is_err 400 M_UNKNOWN 'more than there is (security 28)'
is "$(files)" "$was" 'nothing of it is left'
broken 500 1000
if [ "$T" = cgi ]; then
	is_status 200 'more than was said: the rest is not read (security 28)'
	broken '' 500
	is_err 400 M_UNKNOWN 'no length, where an end means nothing (security 28)'
else
	is_err 400 M_UNKNOWN 'more than was said (security 28)'
	broken '' 500;		is_status 200 'no length'
	broken '' 102401;	is_err 413 M_TOO_LARGE 'no length, and too much (security 28)'
fi

# ------------------------------------------------- what is no longer served

as bob
upload "$tmp/x" text/plain
fetch
etag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: //p' "$tmp/head")
admin media quarantine "mxc://$mxc"
[ "$status" = 0 ];	ok $? 'quarantined'
fetch;			is_err 404 M_NOT_FOUND 'nobody gets it'
req GET "$media/download/$mxc"
is_err 404 M_NOT_FOUND 'nor without a token'
for header in 'Range: bytes=0-1' "If-None-Match: $etag" 'If-None-Match: *'; do
	for path in "$v1/download/$mxc" "$v1/download/$mxc/x.txt" \
	    "$media/download/$mxc/x.txt" "$v1/thumbnail/$mxc?width=9&height=9" \
	    "/_matrix/media/v1/thumbnail/$mxc"; do
		req GET "$path"
		is_err 404 M_NOT_FOUND "nor with $header, by $path (security 25)"
	done
done
header=
admin media release "${mxc#*/}"
fetch;			is_status 200 'released'

stop
conf media frozen "$(date -u -d '+2 days' +%Y-%m-%d)"
start
req GET "$media/download/$mxc";	is_status 200 'frozen from a later day on'
stop
conf media frozen 2020-01-01
start
for api in v1 r0 v3; do
	req GET "/_matrix/media/$api/download/$mxc"
	is_err 404 M_NOT_FOUND "$api: frozen before it was uploaded (security 25)"
done
fetch;			is_status 200 'with a token it is there (security 25)'
stop
conf media frozen yes
start
req GET "$media/download/$mxc";	is_err 404 M_NOT_FOUND 'frozen for ever'

# ------------------------------------------------------------------ trouble

stop
conf limits enabled yes
conf limits upload 2/0.001
start
as lee
for n in 1 2; do
	upload "$tmp/x" text/plain
	is_status 200 "upload $n"
done
was=$(files) last=$mxc
upload "$tmp/x" text/plain
is_err 429 M_LIMIT_EXCEEDED 'too often (security 16)'
is_head '^retry-after: ' 'says when'
is "$(files)" "$was" 'before it came'
rm "$tmp/data/media"/??/*
expect_log ' media error .* cannot be read: No such file or directory$'
fetch "$last";		is_err 500 M_UNKNOWN 'a file that is lost'
done_testing
