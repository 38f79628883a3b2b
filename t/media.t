#!/bin/sh
# The media repository: what is uploaded can be downloaded, with headers under
# which it does no harm (getContent, getContentAuthed, getContentOverrideName,
# getContentOverrideNameAuthed, ...).
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

start
user ann
user bob
head -c 100000 /dev/urandom >"$tmp/bytes"
printf 'some text' >"$tmp/text"
: >"$tmp/empty"

for path in /_matrix/client/v1/media/config $media/config \
    /_matrix/media/r0/config /_matrix/media/v1/config; do
	req GET $path;	is_json . '{"m.upload.size":52428800}' "$path"
done

# ------------------------------------------------------------ up, and down

as ann
upload "$tmp/bytes" image/png 'photo.png'
is_status 200 'an upload'
like '^\{"content_uri":"mxc://localhost/[A-Za-z0-9]{24}"\}$' 'MED-1: has an mxc:// URI'
photo=$mxc
as bob
for path in $v1 $media /_matrix/media/r0 /_matrix/media/v1; do
	req GET "$path/download/$photo"
	is_status 200 "$path: downloaded"
	same "$tmp/bytes" "$path: byte by byte"
	is_head '^content-type: image/png$' "$path: its type"
	is_head '^content-disposition: inline; filename="photo.png"$' "$path: its name"
	is_head '^content-length: 100000$' "$path: its length"
	is_head "^content-security-policy: sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; object-src 'self';\$" \
	    "$path: it runs nothing (security 25)"
	is_head '^x-content-type-options: nosniff$' "$path: nor is its type guessed (security 25)"
	is_head '^cross-origin-resource-policy: cross-origin$' "$path: others may show it (security 25)"
	is_head '^access-control-allow-origin: \*$' "$path: and read it"
	is_head '^referrer-policy: no-referrer$' "$path: it tells nobody where it was seen"
	is_head '^etag: "[0-9a-f]+"$' "$path: it has a tag"
	is_head '^accept-ranges: bytes$' "$path: parts can be had"
done
is_head '^cache-control: public, max-age=[0-9]+, immutable$' 'without a token: caches may keep it'
fetch "$photo"
is_head '^cache-control: private, max-age=[0-9]+, immutable$' 'with one: the client may'
token=
fetch "$photo";			is_err 401 M_MISSING_TOKEN 'today it needs a token (security 25)'
req GET "$media/download/$photo?allow_remote=false&allow_redirect=true&timeout_ms=0"
is_status 200 'MED-5: knowing the URL is sufficient'
same "$tmp/bytes" 'MED-5: to get the content'
as ann
for path in r0 v1; do
	req_file POST /_matrix/media/$path/upload "$tmp/text"
	is_status 200 "upload by $path"
done
upload "$tmp/empty" text/plain
fetch;				is_status 200 'an empty file'
is "$(wc -c <"$tmp/body")" 0 'is empty'
is_head '^content-length: 0$' 'and says so'

# ---------------------------------------------------------- types and names

shows() {	# TYPE DISPOSITION
	upload "$tmp/text" "$1"
	fetch
	is_head "^content-disposition: $2\$" "$1 is shown as $2 (security 25)"
	is "$(sed -n 's/^[Cc]ontent-[Tt]ype: //p' "$tmp/head")" "$1" \
	    "$1 stays its type"
}
shows text/plain inline
shows 'text/plain; charset=utf-8' inline
shows IMAGE/PNG inline
shows audio/x-flac inline
shows text/html attachment
shows image/svg+xml attachment
shows application/pdf attachment
shows text/plainer attachment
shows application/octet-stream attachment
upload "$tmp/text" ''
fetch;	is_head '^content-type: application/octet-stream$' 'no type is a type'
upload "$tmp/text" "text/$(awk 'BEGIN { while (n++ < 300) printf "x" }')"
fetch;	is_head '^content-type: application/octet-stream$' 'nor is one without end'

