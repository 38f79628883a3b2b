#!/bin/sh
# What somebody could do who has taken over a program: what cgi-bin/confine.tab
# says, each program trying from inside.
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
inside=$tmp/run/inside	# there all of them may write
mkdir -m 700 "$tmp/run" "$inside"
env="LD_PRELOAD=$BUILD/t/faults/inside.so MXCGI_INSIDE=$inside"
env="$env MXCGI_INSIDE_KEY=$tmp/data/signing.key"
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0

programs=$(cut -f 1 "$BUILD/gen/routes.list" | sort -u)
# Which version of Landlock is there?  Programs do with what they find.
landlock=$(perl -e 'print syscall(444, 0, 0, 1)')

# once COMMAND...: the housekeeper's visit.
once() {
	# shellcheck disable=SC2086
	env $env MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" \
	    --once 2>>"$tmp/log"
}

# Each program has served, and has left a report if it was confined.
visit_all() {
	rm -f "$inside"/*
	: >"$inside/empty"
	chmod 700 "$inside/empty"
	start
	for path in /versions /register/available?username=ann /login \
	    /account/whoami /sync /profile/@ann:localhost /pushrules/ /devices \
	    /joined_rooms /user/@ann:localhost/filter/1 \
	    /rooms/!a:localhost/aliases /presence/@ann:localhost/status; do
		req GET "$v3$path"
	done
	req GET /_matrix/client/versions
	req POST $v3/createRoom '{}'
	req GET /_matrix/client/v1/admin/lock/@ann:localhost
	req GET /_matrix/client/v1/media/config
	req GET /_matrix/federation/v1/openid/userinfo
	once
	if [ "$T" = fcgi ]; then
		"$mxcgi" stop --config "$tmp/mxcgi.conf" >/dev/null
	fi
	stop
}

# can PROGRAM: what it could do, in all its processes.
can() { cat "$inside/$1".* 2>/dev/null | sort -u; }

# Of what a program can do, that which this kernel cannot keep it from.
kernel_lets() {
	[ "$landlock" -ge 1 ] || echo 'key users write'
	[ "$landlock" -ge 1 ] || [ "$1" != media ] || echo exec
	[ "$landlock" -ge 6 ] || [ "$1" != media ] || echo signal
}

wanted() {
	case $1 in
	discovery|register|login|profile|devices)
		may='users internet connect code' ;;
	account|rooms|housekeeper) may='key users internet connect code' ;;
	federation) may=key ;;
	media) may='users process internet connect code' ;;
	*) may= ;;
	esac
	for word in key users write exec process internet connect raw signal \
	    limit code odd; do
		case " $may $(kernel_lets "$1" | tr '\n' ' ') " in
		*" $word "*) printf '%s ' "$word" ;;
		esac
	done
	echo end
}

visit_all
for program in $programs housekeeper; do
	# A build with sanitizers has needs of its own: it is only to work.
	if nm "$BUILD/cgi-bin/admin" | grep -q __asan_init; then
		can "$program" | grep -q 'end$'
		ok $? "$program: confined (security 24)"
	else
		is "$(can "$program")" "$(wanted "$program")" \
		    "$program: what it may, and no more (security 24)"
	fi
done

# A command of the administrator's needs who knows what.
conf mail from mxcgi@example.org
conf mail command /bin/true
visit_all
for program in register account housekeeper; do
	is "$(can $program)" '' "$program: not confined with a command"
done
can user | grep -q 'end$'
ok $? 'but others are'

conf server confine no
visit_all
is "$(ls "$inside")" empty 'confine = no: none is'

done_testing
