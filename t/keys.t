#!/bin/sh
# Keys of devices: POST /keys/upload, /keys/query, /keys/claim, and what /sync
# says of the caller's own.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/devices.sh"
conf accounts guests yes
start
expect_log 'a client request body is buffered to a temporary file'
user alice
user bob
device alice phone
for name in alice bob phone; do identity $name; done
all='{"device_keys":{"@alice:localhost":[]}}'
d="[\"$device_alice\"]"

# ------------------------------------------------------------ identity keys
query bob "$all"
is_json . '{"device_keys":{"@alice:localhost":{}},"failures":{},"master_keys":{},"self_signing_keys":{},"user_signing_keys":{}}' \
    'queryKeys: who has published nothing has no devices'
keys=$(device_keys alice)
upload alice "{\"device_keys\":$keys}"
is_status 200 'uploadKeys: identity keys are published'
is_json . '{"one_time_key_counts":{"signed_curve25519":0}}' \
    'uploadKeys: which are no one-time keys'
query bob "$all"
is_json ".device_keys[\"@alice:localhost\"]$d | del(.unsigned)" \
    "$(printf %s "$keys" | jq -cS .)" \
    'queryKeys: they are given as they were published'
is_json ".device_keys[\"@alice:localhost\"]$d.unsigned" '{}' \
    'queryKeys: a device without a name has none'
upload phone "{\"device_keys\":$(device_keys phone '{"unsigned":{"device_display_name":"a lie"}}')}"
is_status 200 'uploadKeys: of another device'
query bob "$all"
is_json '.device_keys["@alice:localhost"] | length' 2 \
    'queryKeys: an empty list is all devices'
is_json ".device_keys[\"@alice:localhost\"][\"$device_phone\"].unsigned" \
    '{"device_display_name":"The phone"}' \
    'queryKeys: the name is what the server knows, not what was sent along'
query bob "{\"device_keys\":{\"@alice:localhost\":[\"$device_phone\",\"NONE\",\"$device_phone\"],\"@nobody:localhost\":[],\"@x:elsewhere.example\":[],\"@y:elsewhere.example\":[]},\"timeout\":10000,\"token\":\"x\"}"
is_json '.device_keys | map_values(keys)' \
    "{\"@alice:localhost\":[\"$device_phone\"],\"@nobody:localhost\":[]}" \
    'queryKeys: those that are asked for; what is not there is missing'
is_json '.failures | keys' '["elsewhere.example"]' \
    'queryKeys: nothing is to be had from other servers'
for body in '{}:M_MISSING_PARAM' '{"device_keys":[]}:M_BAD_JSON' \
    '{"device_keys":{},"timeout":"x"}:M_BAD_JSON' \
    '{"device_keys":{"@alice:localhost":{}}}:M_BAD_JSON' \
    '{"device_keys":{"@alice:localhost":[5]}}:M_BAD_JSON' '{:M_NOT_JSON'; do
	query bob "${body%:*}"
	is_err 400 "${body##*:}" "queryKeys: refused: ${body%:*}"
done
query bob "$(jq -cn '{device_keys: ([range(1001) | {("@u\(.):localhost"): []}] | add)}')"
is_err 413 M_TOO_LARGE 'queryKeys: of 1001 users (security 16)'

