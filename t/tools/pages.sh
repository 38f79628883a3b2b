# pages.sh - sourced after lib.sh by tests of previews: web pages to look at, and
# a server that may.
#
# pages_start            on 127.0.0.1 (t/tools/pages.py); sets $pages, the URL
#                        before their paths, and configures previews of them
# pages_stop
# preview PATH [QUERY]   ask for one, as of today; QUERY: &ts=...
# asked PATH             how often it was asked for that path so far
# housekeep              what the housekeeper does, done

pg=$tmp/pages
mkdir "$pg"

pages_start() {
	# Not a child of this shell, since stop waits for all of those.
	(
		python3 "$SRC/t/tools/pages.py" "$pg" >"$pg/said" 2>&1 &
		echo $! >"$pg/pid"
	)
	until [ -s "$pg/port" ]; do
		kill -0 "$(cat "$pg/pid")" 2>/dev/null ||
		    { cat "$pg/said"; bail_out 'no web pages'; }
		sleep 0.02
	done
	: >"$pg/log"
	pages=http://127.0.0.1:$(cat "$pg/port")
	conf outbound allow 127.0.0.1
	conf outbound timeout 2s
	conf preview enabled yes
	conf preview ports "$(cat "$pg/port")"
}

pages_stop() {
	[ -f "$pg/pid" ] || return 0
	while kill -9 "$(cat "$pg/pid")" 2>/dev/null; do
		sleep 0.02
	done
	rm -f "$pg/pid"
}
trap 'end=$?; trap - EXIT; pages_stop; stop; rm -rf "$tmp"; exit $end' EXIT

preview() { req GET "$v1/preview_url?url=$(enc "$pages$1")${2-}"; }
asked() { awk -v path="$1" '$2 == path { n++ } END { print n + 0 }' "$pg/log"; }
housekeep() {
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
}
