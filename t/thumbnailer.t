#!/bin/sh
# The thumbnailer by itself: what it says and writes, and what it asks of the
# system once it looks at a picture.
T=cgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"
. "$SRC/t/pictures.sh"

need_thumbnailer
thumbnailer=$BUILD/cgi-bin/thumbnailer

# draw FILE ARGUMENT...: as media starts it.
draw() {
	from=$1
	shift
	env -i "$thumbnailer" "$@" <"$tmp/$from" >"$tmp/body" 2>"$tmp/said"
	status=$?
}
ends() { is "$status" "$1" "$2"; }
wrote_nothing() { [ ! -s "$tmp/body" ]; ok $? "$1"; }

picture photo photo.png
to jpeg photo.png photo.jpg
to webp photo.png photo.webp
vips gifsave "$tmp/photo.png" "$tmp/photo.gif"
picture gif moving.gif 3

for kind in png jpg webp gif; do
	draw photo.$kind scale 320x240
	ends 0 "$kind"
	is_picture 'jpegload 320x213' "$kind: scaled"
	draw photo.$kind crop 96x48
	is_picture 'jpegload 96x48' "$kind: cropped"
	draw photo.$kind scale 1000000x1000000
	is_picture 'jpegload 1200x800' "$kind: never larger than it was"
done
draw moving.gif --animated scale 200x200
ends 0 'a GIF that moves'
is_picture 'webpload 200x150' 'is a WebP then'
is "$(wc -c <"$tmp/said")" 0 'of success it does not speak'

for wish in 'scale' 'scale 320' 'scale 320x' 'scale x240' 'scale 0x240' \
    'scale -1x240' 'scale 320x240x1' 'scale 1000001x1' 'stretch 3x2' \
    '--fast scale 3x2' 'scale 3x2 more' ''; do
	# shellcheck disable=SC2086
	draw photo.png $wish
	ends 64 "no such wish: $wish"
	wrote_nothing 'nothing is written'
done
draw photo.png --help
ends 0 'help'
draw photo.png --version
like '^mxcgi [0-9]' 'its version'

echo 'no picture' >"$tmp/text"
draw text scale 320x240
ends 1 'no picture'
wrote_nothing 'of which nothing is made'
[ -s "$tmp/said" ];	ok $? 'it says why'
head -c 3000 "$tmp/photo.jpg" >"$tmp/half.jpg"
draw half.jpg scale 320x240
ends 1 'half a picture'
wrote_nothing 'of which nothing is made, either'
picture bomb bomb.png 50000 50000
draw bomb.png scale 320x240
ends 2 'MED-6: too large a picture (security 24)'
wrote_nothing 'of which nothing is made, likewise'
picture bomb most.png 8192 8192
draw most.png scale 320x240
ends 0 'as large as may be'
env -i "$thumbnailer" scale 3x2 <&- >"$tmp/body" 2>"$tmp/said"
is $? 1 'no input'
[ ! -e /dev/full ] || {
	env -i "$thumbnailer" scale 3x2 <"$tmp/photo.png" >/dev/full 2>"$tmp/said"
	is $? 3 'it cannot be written'
}

# ------------------------------------------------------- what it asks for

# From the filter on, of all that strace knows to be of files by name, network
# and processes.
limits='CORE CPU FSIZE AS'
# AddressSanitizer takes all addresses that there are.
! grep -aq __asan_init "$thumbnailer" || limits='CORE CPU FSIZE'
if ! strace -f -e trace=seccomp -o "$tmp/trace" env -i "$thumbnailer" \
    scale 3x2 <"$tmp/photo.png" >/dev/null 2>&1 ||
    ! grep -q SECCOMP_SET_MODE_FILTER "$tmp/trace"; then
	ok 0 'what it asks for # SKIP built without a filter'
else
	for from in photo.png photo.jpg photo.webp photo.gif moving.gif half.jpg; do
		strace -f -o "$tmp/trace" -e trace=%file,%network,%process,seccomp,prlimit64,setrlimit \
		    env -i "$thumbnailer" --animated crop 32x32 \
		    <"$tmp/$from" >"$tmp/body" 2>/dev/null
		# The last that loads it is the one that stays.
		n=$(grep -n 'SECCOMP_SET_MODE_FILTER.*len=.*= 0$' "$tmp/trace" | tail -n 1)
		n=${n%%:*}
		[ "${n:-0}" -gt 0 ];	ok $? "$from: there is a filter (security 24)"
		head -n "${n:-1}" "$tmp/trace" >"$tmp/before"
		for limit in $limits; do
			grep -q "RLIMIT_$limit, {rlim_cur" "$tmp/before"
			ok $? "$from: and a limit of $limit (security 24)"
		done
		tail -n "+$((${n:-0} + 1))" "$tmp/trace" | grep -v \
		    -e '= -1 E' -e 'clone(.*CLONE_THREAD' -e 'clone resumed' \
		    -e 'exit_group(' -e 'exit(' -e '+++ exited' \
		    -e 'tgkill(' -e '= ?$' >"$tmp/asked"
		[ ! -s "$tmp/asked" ]
		ok $? "$from: nothing else is opened, asked or begun (security 24)"
		sed 's/^/# /' "$tmp/asked"
	done
fi
done_testing
