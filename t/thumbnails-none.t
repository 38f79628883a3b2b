#!/bin/sh
# Built --without-vips: small pictures are their own thumbnails, others have none.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"
. "$SRC/t/pictures.sh"

if [ -x "$BUILD/cgi-bin/thumbnailer" ]; then
	echo '1..0 # SKIP there is a thumbnailer'
	exit 0
fi
start
user ann
picture photo photo.png 400 300
picture gif moving.gif 2 50 50
picture bomb bomb.png 50000 50000
upload "$tmp/photo.png" image/png
thumb "$mxc" 'width=640&height=480'
is_status 200 'a small picture'
same "$tmp/photo.png" 'itself'
is_head '^content-disposition: inline; filename="thumbnail.png"$' 'named as a thumbnail'
thumb "$mxc" 'width=1000&height=1000'
same "$tmp/photo.png" 'larger than any thumbnail: itself'
thumb "$mxc" 'width=320&height=240'
is_err 400 M_UNKNOWN 'a larger one'
thumb "$mxc" 'width=32&height=32&method=crop'
is_err 400 M_UNKNOWN 'nor is it cropped'
upload "$tmp/moving.gif" image/gif
thumb "$mxc" 'width=96&height=96'
is_err 400 M_UNKNOWN 'what moves does not unasked'
thumb "$mxc" 'width=96&height=96&animated=true'
same "$tmp/moving.gif" 'when it is asked for, it does'
upload "$tmp/bomb.png" image/png
thumb "$mxc" 'width=1000&height=1000'
is_err 413 M_TOO_LARGE 'MED-6: a bomb'
echo '<svg/>' >"$tmp/svg"
upload "$tmp/svg" image/png
thumb "$mxc" 'width=1000&height=1000'
is_err 400 M_UNKNOWN 'no picture'
is "$(files)" '4 0' 'nothing is made'
done_testing