named() {	# NAME HEADER: of an upload, and of a download
	upload "$tmp/text" text/html "$1"
	fetch
	is "$(grep -i '^content-disposition:' "$tmp/head" | cut -d' ' -f2-)" \
	    "attachment; $2" "the name $(enc "$1")"
	upload "$tmp/text" text/html other
	fetch "$mxc/$(enc "$1")"
	is "$(grep -i '^content-disposition:' "$tmp/head" | cut -d' ' -f2-)" \
	    "attachment; $2" "a download by the name $(enc "$1")"
}
named 'a b;c.txt' 'filename="a b;c.txt"'
named 'say "hi"\x' "filename=\"say _hi__x\"; filename*=UTF-8''say%20%22hi%22%5Cx"
named 'größe.png' "filename=\"gr____e.png\"; filename*=UTF-8''gr%C3%B6%C3%9Fe.png"
named '../../etc/passwd' "filename=\".._.._etc_passwd\"; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd"
named '100%' "filename=\"100_\"; filename*=UTF-8''100%25"
named "$(printf 'a\r\nSet-Cookie: b')" "filename=\"a__Set-Cookie: b\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b"
upload "$tmp/text" text/plain ''
fetch;	is_head '^content-disposition: inline$' 'no name, no filename'
long=$(awk 'BEGIN { while (n++ < 513) printf "x" }')
upload "$tmp/text" text/plain "$long"
is_err 400 M_INVALID_PARAM 'a name that is too long'
upload "$tmp/text" text/plain "${long#x}"
fetch;	is_status 200 'as long as may be'
fetch "$mxc/$long";	is_err 400 M_INVALID_PARAM 'too long in the path'
req_file POST "$media/upload?filename=%ff" "$tmp/text"
is_err 400 M_INVALID_PARAM 'a name that is no text'

# ------------------------------------------------------------------- ranges

ranged() {	# RANGE STATUS CONTENT-RANGE FROM LENGTH
	header="Range: $1"
	fetch "$photo"
	header=
	is_status "$2" "range $1"
	[ -z "$3" ] || is_head "^content-range: bytes $3\$" "range $1: says which part"
	[ -n "$4" ] || return 0
	tail -c "+$(($4 + 1))" "$tmp/bytes" | head -c "$5" >"$tmp/part"
	same "$tmp/part" "range $1: is that part"
}
ranged bytes=0-9 206 0-9/100000 0 10
ranged bytes=99990- 206 99990-99999/100000 99990 10
ranged bytes=-5 206 99995-99999/100000 99995 5
ranged bytes=-999999999 206 0-99999/100000 0 100000
ranged bytes=5-999999999999999999999 206 5-99999/100000 5 99995
ranged bytes=100000- 416 '\*/100000' '' ''
ranged bytes=-0 416 '\*/100000' '' ''
for range in bytes=9-5 bytes= bytes=- bytes=x items=0-9 bytes=0-1,5-6 'bytes=1-2 3'; do
	ranged "$range" 200 '' 0 100000
done
fetch "$photo"
etag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: //p' "$tmp/head")
for tag in "$etag" "W/$etag" "\"x\", $etag" '*'; do
	header="If-None-Match: $tag"
	fetch "$photo"
	is_status 304 "If-None-Match: $tag"
	is "$(wc -c <"$tmp/body")" 0 'has no body'
done
header='If-None-Match: "x"'
fetch "$photo";	is_status 200 'If-None-Match: another'
header=

# -------------------------------------------------------------- what is not

for id in localhost/nothing localhost/AAAAAAAAAAAAAAAAAAAAAAAA; do
	fetch "$id";		is_err 404 M_NOT_FOUND "$id does not exist"
	req GET "$media/download/$id"
	is_err 404 M_NOT_FOUND "$id does not exist without a token"
done
fetch "example.org/${photo#*/}"
is_err 404 M_NOT_FOUND 'MED-2: nobody else is asked yet'
id=${photo#*/}
for bad in ..%2F..%2F..%2Fetc%2Fpasswd %2e%2e "%2Fetc%2Fpasswd" "$id%2F.." \
    ".$id" "$id%20" "$id%c3%a9" "$id." "$id:" ; do
	fetch "localhost/$bad"
	is_err 400 M_INVALID_PARAM "MED-7: the id $bad is none (security 23)"
	req PUT "$media/upload/localhost/$bad" x
	is_err 400 M_INVALID_PARAM "MED-7: nor to upload to (security 23)"
done
for bad in ..%2F.. 127.0.0.1%2F..%2F.. 'local%20host' '-%00' '%2e%2e%2f'; do
	fetch "$bad/$id"
	is_err 400 M_INVALID_PARAM "MED-7: the server $bad is none (security 23)"
done
for path in "$v1/download/localhost" "$v1/download/../../../etc/passwd" \
    "$v1/download/localhost/a/b/c" /_mxcgi/media/ "/_matrix/media/download/$photo" \
    "/_matrix/media/v2/download/$photo" "/_matrix/client/v3/media/download/$photo" \
    "/_matrix/client/v1/download/$photo" "/_matrix/media/v3/create"; do
	req GET "$path"
	[ "$status" = 404 ];	ok $? "$path is no path"
done
deactivate ann
as bob
fetch "$photo";	is_status 200 'what somebody uploaded outlives their account'
done_testing
