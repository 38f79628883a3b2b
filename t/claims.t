#!/bin/sh
# Each one-time key is given once, however many ask at the same moment.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/devices.sh"
start
user alice
user bob
keys=$(jq -cn '{one_time_keys: ([range(100) | {"x:\(.)": "x"}] | add)}')
upload alice "$keys"
is_json .one_time_key_counts.x 100 'uploadKeys: a hundred keys'
as bob
printf '{"one_time_keys":{"@alice:localhost":{"%s":"x"}}}' "$device_alice" >"$tmp/claim"
for n in $(seq 500); do
	[ "$n" = 1 ] || echo next
	cat <<-END
	url = http://localhost$v3/keys/claim
	unix-socket = $tmp/http.sock
	header = "Authorization: Bearer $token"
	header = "Content-Type: application/json"
	data = @$tmp/claim
	output = $tmp/claimed.$n
	silent
	END
done >"$tmp/claims"
curl -Z --parallel-max 100 -K "$tmp/claims" 2>"$tmp/said"
ok $? 'claimKeys: five hundred requests at once'
cat "$tmp"/claimed.* | jq -r '.one_time_keys[][] | keys[]' >"$tmp/given"
is "$(wc -l <"$tmp/given")" 100 'claimKeys: a hundred of them got a key'
is "$(sort -u "$tmp/given" | wc -l)" 100 'claimKeys: no key is given twice (security 12)'
is "$(cat "$tmp"/claimed.* | jq -c .one_time_keys | grep -c '^{}$')" 400 \
    'claimKeys: the others were told that there is none'
upload alice '{}'
is_json .one_time_key_counts '{"signed_curve25519":0}' 'uploadKeys: none is left'
done_testing
