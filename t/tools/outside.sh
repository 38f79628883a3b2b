# outside.sh - sourced by gateway.sh and service.sh: a server that the tests'
# server is to tell something, and the housekeeper, who does.
#
# outside_start NAME DIR PATH  runs t/tools/NAME.py on DIR; sets $outside, its URL
#                              without a path.  It is up when PATH answers.
#                              Again: at the same port
# outside_stop DIR
# outside_does DIR MODE [FOR]  from now on
# housekeep                    as CGI the housekeeper's work is done once; else it
#                              gets some time
# until_so COMMAND...          housekeep until that succeeds.  False when it takes
#                              far too long
# until_seen COMMAND...        the same for what comes without a housekeeper

outside_start() {
	# Not a child of this shell, since stop waits for all of those.
	(
		# shellcheck disable=SC2046
		python3 "$SRC/t/tools/$1.py" "$2" \
		    $(cat "$2/port" 2>/dev/null) >"$2/said" 2>&1 &
		echo $! >"$2/pid"
	)
	until [ -s "$2/port" ] &&
	    curl -s -o /dev/null "http://127.0.0.1:$(cat "$2/port")$3"; do
		kill -0 "$(cat "$2/pid")" 2>/dev/null ||
		    { cat "$2/said"; bail_out "no $1"; }
		sleep 0.02
	done
	outside=http://127.0.0.1:$(cat "$2/port")
}

outside_stop() {
	[ -f "$1/pid" ] || return 0
	while kill -9 "$(cat "$1/pid")" 2>/dev/null; do
		sleep 0.02
	done
	rm -f "$1/pid"
}

outside_does() {
	echo "$2" >"$1/new"
	mv "$1/new" "$1/mode${3+.$3}"
}

housekeep() {
	[ "$T" = fcgi ] && sleep 0.02 ||
	    MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
}

until_so() {
	tries=0
	until "$@"; do
		[ $((tries += 1)) -le 1500 ] || return 1
		housekeep
	done
}

until_seen() {
	tries=0
	until "$@"; do
		[ $((tries += 1)) -le 1500 ] || return 1
		sleep 0.02
	done
}
