#!/bin/sh
# Thumbnails: of every kind of picture, in the sizes of the specification, never
# larger than the original, turned and without what else a photo tells.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"
. "$SRC/t/pictures.sh"

need_thumbnailer
start
user ann
user bob
draw_pictures

# ------------------------------------------------------ sizes and methods

as ann
upload "$tmp/photo.jpg" image/jpeg 'photo.jpg'
photo=$mxc
as bob
thumb "$photo" 'width=320&height=240'
is_status 200 'a thumbnail'
is_picture 'jpegload 320x213' 'MED-3: scaled, as a whole, in the box'
looks_like "$tmp/photo.jpg" 'it is that picture'
is_head '^content-type: image/jpeg$' 'its type'
is_head '^content-disposition: inline; filename="thumbnail.jpg"$' 'its name'
is_head "^content-security-policy: sandbox; default-src 'none';" 'it runs nothing (security 25)'
is_head '^x-content-type-options: nosniff$' 'nor is its type guessed (security 25)'
is_head '^cross-origin-resource-policy: cross-origin$' 'others may show it (security 25)'
is_head '^cache-control: private, max-age=[0-9]+, immutable$' 'the client may keep it'
etag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: //p' "$tmp/head")
cp "$tmp/body" "$tmp/first"
thumb "$photo" 'width=320&height=240'
same "$tmp/first" 'once more: the same'
is_head "^etag: $etag\$" 'nothing was made anew'
header="If-None-Match: $etag"
thumb "$photo" 'width=320&height=240'
header=
is_status 304 'a client that has it'

# wish, what comes: the sizes of the specification, or the next larger one.
n=0
while read -r wish want; do
	thumb "$photo" "$wish"
	is_status 200 "$wish"
	is_picture "jpegload $want" "getContentThumbnailAuthed: $wish gives $want"
done <<END
width=32&height=32&method=crop 32x32
width=1&height=1&method=crop 32x32
width=40&height=30&method=crop 320x240
width=96&height=96&method=crop 96x96
width=97&height=97&method=crop 320x320
width=400&height=400&method=crop 640x640
width=200&height=150&method=crop 320x240
width=150&height=200&method=crop 240x320
width=800&height=600&method=crop 800x600
width=1&height=1&method=scale 320x213
width=300&height=200 320x213
width=321&height=1 640x427
width=1&height=241 640x427
width=640&height=480&method=scale 640x427
width=641&height=100&animated=true 800x533
width=800&height=600&animated=false 800x533
END
for path in v1 r0 v3; do
	token=
	req GET "/_matrix/media/$path/thumbnail/$photo?width=32&height=32&method=crop&allow_remote=false&allow_redirect=true&timeout_ms=0"
	is_status 200 "getContentThumbnail: $path: without a token"
	is_picture 'jpegload 32x32' "$path: the same"
	is_head '^cache-control: public, max-age=[0-9]+, immutable$' "$path: caches may keep it"
done
as bob
req GET "/_matrix/media/v1/thumbnail/$photo"
is_picture 'jpegload 320x213' '2015 has the size optional'

# --------------------------------------------- what is handed out itself

thumb "$photo" 'width=801&height=600'
is_status 200 'larger than any thumbnail'
same "$tmp/photo.jpg" 'MED-4: is the original, since nothing else is as large'
thumb "$photo" 'width=99999999999&height=600&method=crop'
same "$tmp/photo.jpg" 'however large'
is_head '^content-disposition: inline; filename="thumbnail.jpg"$' 'named as a thumbnail'
as ann
upload "$tmp/small.png" application/octet-stream
thumb "$mxc" 'width=320&height=240'
same "$tmp/small.png" 'MED-4: what is smaller is not made larger'
is_head '^content-type: image/png$' 'its type is what it is, not what it was called'
thumb "$mxc" 'width=96&height=96&method=crop'
same "$tmp/small.png" 'nor is it cropped'
thumb "$mxc" 'width=16&height=16&method=crop'
is_picture "jpegload 30x30" 'MED-4: unless it is larger than the wish: then as large as it can be'
upload "$tmp/square.png" image/png
thumb "$mxc" 'width=33&height=33&method=crop'
same "$tmp/square.png" 'MED-4: what has the right shape, and is no larger than the thumbnail'

# ------------------------------------------------------- kinds of pictures

for picture in photo.png photo.webp photo.gif grey.jpg deep.png cmyk.jpg opaque.png; do
	upload "$tmp/$picture" image/x-wrong
	thumb "$mxc" 'width=320&height=240'
	is_picture 'jpegload 320x213' "$picture"
	case $picture in
	grey.jpg)	looks_like "$tmp/grey.jpg" 'in grey' ;;
	cmyk.jpg)	looks_like "$tmp/photo.jpg" 'colours that are printed' 60 ;;
	*)		looks_like "$tmp/photo.jpg" "$picture: looks like it" ;;
	esac
done
for picture in glass.png glass.webp; do
	upload "$tmp/$picture" image/png
	thumb "$mxc" 'width=320&height=240'
	is_picture 'pngload 320x213' "$picture: what can be seen through is PNG"
	is "$(vips getpoint "$tmp/body" 10 10 | cut -d ' ' -f 4)" 0 "$picture: it is still seen through"
	is "$(vips getpoint "$tmp/body" 310 200 | cut -d ' ' -f 4)" 255 "$picture: and not everywhere"
