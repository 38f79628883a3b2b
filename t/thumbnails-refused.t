#!/bin/sh
# Of what there are no thumbnails: wishes that make no sense, files that are no
# pictures or want to be too much, media that nobody may see.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"
. "$SRC/t/pictures.sh"

need_thumbnailer
conf media thumbnailers 1
start
for name in ann bob; do user $name; done
picture photo photo.png 400 300

# ------------------------------------------------------------------ wishes

as ann
upload "$tmp/photo.png" image/png
photo=$mxc
for wish in width=x\&height=32 width=32\&height=-1 width=0\&height=32 \
    width=32\&height=0 width=1.5\&height=32 width=\&height=32 \
    width=32\&height=99999999999999999999 width=32\&height=32x \
    width=32\&height=32\&method=stretch width=32\&height=32\&method= \
    width=32\&height=32\&animated=maybe; do
	thumb "$photo" "$wish";	is_err 400 M_UNKNOWN "a wish that makes no sense: $wish"
	req GET "$media/thumbnail/$photo?$wish"
	is_err 400 M_UNKNOWN "nor does it without a token: $wish"
done
thumb "$photo" width=32;	is_err 400 M_MISSING_PARAM 'no height'
thumb "$photo" height=32;	is_err 400 M_MISSING_PARAM 'no width'
thumb "$photo" 'width=32&height=32&timeout_ms=soon'
is_err 400 M_INVALID_PARAM 'a time that is none'
is "$(files)" '1 0' 'nothing was made'

# ------------------------------------------------------------- names and ids

size='?width=32&height=32&method=crop'
for path in ../x ..%2f..%2fetc%2fpasswd %2e%2e/%2e%2e a%2fb a%5cb a%00b \
    'mxcgi.conf' '%c3%a9' 'a.b' "$(printf %0256d 0)"; do
	req GET "$v1/thumbnail/localhost/$path$size"
	is "${status%[0-9][0-9]}" 4 "an id that leads elsewhere: $path (security 23)"
	like '"errcode":"M_' 'is refused'
done
for server in .. %2e%2e ..%2f.. localhost%2f.. %00 local%20host; do
	req GET "$v1/thumbnail/$server/${photo#*/}$size"
	is "${status%[0-9][0-9]}" 4 "a server name that leads elsewhere: $server (security 23)"
done
req GET "$v1/thumbnail/elsewhere.example/${photo#*/}$size"
is_err 404 M_NOT_FOUND 'MED-2: another server is not asked'
thumb localhost/AAAAAAAAAAAAAAAAAAAAAAAA 'width=32&height=32'
is_err 404 M_NOT_FOUND 'what is not there'

# ------------------------------------------------------------- no pictures

refused() {	# FILE TYPE STATUS ERRCODE NAME
	upload "$tmp/$1" "$2"
	thumb "$mxc" 'width=32&height=32&method=crop'
	is_err "$3" "$4" "$5"
	thumb "$mxc" 'width=32&height=32&method=crop&animated=true'
	is_err "$3" "$4" "$5, nor one that moves"
	thumb "$mxc" 'width=3000&height=3000'
	is_err "$3" "$4" "$5, nor itself"
}
none() { refused "$1" "$2" 400 M_UNKNOWN "$3"; }

printf '<html><script>alert(1)</script></html>' >"$tmp/html"
none html image/png 'a page that is called a picture (security 25)'
printf '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>' >"$tmp/svg"
none svg image/svg+xml 'SVG (security 24)'
: >"$tmp/empty"
none empty image/png 'nothing at all'
printf '%%PDF-1.4\n1 0 obj\n' >"$tmp/pdf"
none pdf image/jpeg 'PDF (security 24)'
vips tiffsave "$tmp/photo.png" "$tmp/tiff" || bail_out 'no TIFF'
none tiff image/tiff 'TIFF (security 24)'
printf 'P6\n2 2\n255\nabcdefghijkl' >"$tmp/ppm"
none ppm image/png 'PPM (security 24)'
printf '\211PNG\r\n\032\n' >"$tmp/head"
head -c 200 /dev/urandom >>"$tmp/head"
none head image/png 'a head, and then noise'

