#!/bin/sh
# An id first, its content later; who asks between waits (client-server API,
# POST /media/v1/create).
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

conf media pending 3
conf serve cgi_wait_max 60s
start
for name in ann bob; do user $name; done
printf 'the content' >"$tmp/text"
printf 'other content' >"$tmp/other"

create() {
	req POST /_matrix/media/v1/create '{}'
	mxc=$(get_json .content_uri)
	mxc=${mxc#mxc://}
}
put() {	# FILE [QUERY]
	type=text/plain
	req_file PUT "$media/upload/$mxc${2-}" "$1"
	type=application/json
}

as ann
before=$(date +%s)000
create
is_status 200 'an id'
like '"content_uri":"mxc://localhost/[A-Za-z0-9]{24}"' 'is a URI'
is_json ".unused_expires_at >= $before + 86400000 and .unused_expires_at < $before + 90000000" \
    true 'good for a day'
fetch "$mxc" '?timeout_ms=0'
is_err 504 M_NOT_YET_UPLOADED 'there is nothing yet'
fetch "$mxc" '?timeout_ms=100'
is_err 504 M_NOT_YET_UPLOADED 'nor a moment later'
req GET "$media/download/$mxc?timeout_ms=0"
is_err 504 M_NOT_YET_UPLOADED 'nor without a token'
fetch "$mxc" '?timeout_ms=-1';	is_err 400 M_INVALID_PARAM 'no time'
fetch "$mxc" '?timeout_ms=x';	is_err 400 M_INVALID_PARAM 'no number'
as bob
put "$tmp/text";		is_err 403 M_FORBIDDEN 'another may not upload it'
is "$(files)" '0 0' 'and leaves nothing'

bg one GET "$v1/download/$mxc?timeout_ms=50000"
bg two GET "$media/download/$mxc/by.name?timeout_ms=50000"
# As CGI one can see that they wait.
until [ "$T" = fcgi ] ||
    [ "$(find "$tmp/run/bells" -type s 2>/dev/null | wc -l)" -ge 2 ]; do
	sleep 0.02
done
as ann
put "$tmp/text" '?filename=a.txt'
is_status 200 'its content'
is_json . '{}' 'is taken'
bg_wait one
is_status 200 'who waited is answered'
same "$tmp/text" 'with the content'
is_head '^content-disposition: inline; filename="a.txt"' 'and its name'
bg_wait two
is_status 200 'and who waited without a token'
same "$tmp/text" 'with the same'
is_head '^content-disposition: inline; filename="by.name"' 'by the name in their path'
fetch;	same "$tmp/text" 'it stays'
put "$tmp/other"
is_err 409 M_CANNOT_OVERWRITE_MEDIA 'it is not replaced'
as bob
put "$tmp/other"
is_err 403 M_FORBIDDEN 'by others neither'
fetch;	same "$tmp/text" 'it stays what it was'
is "$(files)" '1 0' 'in one file'

as ann
mxc=localhost/AAAAAAAAAAAAAAAAAAAAAAAA
put "$tmp/text";	is_err 404 M_NOT_FOUND 'an id that nobody has created'
mxc=example.org/AAAAAAAAAAAAAAAAAAAAAAAA
put "$tmp/text";	is_err 404 M_NOT_FOUND "another server's"
upload "$tmp/text" text/plain
put "$tmp/other";	is_err 409 M_CANNOT_OVERWRITE_MEDIA 'what POST has made'

# ------------------------------------------------- many at once, for one id

create
both=$mxc
head -c 3000000 /dev/urandom >"$tmp/large"
for n in 1 2 3 4; do
	printf 'content %s' $n | cat - "$tmp/large" >"$tmp/sent$n"
	send "$tmp/put$n" PUT "$media/upload/$both" "$tmp/sent$n" &
	eval "pid$n=\$!"
done
for n in 1 2 3 4; do eval "wait \$pid$n"; done
is "$(cat "$tmp"/put?.status | sort | uniq -c | tr -s ' ' | tr '\n' ';')" \
    ' 1 200; 3 409;' 'of four at once one is the content'
winner=$(grep -l '^200' "$tmp"/put?.status)
winner=${winner%.status}
fetch "$both"
same "$tmp/sent${winner#"$tmp"/put}" 'the one that was told so'
is "$(files)" '3 0' 'and the others left nothing'

# ------------------------------------------------------------------- limits

for n in 1 2 3; do
	create
	is_status 200 "id $n without content"
	eval "mxc$n=\$mxc"
done
create
is_err 429 M_LIMIT_EXCEEDED 'no fourth'
is_json '.retry_after_ms > 80000000' true 'before the first has expired'
is_head '^retry-after: [0-9]' 'as the head says, too'
as bob
create
is_status 200 'others may'
as ann
mxc=$mxc2
put "$tmp/text";	is_status 200 'content makes room'
create;			is_status 200 'for another'

stop
conf media unused_life 1ms
start
as bob
create
is_status 200 'an id for a millisecond'
put "$tmp/text";	is_err 404 M_NOT_FOUND 'is too late'
fetch "$mxc";		is_err 404 M_NOT_FOUND 'and is not waited for'
create;			is_status 200 'it makes room by itself'
MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
ok $? 'the housekeeper comes'
admin media list --user @bob:localhost --json
is "$(jq -r .state "$tmp/body" | sort | uniq -c | tr -s ' ')" ' 1 awaited' \
    'and only what may still get its content is left'
done_testing
