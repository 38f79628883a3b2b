# pictures.sh - pictures for the tests of thumbnails.  Sourced after media.sh.
#
# need_thumbnailer           ends the test where there is none
# picture KIND FILE ...      makes $tmp/FILE (t/tools/pictures.py)
# draw_pictures              makes those of thumbnails.t
# thumb MXC QUERY            GET the thumbnail
# is_picture WHAT NAME       the body is one: "LOADER WIDTHxHEIGHT", as vips says
# looks_like FILE NAME [BY]  shrunk to a few dots, it and that file differ by BY
#                            (of 255, default 12) at most
# field NAME                 what vipsheader knows of the body
# corner                     the colour of its top left

need_thumbnailer() {
	[ ! -x "$BUILD/cgi-bin/thumbnailer" ] || return 0
	echo '1..0 # SKIP built --without-vips'
	exit 0
}

picture() {
	kind=$1 file=$2
	shift 2
	python3 "$SRC/t/tools/pictures.py" "$kind" "$tmp/$file" "$@" ||
	    bail_out "no picture: $kind"
}

to() { vips "$1save" "$tmp/$2" "$tmp/$3" --Q 95 || bail_out "no $3"; }

draw_pictures() {
	picture photo photo.png
	to jpeg photo.png photo.jpg
	to webp photo.png photo.webp
	vips gifsave "$tmp/photo.png" "$tmp/photo.gif" || bail_out 'no GIF'
	vips icc_export "$tmp/photo.png" "$tmp/cmyk.jpg" \
	    --output-profile cmyk || bail_out 'no CMYK'
	picture photo small.png 50 30
	picture photo square.png 40 40
	picture photo large.png 1500 1500
	picture deep deep.png
	picture opaque opaque.png
	picture grey grey.png
	to jpeg grey.png grey.jpg
	picture glass glass.png
	to webp glass.png glass.webp
	turn=0
	for red in tl tr br bl tl bl br tr; do
		turn=$((turn + 1))
		picture photo turned.png 1200 800 $red
		to jpeg turned.png turned.jpg
		python3 "$SRC/t/tools/pictures.py" turn "$tmp/turned.jpg" \
		    "$tmp/turned$turn.jpg" $turn
	done
	picture gif moving.gif 3
	vips webpsave "$tmp/moving.gif[n=-1]" "$tmp/plain.webp" ||
	    bail_out 'no WebP'
	python3 "$SRC/t/tools/pictures.py" secret "$tmp/plain.webp" \
	    "$tmp/moving.webp"
	picture gif long.gif 5000 40 40
	picture apng moving.png
}

thumb() { req GET "$v1/thumbnail/$1${2+?$2}"; }
field() { vipsheader -f "$1" "$tmp/body" 2>/dev/null; }
is_picture() { is "$(field vips-loader) $(field width)x$(field height)" "$1" "$2"; }

dots() {
	vips thumbnail "$1" "$2" 6 --height 4 --size force &&
	    vips colourspace "$2" "$2.v" srgb
}
looks_like() {
	dots "$tmp/body" "$tmp/is.png" && dots "$1" "$tmp/want.png" &&
	    vips subtract "$tmp/is.png.v" "$tmp/want.png.v" "$tmp/off.v" &&
	    vips abs "$tmp/off.v" "$tmp/abs.v" &&
	    [ "$(vips max "$tmp/abs.v" | cut -d . -f 1)" -le "${3-12}" ]
	ok $? "$2"
}

corner() {
	vips getpoint "$tmp/body" 8 8 | awk '{
		print ($1 > 150 && $2 < 90 && $3 < 90 ? "red" : "other: " $0)
	}'
}