# Broken ones: smaller than the original that nobody looks into.
broken() {
	upload "$tmp/$1" image/png
	for wish in '' '&animated=true'; do
		thumb "$mxc" "width=32&height=32&method=crop$wish"
		is_err 400 M_UNKNOWN "$2$wish"
	done
}
vips jpegsave "$tmp/photo.png" "$tmp/photo.jpg"
vips webpsave "$tmp/photo.png" "$tmp/photo.webp"
vips gifsave "$tmp/photo.png" "$tmp/photo.gif"
for kind in png jpg webp gif; do
	head -c $(($(wc -c <"$tmp/photo.$kind") / 2)) "$tmp/photo.$kind" >"$tmp/half.$kind"
	broken half.$kind "half of a picture: $kind"
done

# ---------------------------------------------------------------- too large

too_large() { refused "$1" image/png 413 M_TOO_LARGE "$2"; }
picture bomb bomb.png 50000 50000
too_large bomb.png 'MED-6: a bomb: 50000 times 50000 pixels (security 24)'
# The same, whose head lies about it: what it says is what counts.
{ head -c 16 "$tmp/bomb.png"; printf '\0\0\1\0\0\0\1\0'; tail -c +25 "$tmp/bomb.png"; } \
    >"$tmp/liar.png"
broken liar.png 'a bomb that says it is none'
picture gif one.gif 1 30 30
{ head -c 6 "$tmp/one.gif"; printf '\377\377\377\377'; tail -c +11 "$tmp/one.gif"; } \
    >"$tmp/wide.gif"
too_large wide.gif 'MED-6: a GIF as large as can be (security 24)'
picture gif many.gif 2000 100 100
upload "$tmp/many.gif" image/gif
thumb "$mxc" 'width=32&height=32&method=crop&animated=true'
is_status 200 'a GIF of more frames than are drawn'
is_picture 'jpegload 32x32' 'stands still (security 24)'
was=$(files)
thumb "$photo" 'width=32&height=32&method=crop'
is_status 200 'afterwards a picture is drawn as ever'
is "$(files)" "$((${was% *} + 1)) 0" 'and of what was refused nothing is left'

# --------------------------------------------------------- who sees them

thumb "$photo" 'width=32&height=32&method=crop'
admin media quarantine "mxc://$photo"
for wish in 'width=32&height=32&method=crop' 'width=320&height=240' 'width=3000&height=3000'; do
	thumb "$photo" "$wish"
	is_err 404 M_NOT_FOUND "quarantined: $wish"
	req GET "$media/thumbnail/$photo?$wish"
	is_err 404 M_NOT_FOUND "nor without a token: $wish"
done
admin media release "mxc://$photo"
thumb "$photo" 'width=32&height=32&method=crop'
is_status 200 'released'
token=
thumb "$photo" 'width=32&height=32';	is_err 401 M_MISSING_TOKEN 'today it needs a token (security 25)'
token=wrong
thumb "$photo" 'width=32&height=32';	is_err 401 M_UNKNOWN_TOKEN 'a right one'
as bob
admin media purge --yes "mxc://$photo"
thumb "$photo" 'width=32&height=32&method=crop'
is_err 404 M_NOT_FOUND 'deleted, with all its thumbnails'
stop
conf media frozen yes
start
as ann
upload "$tmp/photo.png" image/png
thumb "$mxc" 'width=32&height=32&method=crop'
is_status 200 'with a token'
for api in v1 r0 v3; do
	req GET "/_matrix/media/$api/thumbnail/$mxc$size"
	is_err 404 M_NOT_FOUND "$api: frozen (security 25)"
done
done_testing