done
for turn in 1 2 3 4 5 6 7 8; do
	upload "$tmp/turned$turn.jpg" image/jpeg
	thumb "$mxc" 'width=320&height=240'
	case $turn in
	[1234]) want=320x213 ;;
	*)	want=160x240 ;;
	esac
	is_picture "jpegload $want" "a photo that is to be turned ($turn) is turned"
	is "$(corner)" red "the corner that belongs to the top left is there ($turn)"
	! grep -aq 'Exif\|SECRET' "$tmp/body"
	ok $? "nobody is told where it was taken ($turn, security 24)"
	thumb "$mxc" 'width=96&height=96&method=crop'
	is_picture 'jpegload 96x96' "cropped ($turn)"
done

# ------------------------------------------------------------ what moves

for picture in moving.gif moving.webp; do
	upload "$tmp/$picture" image/gif
	thumb "$mxc" 'width=96&height=96&method=crop&animated=true'
	is_status 200 "$picture: animated"
	is_head '^content-type: image/webp$' "$picture: as WebP"
	is_head '^content-disposition: inline; filename="thumbnail.webp"$' "$picture: so named"
	is "$(field n-pages)" 3 "$picture: all frames"
	is_picture "webpload 96x96" "$picture: of that size"
	is "$(field delay)" '100 200 300 ' "$picture: each for its time"
	! grep -aq 'SECRET' "$tmp/body"
	ok $? "$picture: without what else stood in it"
	for still in '' '&animated=false'; do
		thumb "$mxc" "width=96&height=96&method=crop$still"
		is_picture 'jpegload 96x96' "$picture: it stands still$still"
		thumb "$mxc" "width=5000&height=5000$still"
		is_picture 'jpegload 400x300' "$picture: as large as it is$still"
	done
	thumb "$mxc" 'width=5000&height=5000&animated=true'
	same "$tmp/$picture" "$picture: the original"
	is_head "^content-type: image/${picture#*.}\$" "$picture: and its own type"
done
thumb "$photo" 'width=32&height=32&method=crop&animated=true'
is_picture 'jpegload 32x32' 'what cannot move stands'
upload "$tmp/moving.png" image/png
thumb "$mxc" 'width=96&height=96&method=crop&animated=true'
is_picture 'jpegload 96x96' 'animated PNG stands, too'
thumb "$mxc" 'width=5000&height=5000'
is_picture 'jpegload 400x300' 'and does not move unasked'
upload "$tmp/long.gif" image/gif
thumb "$mxc" 'width=32&height=32&method=crop&animated=true'
is_picture 'jpegload 32x32' 'a GIF of very many frames stands'

# ------------------------------------------------------------- later, again

req POST /_matrix/media/v1/create
mxc=$(get_json .content_uri)
mxc=${mxc#mxc://}
thumb "$mxc" 'width=32&height=32&timeout_ms=0'
is_err 504 M_NOT_YET_UPLOADED 'no content yet'
thumb "$mxc" 'width=32&height=32&timeout_ms=50'
is_err 504 M_NOT_YET_UPLOADED 'nor a little later'
bg wait GET "$v1/thumbnail/$mxc?width=32&height=32&method=crop"
type=image/png
req_file PUT "$media/upload/$mxc" "$tmp/photo.png"
type=application/json
is_status 200 'it comes'
bg_wait wait
is_status 200 'who waits gets it'
is_picture 'jpegload 32x32' 'as a thumbnail'

upload "$tmp/large.png" image/png
was=$(files)
for n in 1 2 3 4 5 6; do
	bg "many$n" GET "$v1/thumbnail/$mxc?width=800&height=600"
done
for n in 1 2 3 4 5 6; do
	bg_wait "many$n"
	is_status 200 "many want it at once: $n"
	is_picture 'jpegload 600x600' "and get it: $n"
done
is "$(files)" "$((${was% *} + 1)) 0" 'it is kept once'

# Whose client leaves while it is drawn leaves the others to themselves.
if [ "$T" = fcgi ]; then
	picture bomb most.png 8000 8000
	upload "$tmp/most.png" image/png
	most=$mxc n=0
	for size in 32 96 320 640 800; do
		n=$((n + 1))
		curl -sS --max-time 0.$n --unix-socket "$tmp/http.sock" \
		    -o "$tmp/left" -H "Authorization: Bearer $token" \
		    "http://localhost$v1/thumbnail/$most?width=$size&height=$size&method=crop" \
		    2>"$tmp/left.said" &
		thumb "$most" "width=$size&height=$size&method=crop"
		is_status 200 "who asks while another one leaves gets it: $size"
		is_picture "jpegload ${size}x$size" "whole: $size"
		wait $!
	done
	admin media purge --yes "mxc://$most"
fi
upload "$tmp/large.png" image/png
was=$(files)
thumb "$mxc" 'width=32&height=32&method=crop'
admin media purge --yes "mxc://$mxc"
is "$(files)" "$((${was% *} - 1)) 0" 'it goes with its original'
done_testing