# ---- who publishes what is not theirs
refused() {
	upload alice "{\"device_keys\":$1}"
	is_err 400 "$2" "uploadKeys: $3 (security 12)"
}
refused "$(device_keys alice '{"user_id":"@bob:localhost"}')" M_BAD_JSON "another user's id"
refused "$(device_keys alice "{\"device_id\":\"$device_phone\"}")" M_BAD_JSON "another device's id"
refused "$(device_keys bob)" M_BAD_JSON "another user's keys"
refused "$(device_keys alice '{"user_id":5}')" M_BAD_JSON 'a number for a user'
refused "$(device_keys alice '{"algorithms":"x"}')" M_BAD_JSON 'algorithms that are no list'
refused "$(device_keys alice '{"algorithms":[5]}')" M_BAD_JSON 'an algorithm that is a number'
refused "$(device_keys alice "$(jq -cn '{algorithms: [range(21) | "x"]}')")" M_BAD_JSON 'too many algorithms'
refused "$(device_keys alice '{"keys":{"x:OTHER":"x"}}')" M_BAD_JSON 'a key of another device'
refused "$(device_keys alice '{"keys":{"x":"x"}}')" M_BAD_JSON 'a key of no device'
refused "$(device_keys alice "{\"keys\":{\"x:$device_alice\":5}}")" M_BAD_JSON 'a key that is a number'
refused "$(device_keys alice "{\"keys\":{\"ed25519:$device_alice\":\"AAAA\"}}")" M_BAD_JSON 'a short key'
refused "$(device_keys alice "{\"keys\":{\"curve25519:$device_alice\":\"AAAA\"}}")" M_BAD_JSON 'another short key'
refused "$(device_keys alice | jq -c 'del(.keys)')" M_BAD_JSON 'no keys'
refused "$(device_keys alice | jq -c 'del(.signatures)')" M_INVALID_SIGNATURE 'no signature'
refused "$(device_keys alice | jq -c '.algorithms = []')" M_INVALID_SIGNATURE 'a signature of something else'
cp "$tmp/bob.key" "$tmp/keep"; cp "$tmp/alice.key" "$tmp/alice.keep"; cp "$tmp/keep" "$tmp/alice.key"
refused "$(device_keys alice)" M_INVALID_SIGNATURE "another's signature"
cp "$tmp/alice.keep" "$tmp/alice.key"
refused "$(device_keys alice '{"n":0.5}')" M_BAD_JSON 'a number that cannot be signed'
for body in '{"device_keys":[]}' '{"one_time_keys":[]}' '{"fallback_keys":5}'; do
	upload alice "$body"
	is_err 400 M_BAD_JSON "uploadKeys: refused: $body"
done
upload alice "{\"device_keys\":$(device_keys alice "{\"x\":\"$(printf %016384d 0)\"}")}"
is_err 413 M_TOO_LARGE 'uploadKeys: very long ones (security 16)'
query bob "$all"
is_json ".device_keys[\"@alice:localhost\"]$d | del(.unsigned)" \
    "$(printf %s "$keys" | jq -cS .)" 'uploadKeys: what is refused changes nothing'
upload alice "{\"device_keys\":$(device_keys alice '{"more":1}')}"
query bob "$all"
is_json ".device_keys[\"@alice:localhost\"]$d.more" 1 'uploadKeys: new ones take their place'

# ------------------------------------------------------------ one-time keys
want="{\"one_time_keys\":{\"@alice:localhost\":{\"$device_alice\":\"signed_curve25519\"}}}"
got="[.one_time_keys[\"@alice:localhost\"]$d // {} | keys[]]"
claim bob "$want"
is_json . '{"failures":{},"one_time_keys":{}}' 'claimKeys: there is none'
first=$(one_time alice A2)
upload alice "{\"one_time_keys\":$first}"
is_json .one_time_key_counts '{"signed_curve25519":1}' 'uploadKeys: one-time keys are counted'
upload alice "{\"one_time_keys\":$(one_time alice A1 A0)}"
is_json .one_time_key_counts '{"signed_curve25519":3}' 'uploadKeys: all that are there'
upload alice "{\"one_time_keys\":$(one_time alice A2)}"
is_json .one_time_key_counts '{"signed_curve25519":3}' 'uploadKeys: the same again is the same'
upload alice "{\"one_time_keys\":$(one_time alice B1 | jq -c '{"signed_curve25519:A2": .[]}')}"
is_err 400 M_UNKNOWN 'uploadKeys: another key of the same name'
like 'One time key signed_curve25519:A2 already exists' 'uploadKeys: is refused in the words that clients know'
sync alice
is_json .device_one_time_keys_count '{"signed_curve25519":3}' \
    'sync.device_one_time_keys_count: those of the device'
at=$since
sync phone
is_json .device_one_time_keys_count '{"signed_curve25519":0}' \
    'sync.device_one_time_keys_count: not those of another'
claim bob "$want"
is_json "$got" '["signed_curve25519:A2"]' 'claimKeys: the one published first'
is_json ".one_time_keys[\"@alice:localhost\"]$d" "$(printf %s "$first" | jq -cS .)" \
    'claimKeys: as it was published'
sync alice "$at"
is_json .device_one_time_keys_count '{"signed_curve25519":2}' \
    'sync.device_one_time_keys_count: one less'
claim bob "$want"; printf %s "$(get_json "$got[]")" >"$tmp/claimed"
claim bob "$want"; printf ' %s' "$(get_json "$got[]")" >>"$tmp/claimed"
is "$(tr ' ' '\n' <"$tmp/claimed" | sort | tr '\n' ' ')" \
    'signed_curve25519:A0 signed_curve25519:A1 ' 'claimKeys: each is given once'
