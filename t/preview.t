#!/bin/sh
# Previews of web pages: what they say of themselves, their pictures, and what
# pages cannot do to this server.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"
. "$SRC/t/tools/pages.sh"

pages_start
conf preview picture_max 100K
conf preview deny 'denied.example *.denied.example'
conf accounts guests yes
start
user ann
user bob

# title PATH WANT NAME: the page has that title, and nothing more.
title() {
	preview "$1"
	is_json . "{\"og:title\":\"$2\"}" "$3"
}

# -------------------------------------------------------------------- kind ones
as ann
preview /graph
is_status 200 'getUrlPreviewAuthed: a page'
is_json 'del(."og:image", ."matrix:image:size")' "{\"og:audio\":\"$pages/sound.ogg\",\"og:description\":\"It is fine\",\"og:image:alt\":\"a cat\",\"og:image:height\":32,\"og:image:type\":\"image/png\",\"og:image:width\":48,\"og:site_name\":\"Pages\",\"og:title\":\"A & B\",\"og:type\":\"article\",\"og:url\":\"$pages/graph\"}" \
    'its Open Graph, URLs whole, and none that is a script'
like '"og:image":"mxc://localhost/[A-Za-z0-9]{24}"' 'its picture is media of this server'
mxc=$(get_json '."og:image"')
mxc=${mxc#mxc://}
size=$(get_json '."matrix:image:size"')
cp "$tmp/body" "$tmp/first"
curl -s "$pages/cat.png" >"$tmp/cat"
as bob
fetch
same "$tmp/cat" 'which anybody downloads'
is_head '^content-type: image/png$' 'as what it is'
is "$size" "$(($(wc -c <"$tmp/cat")))" 'as large as was said'
for path in /_matrix/media/v3 /_matrix/media/r0 /_matrix/media/v1; do
	req GET "$path/preview_url?url=$(enc "$pages/graph#part")&ts=$(date +%s)000"
	same "$tmp/first" "getUrlPreview: the same by $path, whatever the fragment"
done
is "$(asked /graph)" 1 'for all of them the page was asked once'
is "$(files)" '1 1' 'and its picture kept once'
housekeep
is "$(files)" '1 0' 'which the housekeeper finds is known'
preview /utf8
is_json . '{"og:description":"日本","og:title":"Größe"}' 'UTF-8'
title /latin1 'Größe' 'Latin-1, as the header says (security 27)'
title /sjis '日本' 'Shift_JIS, as the page says (security 27)'
title /broken 'a��b���' 'broken UTF-8 is mended (security 27)'
preview /plain
is_json '[."og:title", ."og:description", ."og:image:width"]' '["Heading","Some text.",48]' 'a page that says nothing: what it shows'
preview /cat.png
is_json 'keys' '["matrix:image:size","og:image","og:image:height","og:image:type","og:image:width"]' 'a picture that is linked'
is "$(get_json '."og:image"')" "mxc://$mxc" 'the same content is the same media'
preview /some.gif
is_json '[."og:image:type", ."og:image:width", ."og:image:height"]' '["image/gif",5,4]' 'a GIF'
preview /some.jpg
is_json '[."og:image:type", ."og:image:width", ."og:image:height"]' '["image/jpeg",4,2]' 'a JPEG'
preview /to/graph
is_json '."og:title"' '"A & B"' 'where a redirect leads'
preview '/graph?a=b&c=%20d'
is_json '."og:title"' '"A & B"' 'a query'
is "$(asked '/graph?a=b&c=%20d')" 1 'as it was given'
for path in /silent /script /pdf /empty.png /text.png /pic.svg; do
	preview $path;	is_status 200 "$path: an answer"
	is_json . '{}' "$path: nothing to tell of"
done

# ------------------------------------------------------------------ what is asked
bad() {
	req GET "$v1/preview_url$1"
	is_err 400 "$2" "$3"
}
bad '' M_MISSING_PARAM 'no url'
bad '?url=' M_INVALID_PARAM 'an empty one'
bad '?url=example.org' M_INVALID_PARAM 'one without a scheme'
bad "?url=$(enc 'file:///etc/passwd')" M_INVALID_PARAM 'a file (security 26)'
bad "?url=$(enc 'ftp://127.0.0.1/x')" M_INVALID_PARAM 'ftp (security 26)'
bad "?url=$(enc 'javascript:alert(1)')" M_INVALID_PARAM 'a script'
bad "?url=$(enc "http://user:pw@${pages#http://}/graph")" M_INVALID_PARAM 'credentials (security 26)'
bad "?url=$(enc "http://u%40@${pages#http://}/graph")" M_INVALID_PARAM 'in whatever form'
bad "?url=$(enc 'http://a b/')" M_INVALID_PARAM 'a blank in a name'
bad "?url=$(enc 'http://a
b/')" M_INVALID_PARAM 'a line end (security 26)'
bad "?url=$(enc 'http://[x]/')" M_INVALID_PARAM 'no address'
bad "?url=$(enc "http://e.org/$(head -c 2100 /dev/zero | tr '\0' x)")" M_INVALID_PARAM 'one that is too long'
bad "?url=$(enc "$pages/graph")&ts=x" M_INVALID_PARAM 'a ts that is no number'
token=
preview /graph;		is_err 401 M_MISSING_TOKEN 'no token'
req GET "$media/preview_url?url=$(enc "$pages/graph")"
is_err 401 M_MISSING_TOKEN 'nor by the old path'
req POST '/_matrix/client/v3/register?kind=guest' '{}'
token=$(get_json .access_token)
preview /graph;		is_err 403 M_GUEST_ACCESS_FORBIDDEN 'guests look at none'
as ann

# ----------------------------------------------------------- where it does not go
refused() { preview "$1"; is_err "$2" "$3" "$4"; }
refused /404 502 M_UNKNOWN 'a page that is not there'
refused /404 502 M_UNKNOWN 'nor the next time'
is "$(asked /404)" 1 'for which it is not asked at once'
refused /to/inside 502 M_UNKNOWN 'a redirect to an address inside (security 26)'
refused /to/ten 502 M_UNKNOWN 'to one of 10.0.0.0/8 (security 26)'
refused /to/file 502 M_UNKNOWN 'to a file (security 26)'
refused /to/ftp 502 M_UNKNOWN 'to ftp (security 26)'
refused /to/user 502 M_UNKNOWN 'with credentials (security 26)'
refused /to/loop 502 M_UNKNOWN 'round in a circle (security 26)'
is "$(asked /to/loop)" 6 'five times'
refused /to/nowhere 502 M_UNKNOWN 'to nowhere'
refused /to/port 403 M_FORBIDDEN 'to another port (security 26)'
refused /to/denied 403 M_FORBIDDEN 'to a host that is denied (security 26)'
for url in http://denied.example/ https://a.DENIED.example./ http://127.0.0.1:22/; do
	req GET "$v1/preview_url?url=$(enc "$url")"
	is_err 403 M_FORBIDDEN "$url (security 26)"
done
for host in 127.0.0.2 127.2 2130706434 0x7f.2 0 10.0.0.1 169.254.169.254 '[::1]' '[::ffff:127.0.0.1]'; do
	req GET "$v1/preview_url?url=$(enc "http://$host:${pages##*:}/graph")"
	is_err 502 M_UNKNOWN "$host is inside (security 26)"
done
for path in insideimage fileimage noimage svgimage liar bigimage slowimage endlessimage; do
	preview /$path
	is_json 'keys' '["og:title"]' "/$path: the page without its picture (security 26)"
done
is "$(grep -c '^127.0.0.2' "$pg/log")" 0 'nobody came to the address inside (security 26)'
is "$(grep -vc ' -$' "$pg/log")" 0 'nothing compressed was asked for (security 26)'

# ------------------------------------------------------------------- hostile ones
preview /deep
is_json . '{"og:description":"the bottom"}' '150,000 levels (security 27)'
preview /huge
is_json '[."og:title", (."og:description" | length)]' '["t",301]' 'a huge attribute (security 27)'
preview /long
is_json '[."og:title", (."og:description" | length)]' '["long",301]' 'a long page: its beginning is enough (security 27)'
preview /endless
is_json '."og:title"' '"endless"' 'one without end, too (security 26)'
title /controls 'a[31m bc' 'no control characters, nor turns of direction'
preview /gzip
is_json . '{}' 'what is packed is not unpacked (security 26)'
refused /slow 502 M_UNKNOWN 'one that takes too long (security 26)'
refused /heads 502 M_UNKNOWN 'headers without end (security 26)'
housekeep
is "$(files)" '3 0' 'of pictures that were refused nothing is left'

# --------------------------------------------------------------- many who ask
if [ "$T" = fcgi ]; then
	for n in 1 2 3 4 5; do
		[ $((n % 2)) = 0 ] && as ann || as bob
		bg $n GET "$v1/preview_url?url=$(enc "$pages/hold/many")"
	done
	until [ "$(asked /hold/many)" -gt 0 ]; do sleep 0.02; done
	: >"$pg/many"
	for n in 1 2 3 4 5; do
		bg_wait $n
		is_json . '{"og:title":"many"}' "of many who ask together: $n"
	done
	is "$(asked /hold/many)" 1 'one page for all'

	# Whose client leaves keeps nobody from it.
	as bob
	curl -s --max-time 1 --unix-socket "$tmp/http.sock" \
	    -H "Authorization: Bearer $token" \
	    "http://$host$v1/preview_url?url=$(enc "$pages/hold/left")" >"$tmp/out" &
	gone=$!
	until [ "$(asked /hold/left)" -gt 0 ]; do sleep 0.02; done
	as ann
	bg stays GET "$v1/preview_url?url=$(enc "$pages/hold/left")"
	wait $gone
	: >"$pg/left"
	bg_wait stays
	is_json . '{"og:title":"left"}' 'the one who had it fetched may leave'
fi

# ------------------------------------------------------------ what is kept, when
stop
conf preview fresh_life 1ms
start
as ann
now() { date +%s%3N; }
tick() { then=$(now); until [ "$(now)" -gt $((then + 1)) ]; do :; done; }
echo '<title>one</title>' >"$pg/page"
before=$(now)
tick
title /file/page one 'a page'
tick
between=$(now)
tick
echo '<title>two</title>' >"$pg/page"
title /file/page two 'what it says later'
preview /file/page "&ts=$before"
is_json . '{"og:title":"one"}' 'the first that is known after ts'
preview /file/page "&ts=$between"
is_json . '{"og:title":"two"}' 'what was old by then does not count'
preview /file/page "&ts=-1"
is_json . '{"og:title":"one"}' 'of before 1970'
preview /file/page "&ts=9000000000000000"
is_json . '{"og:title":"two"}' 'of some time to come'
preview /graph
is "$(get_json '."og:image"')" "mxc://$mxc" 'a page that has not changed has the same picture'
admin media quarantine "mxc://$mxc"
preview /graph
is_json '[."og:title", has("og:image")]' '["A & B",false]' 'a picture that is quarantined does not come back'
preview /cat2.png
is_json . '{}' 'by whatever page'
fetch;	is_err 404 M_NOT_FOUND 'nor is it served'
admin media release "mxc://$mxc"
preview /graph
is "$(get_json '."og:image"')" "mxc://$mxc" 'until it is released'

stop
conf preview fresh_life 1h
conf preview entries 3
start
as ann
for n in 1 2 3 4; do
	preview /number/$n
	is_json '[."og:title", ."og:image:height"]' "[\"$n\",$n]" "another page: $n"
	mxc=$(get_json '."og:image"')
	eval "mxc_$n=\${mxc#mxc://}"
done
housekeep
is "$(files)" '3 0' 'the newest are kept, and so are their pictures'
fetch "$mxc_1";		is_err 404 M_NOT_FOUND 'not that of the oldest'
fetch "$mxc_4";		is_status 200 'but that of the newest'
preview /number/1
is_json '."og:title"' '"1"' 'the oldest page is asked again'
is "$(asked /number/1)" 2 'since it was forgotten'
admin media purge --yes "mxc://$mxc_4"
preview /number/4
is_json . '{"og:title":"4"}' 'a picture that is deleted is not told of'
stop
conf preview space 1
start
as ann
preview /number/5
is_json '."og:image:height"' 5 'there is always room for the last'
housekeep
is "$(files)" '1 0' 'those before it go where there is no space'
stop
conf preview life 1ms
start
tick
housekeep
is "$(files)" '0 0' 'and all that is old'

# ------------------------------------------------------------------------- off
preview /utf8;		is_status 200 'a page that is known'
stop
conf preview deny 127.0.0.1
start
as ann
preview /utf8;		is_err 403 M_FORBIDDEN 'is not told of any more once it is denied'
stop
conf preview deny ''
conf preview enabled no
start
as ann
preview /graph;		is_err 404 M_UNRECOGNIZED 'where they are turned off'
token=
preview /graph;		is_err 401 M_MISSING_TOKEN 'which strangers are not told'
stop
conf preview enabled yes
conf limits enabled yes
conf limits preview 2/0.001
start
as ann
preview /utf8;		is_status 200 'one'
preview /utf8;		is_status 200 'two'
preview /utf8;		is_err 429 M_LIMIT_EXCEEDED 'so many in so much time (security 16)'
is_head '^retry-after: [0-9]+$' 'and when again'
done_testing
