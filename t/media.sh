# media.sh - what the tests of the media repository share.  Sourced after lib.sh.
#
# upload FILE TYPE [NAME]    POST it; $mxc is SERVER/ID of what was made
# fetch [PATH] [MORE]        download $mxc, or PATH, by the endpoint of today
# files                      how many files the media directory holds, one a word:
#                            contents, and marks of what is unfinished
# handed_over LABEL          what the web server writes out is as if `media` had
# same FILE NAME             the body is that file's

media=/_matrix/media/v3
v1=/_matrix/client/v1/media

upload() {
	type=$2
	req_file POST "$media/upload${3+?filename=$(enc "$3")}" "$1"
	type=application/json
	mxc=$(get_json .content_uri)
	mxc=${mxc#mxc://}
}
fetch() { req GET "$v1/download/${1-$mxc}${2-}"; }
files() {
	mkdir -p "$tmp/data/media/unfinished"
	echo "$(find "$tmp/data/media" -type f -path '*/??/*' | wc -l)" \
	    "$(find "$tmp/data/media/unfinished" -type f | wc -l)"
}
same() { cmp -s "$1" "$tmp/body"; ok $? "$2"; }

# What is made of a picture, and small pictures themselves.
handed_over_thumbnail() {
	for size in 300 20; do
		python3 "$SRC/t/tools/pictures.py" photo "$tmp/photo.png" $size $size
		upload "$tmp/photo.png" application/octet-stream
		[ $size = 20 ] || [ -x "$BUILD/cgi-bin/thumbnailer" ] || continue
		case $size in
		20)	kind=png suffix=png ;;
		*)	kind=jpeg suffix=jpg ;;
		esac
		for again in first second; do
			req GET "$v1/thumbnail/$mxc?width=96&height=96&method=crop"
			is_status 200 "$1: a thumbnail of $size, the $again time"
			is_head '^last-modified: ' "$1: which the web server writes ($size)"
			is_head "^content-type: image/$kind\$" "$1: its type ($size)"
			is_head "^content-disposition: inline; filename=\"thumbnail.$suffix\"\$" \
			    "$1: its name ($size)"
			is_head '^x-content-type-options: nosniff$' "$1: nor is its type guessed ($size, security 25)"
			is "$(grep -icE '^(content-security-policy|cache-control|access-control-allow-origin|etag|content-type):' "$tmp/head")" \
			    5 "$1: each once ($size)"
			! grep -iqE '^x-(accel|sendfile)' "$tmp/head"
			ok $? "$1: and does not say from where ($size)"
		done
	done
	same "$tmp/photo.png" "$1: a small one is handed over itself"
}

handed_over() {
	user "writer$1"
	head -c 100000 /dev/urandom >"$tmp/bytes"
	upload "$tmp/bytes" image/png 'größe.png'
	is_status 200 "$1: an upload"
	fetch
	is_status 200 "$1: a download"
	same "$tmp/bytes" "$1: byte by byte"
	is_head '^last-modified: ' "$1: which the web server writes"
	! grep -iqE '^x-(accel|sendfile)' "$tmp/head"
	ok $? "$1: and does not say from where"
	is_head '^content-type: image/png$' "$1: its type"
	is_head "^content-disposition: inline; filename=\"gr____e.png\"; filename\*=UTF-8''gr%C3%B6%C3%9Fe.png\$" "$1: its name"
	is_head '^content-length: 100000$' "$1: its length"
	is_head "^content-security-policy: sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; object-src 'self';\$" \
	    "$1: it runs nothing (security 25)"
	is_head '^x-content-type-options: nosniff$' "$1: nor is its type guessed (security 25)"
	is_head '^cross-origin-resource-policy: cross-origin$' "$1: others may show it (security 25)"
	is_head '^access-control-allow-origin: \*$' "$1: and read it"
	is_head '^referrer-policy: no-referrer$' "$1: it tells nobody where it was seen"
	is_head '^cache-control: private, max-age=[0-9]+, immutable$' "$1: the client may keep it"
	is "$(grep -icE '^(content-security-policy|cache-control|access-control-allow-origin|etag):' "$tmp/head")" \
	    4 "$1: each once"
	etag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: //p' "$tmp/head")
	header='Range: bytes=-5'
	fetch
	header="If-None-Match: $etag"
	is_status 206 "$1: a part"
	is_head '^content-range: bytes 99995-99999/100000$' "$1: is that part"
	tail -c 5 "$tmp/bytes" >"$tmp/part"
	same "$tmp/part" "$1: and no more"
	fetch
	header=
	is_status 304 "$1: what the client has is not sent again"
	token=
	req GET "$media/download/$mxc"
	is_status 200 "$1: and without a token"
	same "$tmp/bytes" "$1: the same"
	fetch;	is_err 401 M_MISSING_TOKEN "$1: where one is asked for, it must be there"
	as "writer$1"
	handed_over_thumbnail "$1"
	printf '<script>alert(1)</script>' >"$tmp/html"
	upload "$tmp/html" text/html
	fetch;	is_head '^content-disposition: attachment$' "$1: a page is not shown (security 25)"
	fetch localhost/AAAAAAAAAAAAAAAAAAAAAAAA
	is_err 404 M_NOT_FOUND "$1: what is not there is refused by the program"
}