claim bob "$want"
is_json .one_time_keys '{}' 'claimKeys: then there is none'
upload alice '{"one_time_keys":{"curve25519:C":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","x.other:D":"anything"}}'
is_json .one_time_key_counts '{"curve25519":1,"signed_curve25519":0,"x.other":1}' \
    'uploadKeys: keys of other algorithms, as texts'
claim bob "{\"one_time_keys\":{\"@alice:localhost\":{\"$device_alice\":\"x.other\",\"NONE\":\"x.other\"},\"@nobody:localhost\":{\"A\":\"x\"},\"@x:elsewhere.example\":{\"A\":\"x\"}},\"timeout\":10}"
is_json .one_time_keys "{\"@alice:localhost\":{\"$device_alice\":{\"x.other:D\":\"anything\"}}}" \
    'claimKeys: what is not there is missing'
is_json '.failures | keys' '["elsewhere.example"]' 'claimKeys: nothing comes from other servers'
for body in '{}:M_MISSING_PARAM' '{"one_time_keys":[]}:M_BAD_JSON' \
    '{"one_time_keys":{},"timeout":"x"}:M_BAD_JSON' \
    '{"one_time_keys":{"@alice:localhost":[]}}:M_BAD_JSON' \
    '{"one_time_keys":{"@alice:localhost":{"A":5}}}:M_BAD_JSON' '{:M_NOT_JSON'; do
	claim bob "${body%:*}"
	is_err 400 "${body##*:}" "claimKeys: refused: ${body%:*}"
done
claim bob "$(jq -cn '{one_time_keys: {"@alice:localhost": ([range(1001) | {"D\(.)": "x"}] | add)}}')"
is_err 413 M_TOO_LARGE 'claimKeys: of 1001 devices (security 16)'
for key in '"noname":"x"' '":x":"x"' '"x:":"x"' '"x:1":5' '"x:1":{}' \
    '"signed_curve25519:1":{"key":"AAAA","signatures":{}}' \
    '"curve25519:1":"AAAA"' '"x:1":{"key":"x","signatures":5}' \
    '"signed_curve25519:1":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"' \
    '"x:1":{"key":"x","signatures":{},"n":0.5}'; do
	upload alice "{\"one_time_keys\":{\"y:1\":\"x\",$key}}"
	is_err 400 M_BAD_JSON "uploadKeys: no key: $key (security 12)"
done
for kind in one_time fallback; do
	upload alice "{\"${kind}_keys\":$(one_time alice S1 | jq -c '.[].key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"')}"
	is_err 400 M_INVALID_SIGNATURE "uploadKeys: a ${kind} key that was changed after it was signed (security 12)"
	upload alice "{\"${kind}_keys\":$(one_time bob S1)}"
	is_err 400 M_INVALID_SIGNATURE "uploadKeys: a ${kind} key of somebody else (security 12)"
	upload alice "{\"${kind}_keys\":$(one_time alice S1 | jq -c '.[].signatures = {}')}"
	is_err 400 M_INVALID_SIGNATURE "uploadKeys: a ${kind} key that nobody signed (security 12)"
done
upload alice '{"one_time_keys":{}}'
is_json .one_time_key_counts '{"curve25519":1,"signed_curve25519":0}' \
    'uploadKeys: of a request that is refused nothing is kept'
upload alice "{\"one_time_keys\":{\"x:1\":\"$(printf %04096d 0)\"}}"
is_err 413 M_TOO_LARGE 'uploadKeys: a very long one (security 16)'
upload alice "$(jq -cn '{one_time_keys: ([range(1001) | {"x:\(.)": "x"}] | add)}')"
is_err 413 M_TOO_LARGE 'uploadKeys: 1001 at once (security 16)'
upload alice "$(jq -cn '{one_time_keys: ([range(1000) | {"x:\(.)": "x"}] | add)}')"
is_err 413 M_TOO_LARGE 'uploadKeys: 1001 in two requests (security 16)'

# ------------------------------------------------------------ fallback keys
fallback() { key_more='"fallback":true,' one_time alice "$1"; }
upload alice "{\"fallback_keys\":$(fallback F1),\"one_time_keys\":$(one_time alice A9)}"
is_status 200 'uploadKeys: a fallback key'
sync alice "$at"
is_json .device_unused_fallback_key_types '["signed_curve25519"]' \
    'sync.device_unused_fallback_key_types: nobody was given it'
