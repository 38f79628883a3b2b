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

. "$SRC/t/tools/outside.sh"
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
	outside_start service "$sv" /ready
	service_url=$outside
}

service_stop() { outside_stop "$sv"; }
trap 'end=$?; trap - EXIT; service_stop; stop; rm -rf "$tmp"; exit $end' EXIT

service_does() { outside_does "$sv" "$@"; }

forgotten=0
forget() { forgotten=$(cat "$sv/log" 2>/dev/null | wc -l); }
transactions() {
	tail -n +$((forgotten + 1)) "$sv/log" 2>/dev/null | jq -cs \
	    'map(select(.path | test("/transactions/")))' >"$tmp/all"
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
