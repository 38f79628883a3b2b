# service.sh - sourced after lib.sh by tests of application services.
#
# service ID USERS ALIASES [ROOMS]
#                        writes a registration: tokens as_ID and hs_ID, sender
#                        ID_bot, exclusive namespaces; url is $service_url
# service_start          on 127.0.0.1; sets $service_url.  Again: the same
# service_stop
# service_does MODE      from now on (t/tools/service.py)
# forget                 count from here on
# told COUNT             wait until so many events were taken; $tmp/told is an
#                        array of them.  As CGI the housekeeper is called until
#                        they are
# tried STATUS COUNT     wait until so many transactions were answered so;
#                        $tmp/tried is an array of them
# heard COUNT            the same as told for ephemeral data: $tmp/heard
# is_told FILTER WANT NAME

sv=$tmp/service
mkdir "$sv"

service() {
	cat <<-END
	id: $1
	url: ${service_url-http://127.0.0.1:9}
	as_token: as_$1
	hs_token: hs_$1
	sender_localpart: ${1}_bot
	rate_limited: false
	namespaces:
	  users:
	    - exclusive: true
	      regex: '$2'
	  aliases:
	    - exclusive: true
	      regex: '$3'
	END
	[ -z "${4-}" ] || printf "  rooms:\n    - exclusive: false\n      regex: '%s'\n" "$4"
}

service_start() {
	# Not a child of this shell, since stop waits for all of those.
	(
		# shellcheck disable=SC2046
		python3 "$SRC/t/tools/service.py" "$sv" \
		    $(cat "$sv/port" 2>/dev/null) >"$sv/said" 2>&1 &
		echo $! >"$sv/pid"
	)
	until [ -s "$sv/port" ] &&
	    curl -s -o /dev/null "http://127.0.0.1:$(cat "$sv/port")/ready"; do
		kill -0 "$(cat "$sv/pid")" 2>/dev/null ||
		    { cat "$sv/said"; bail_out 'no application service'; }
		sleep 0.02
	done
	service_url=http://127.0.0.1:$(cat "$sv/port")
}

service_stop() {
	[ -f "$sv/pid" ] || return 0
	while kill -9 "$(cat "$sv/pid")" 2>/dev/null; do
		sleep 0.02
	done
	rm -f "$sv/pid"
}
trap 'end=$?; trap - EXIT; service_stop; stop; rm -rf "$tmp"; exit $end' EXIT

service_does() {
	echo "$1" >"$sv/new"
	mv "$sv/new" "$sv/mode"
}

housekeep() {
	[ "$T" = fcgi ] && sleep 0.02 ||
	    MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
}

forgotten=0
forget() { forgotten=$(cat "$sv/log" 2>/dev/null | wc -l); }
transactions() {
	tail -n +$((forgotten + 1)) "$sv/log" 2>/dev/null | jq -cs \
	    'map(select(.path | test("/transactions/")))' >"$tmp/all"
}

# False when it takes far too long.
until_so() {
	tries=0
	until "$@"; do
		[ $((tries += 1)) -le 1500 ] || return 1
		housekeep
	done
}

has_told() {
	transactions
	jq -c 'map(select(.status == 200) | .body | fromjson | .events[])' \
	    "$tmp/all" >"$tmp/told"
	[ "$(jq length "$tmp/told")" -ge "$1" ]
}
told() { until_so has_told "$@" || ok 1 "$1 events arrive"; }

has_heard() {
	transactions
	jq -c 'map(select(.status == 200) | .body | fromjson |
	    .ephemeral // [] | .[])' "$tmp/all" >"$tmp/heard"
	[ "$(jq length "$tmp/heard")" -ge "$1" ]
}
heard() { until_so has_heard "$@" || ok 1 "$1 are heard of"; }

has_tried() {
	transactions
	jq -c "map(select(.status == $1))" "$tmp/all" >"$tmp/tried"
	[ "$(jq length "$tmp/tried")" -ge "$2" ]
}
tried() { until_so has_tried "$@" || ok 1 "$2 transactions are answered $1"; }

is_told() { is "$(jq -cS "$1" "$tmp/told")" "$2" "$3"; }