claim bob "$want"
is_json "$got" '["signed_curve25519:A9"]' 'claimKeys: a one-time key goes before it'
for n in 1 2; do
	claim bob "$want"
	is_json "$got" '["signed_curve25519:F1"]' "claimKeys: then the fallback key ($n)"
done
is_json ".one_time_keys[\"@alice:localhost\"]$d[].fallback" true 'claimKeys: which says so'
sync alice "$at"
is_json .device_unused_fallback_key_types '[]' \
    'sync.device_unused_fallback_key_types: it is used'
upload alice "{\"fallback_keys\":$(fallback F1)}"
sync alice "$at"
is_json .device_unused_fallback_key_types '[]' \
    'sync.device_unused_fallback_key_types: the same again is used'
upload alice "{\"fallback_keys\":$(fallback F2)}"
sync alice "$at"
is_json .device_unused_fallback_key_types '["signed_curve25519"]' \
    'sync.device_unused_fallback_key_types: a new one is not'
claim bob "$want"
is_json "$got" '["signed_curve25519:F2"]' 'uploadKeys: the new fallback key takes the place of the old'
upload alice '{"fallback_keys":{"x:1":"x","x:2":"y"}}'
is_err 400 M_BAD_JSON 'uploadKeys: two fallback keys of one algorithm'
upload alice "$(jq -cn '{fallback_keys: ([range(21) | {"x\(.):1": "x"}] | add)}')"
is_err 413 M_TOO_LARGE 'uploadKeys: fallback keys of too many algorithms (security 16)'
as alice
req GET "/_matrix/client/v2_alpha/sync?since=$at"
is_json '[has("device_one_time_keys_count"), has("device_unused_fallback_key_types"), has("device_lists")]' \
    '[false,false,false]' 'sync.device_one_time_keys_count: 2015 knows none of it'

# ------------------------------------------ a device that begins anew
upload bob "{\"device_keys\":$(device_keys bob),\"one_time_keys\":$(one_time bob A1 A2),\"fallback_keys\":$(one_time bob F)}"
upload bob "{\"device_keys\":$(device_keys bob '{"more":1}')}"
is_json .one_time_key_counts '{"signed_curve25519":2}' 'uploadKeys: of the same identity one-time keys stay'
identity bob
upload bob "{\"device_keys\":$(device_keys bob),\"one_time_keys\":$(one_time bob A1)}"
is_json .one_time_key_counts '{"signed_curve25519":1}' \
    'uploadKeys: of another there are only those that it signed'
sync bob
is_json .device_unused_fallback_key_types '[]' 'uploadKeys: nor is there a fallback key of before'

# ------------------------------------------------------------- who may
token=
for what in upload query claim; do
	req POST $v3/keys/$what '{}'
	is_err 401 M_MISSING_TOKEN "${what}Keys: without a token"
	req POST /_matrix/client/v2_alpha/keys/$what '{}'
	is_status 404 "${what}Keys: 2015 had none"
done
req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token)
req POST $v3/keys/upload '{"one_time_keys":{"x:1":"x"}}'
is_status 200 'uploadKeys: guests may'
req POST $v3/keys/query "$all"
is_status 200 'queryKeys: guests may'
admin user suspend bob
claim bob "$want"
is_err 403 M_USER_SUSPENDED 'claimKeys: a suspended account uses up no key of others'
upload bob '{"one_time_keys":{"x:1":"x"}}'
is_status 200 'uploadKeys: it may verify its own devices'
claim bob "{\"one_time_keys\":{\"@bob:localhost\":{\"$device_bob\":\"x\"}}}"
is_json '.one_time_keys | length' 1 'claimKeys: and talk to them'

# ---------------------------------------------------- they go with the device
as phone
req POST $v3/logout
query alice "$all"
is_json '.device_keys["@alice:localhost"] | keys' "[\"$device_alice\"]" \
    'queryKeys: keys go with their device'
token=
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"alice\",\"password\":\"secret of alice\",\"device_id\":\"$device_phone\"}"
token_phone=$(get_json .access_token)
query alice "$all"
is_json '.device_keys["@alice:localhost"] | keys' "[\"$device_alice\"]" \
    'queryKeys: and do not come back with one of its name'
stop
start
claim alice "$want"
is_json "$got" '["signed_curve25519:F2"]' 'claimKeys: keys outlive a restart'
admin user unsuspend bob
deactivate alice
query bob "$all"
is_json .device_keys '{"@alice:localhost":{}}' 'queryKeys: who is gone has none'
claim bob "$want"
is_json .one_time_keys '{}' 'claimKeys: none at all'
done_testing
