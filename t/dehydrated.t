#!/bin/sh
# Dehydrated devices (MSC3814): a device that others encrypt for before anybody
# has logged in to it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/devices.sh"
start
user alice
user bob
dry=/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device
user_dry=@alice:localhost device_dry=DRY
identity dry
put() { # [JSON]: merged with the body
	as alice
	req PUT $dry "$(jq -cn --argjson keys "$(device_keys dry '{"dehydrated":true}')" \
	    --argjson one "$(one_time dry AAAA1 AAAA2)" --argjson fallback "$(one_time dry AAAA9)" \
	    --argjson more "${1-"{}"}" '{device_id: "DRY", initial_device_display_name: "Dry",
	    device_data: {algorithm: "org.example", x: "pickle"}, device_keys: $keys,
	    one_time_keys: $one, fallback_keys: $fallback} * $more')"
}
events() { as alice; req "$1" "$dry/DRY/events$2" ${3:+"$3"}; }

as alice
for path in "$dry" "$dry/DRY/events"; do
	req GET "$path"
	is_err 404 M_NOT_FOUND "GET: there is no dehydrated device: $path"
done
req DELETE $dry
is_err 404 M_NOT_FOUND 'DELETE: nor is any deleted'
req POST $dry/DRY/events '{}'
is_err 404 M_NOT_FOUND 'POST: nor has it messages'

# ------------------------------------------------------------------ making
for path in device_id device_data device_data.algorithm device_keys; do
	put; body=$(jq -cn --argjson keys "$(device_keys dry)" \
	    "{device_id: \"DRY2\", device_data: {algorithm: \"a\"}, device_keys: \$keys} | del(.$path)")
	req PUT $dry "$body"
	is_err 400 M_MISSING_PARAM "PUT: $path is missing"
done
put '{"device_data":5}';	is_err 400 M_BAD_JSON 'PUT: device_data is a number'
put '{"device_keys":[]}';	is_err 400 M_BAD_JSON 'PUT: device_keys is a list'
put '{"device_id":""}';		is_err 400 M_INVALID_PARAM 'PUT: an empty id'
put '{"device_id":"OTHER"}';	is_err 400 M_BAD_JSON 'PUT: keys of another device (security 12)'
put "{\"device_id\":\"$device_alice\"}"; is_err 400 M_INVALID_PARAM 'PUT: a device that is in use'
put "$(jq -cn '{device_data: {x: ("x" * 65536)}}')"
is_err 413 M_TOO_LARGE 'PUT: device_data that is too large (security 19)'
put '{"device_keys":{"signatures":{"@alice:localhost":{"ed25519:DRY":"AAAA"}}}}'
is_err 400 M_INVALID_SIGNATURE 'PUT: keys that are not signed (security 12)'
as alice
req GET "$v3/account/whoami"
is_json .device_id "\"$device_alice\"" 'the session is still there'
put
is_json . '{"device_id":"DRY"}' 'PUT: a dehydrated device'
req GET $dry
is_json . '{"device_data":{"algorithm":"org.example","x":"pickle"},"device_id":"DRY"}' 'GET: as it was put there'
query bob '{"device_keys":{"@alice:localhost":[]}}'
is_json '.device_keys["@alice:localhost"].DRY | .dehydrated, .unsigned' 'true
{"device_display_name":"Dry"}' 'others find it among the devices of its owner'
for want in AAAA1 AAAA2 AAAA9 AAAA9; do
	claim bob '{"one_time_keys":{"@alice:localhost":{"DRY":"signed_curve25519"}}}'
	is_json '.one_time_keys["@alice:localhost"].DRY | keys' "[\"signed_curve25519:$want\"]" \
	    "and claim its key $want"
done
as bob
req GET $dry;			is_err 404 M_NOT_FOUND 'GET: not of somebody else'
req GET $dry/DRY/events;	is_err 404 M_NOT_FOUND 'GET: nor its messages'
req DELETE $dry;		is_err 404 M_NOT_FOUND 'DELETE: nor is it deleted by them'

# ---------------------------------------------------------------- messages
events GET;			is_json . '{"events":[]}' 'GET: nothing was sent to it'
events POST '' '{}';		is_json . '{"events":[],"next_batch":"0"}' 'POST: nothing'
for n in 1 2 3; do
	send_to bob org.example.key "{\"@alice:localhost\":{\"DRY\":{\"n\":$n}}}"
done
events GET
is_json .events '[{"content":{"n":1},"sender":"@bob:localhost","type":"org.example.key"},{"content":{"n":2},"sender":"@bob:localhost","type":"org.example.key"},{"content":{"n":3},"sender":"@bob:localhost","type":"org.example.key"}]' \
    'GET: what was sent to it'
is_json .next_batch null 'GET: and that is the end'
events GET '?limit=2'
is_json '[.events[].content.n]' '[1,2]' 'GET: so many'
events GET "?limit=2&from=$(get_json .next_batch)"
is_json '[.events[].content.n], .next_batch' '[3]
null' 'GET: and the rest'
events POST '?limit=2' '{}'
is_json '[.events[].content.n]' '[1,2]' 'POST: so many'
events POST '?limit=2' "{\"next_batch\":\"$(get_json .next_batch)\"}"
is_json '[.events[].content.n]' '[3]' 'POST: and the rest'
events POST '' "{\"next_batch\":\"$(get_json .next_batch)\"}"
is_json .events '[]' 'POST: ends with none'
events GET;			is_json '.events | length' 3 'they stay'
events GET '?limit=0';		is_err 400 M_INVALID_PARAM 'GET: a limit of 0'
events GET '?from=x';		is_err 400 M_INVALID_PARAM 'GET: from is something else'
events POST '' '{"next_batch":5}'; is_err 400 M_BAD_JSON 'POST: next_batch is a number'
events POST '' '{"next_batch":"-1"}'; is_err 400 M_INVALID_PARAM 'POST: next_batch is below 0'
as alice
req GET $dry/OTHER/events;	is_err 404 M_NOT_FOUND 'GET: of another device'

# ------------------------------------------------------------- another, none
put '{"device_data":{"x":"second"}}'
is_status 200 'PUT: another takes its place'
events GET;			is_json .events '[]' 'what was sent to the one before is gone'
req DELETE $dry
is_json . '{"device_id":"DRY"}' 'DELETE: it goes'
req GET $dry;			is_err 404 M_NOT_FOUND 'GET: it is gone'
query bob '{"device_keys":{"@alice:localhost":[]}}'
is_json '.device_keys["@alice:localhost"]' '{}' 'with its keys'

# ------------------------------------------------------------ somebody logs in
put
token=
req POST $v3/login '{"type":"m.login.password","user":"alice","password":"secret of alice","device_id":"DRY"}'
is_status 200 'somebody logs in to it'
token_woken=$(get_json .access_token)
as alice
req GET $dry;			is_err 404 M_NOT_FOUND 'GET: it is none any more'
put;				is_err 400 M_INVALID_PARAM 'PUT: its id is in use'
put "$(device_dry=NEW; jq -cn --argjson keys "$(device_keys dry)" '{device_id: "NEW", device_keys: $keys}' )"
token=$token_woken
req GET $v3/account/whoami
is_json .device_id '"DRY"' 'PUT: and it stays'
deactivate alice
is_status 200 'an account with one ends'
done_testing
