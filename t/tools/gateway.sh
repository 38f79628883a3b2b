# gateway.sh - sourced after lib.sh by tests of pushers: a push gateway, and
# whoever is to tell it.
#
# gateway_start          on 127.0.0.1, where [outbound] allow must name it; sets
#                        $gateway, the URL to give.  Again: the same URL
# gateway_stop
# gateway_does MODE [PUSHKEY]
#                        from now on (t/tools/gateway.py)
# pusher NAME PUSHKEY [JQ]
#                        NAME sets one, its body changed by jq's filter
# got COUNT [PUSHKEY]    wait until so many events were told of, and were taken;
#                        they are $tmp/got then, an array of what notification
#                        was.  As CGI the housekeeper is called until they are
# counted N PUSHKEY      wait until it is told that so many are unread, and that
#                        alone; $tmp/got is what said so
# forget                 count from here on
# is_got FILTER WANT NAME
# tried STATUS COUNT     wait until so many requests were answered so

. "$SRC/t/tools/outside.sh"
gw=$tmp/gateway
mkdir "$gw"

gateway_start() {
	outside_start gateway "$gw" /
	gateway=$outside/_matrix/push/v1/notify
}

gateway_stop() { outside_stop "$gw"; }
trap 'end=$?; trap - EXIT; gateway_stop; stop; rm -rf "$tmp"; exit $end' EXIT

gateway_does() { outside_does "$gw" "$@"; }

pusher() {
	as "$1"
	req POST "${pushers-/_matrix/client/v3/pushers/set}" \
	    "$(jq -nc --arg url "$gateway" --arg key "$2" '{
		app_id: "org.example.app", pushkey: $key, kind: "http",
		app_display_name: "App", device_display_name: "Phone",
		lang: "en", append: true, data: { url: $url }
	    }'" | ${3:-.}")"
	[ "$status" = 200 ] || { show; bail_out "no pusher for $1"; }
}

forgotten=0
forget() { forgotten=$(cat "$gw/log" 2>/dev/null | wc -l); }
requests() {
	tail -n +$((forgotten + 1)) "$gw/log" 2>/dev/null | jq -cs "$@" '
	    map(select($key == "" or
	    .body.notification.devices[0].pushkey == $key))' --arg key "${key-}"
}

has_got() {
	key=${2-} requests >"$tmp/requests"
	jq -c 'map(select(.status == 200) | .body.notification |
	    select(has("event_id")))' "$tmp/requests" >"$tmp/got"
	[ "$(jq length "$tmp/got")" -ge "$1" ]
}
got() { until_so has_got "$@" || ok 1 "$1 notifications arrive"; }

has_counted() {
	key=$2 requests >"$tmp/requests"
	jq -c 'map(select(.status == 200) | .body.notification |
	    select(has("event_id") | not))' "$tmp/requests" >"$tmp/got"
	[ "$(jq '.[-1].counts.unread' "$tmp/got")" = "$1" ]
}
counted() { until_so has_counted "$@" || ok 1 "$1 are counted"; }

has_tried() {
	key='' requests >"$tmp/requests"
	[ "$(jq "map(select(.status == $1)) | length" "$tmp/requests")" -ge "$2" ]
}
tried() { until_so has_tried "$@" || ok 1 "$2 requests are answered $1"; }

is_got() {
	is "$(jq -cS "$1" "$tmp/got")" "$2" "$3"
}
