#!/bin/sh
# Cross-signing: POST /keys/device_signing/upload and /keys/signatures/upload, and
# who is given which key and signature.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$(dirname "$0")/devices.sh"
start
for name in alice bob carol; do
	user $name
	identity $name
	upload $name "{\"device_keys\":$(device_keys $name)}"
done
device alice phone
identity phone
upload phone "{\"device_keys\":$(device_keys phone)}"
create alice '{"preset":"public_chat"}'
come bob
password='"auth":{"type":"m.login.password","identifier":{"type":"m.id.user","user":"alice"},"password":"secret of alice"}'
at_alice='[.master_keys, .self_signing_keys, .user_signing_keys] | map(.["@alice:localhost"])'
# see NAME USER: /keys/query of that user's keys
see() { query "$1" "{\"device_keys\":{\"@$2:localhost\":[]}}"; }
text() { cat "$tmp/$1.json"; }
sorted() { printf %s "$1" | jq -cS .; }
place() { sync "$1"; eval "since_$1=\$since"; }
news() { eval "from=\$since_$1"; sync "$1" "$from"; eval "since_$1=\$since"; }
for name in alice bob carol phone; do place $name; done

# ---------------------------------------------------- shape of what is published
cross alice master
cross alice self_signing master
cross alice user_signing master
three="\"master_key\":$(text alice_master),\"self_signing_key\":$(text alice_self_signing),\"user_signing_key\":$(text alice_user_signing)"
publish_cross alice "\"self_signing_key\":$(text alice_self_signing)"
is_err 400 M_MISSING_PARAM 'uploadCrossSigningKeys: without a master key'
publish_cross alice ''
is_err 400 M_MISSING_PARAM 'uploadCrossSigningKeys: nothing at all'
# refused JQ ERRCODE NAME: the master key, changed
refused() {
	publish_cross alice "\"master_key\":$(text alice_master | jq -c "$1")"
	is_err 400 "$2" "uploadCrossSigningKeys: $3 (security 12)"
}
refused 5 M_BAD_JSON 'a key that is a number'
refused 'del(.user_id)' M_BAD_JSON 'nobody'"'"'s key'
refused '.user_id = "@bob:localhost"' M_BAD_JSON "another user's"
refused 'del(.usage)' M_BAD_JSON 'a key for nothing'
refused '.usage = ["self_signing"]' M_BAD_JSON 'a key for something else'
refused '.usage = "master"' M_BAD_JSON 'a usage that is no list'
refused '.usage = ["master", 5]' M_BAD_JSON 'a usage that is a number'
refused 'del(.keys)' M_BAD_JSON 'no key in it'
refused '.keys = {}' M_BAD_JSON 'an empty one'
refused '.keys += {"ed25519:x": "x"}' M_BAD_JSON 'two keys'
refused '.keys = {"ed25519:x": (.keys[])}' M_BAD_JSON 'a key under another name'
refused '.keys = {"ed25519:AAAA": "AAAA"}' M_BAD_JSON 'a short key'
refused '.keys |= with_entries(.key += "=" | .value += "=")' M_BAD_JSON 'a key with padding'
refused '.n = 0.5' M_BAD_JSON 'a number that cannot be signed'
refused ".signatures[\"@alice:localhost\"][\"ed25519:$device_alice\"] = \"AAAA\"" M_INVALID_SIGNATURE 'a signature that is none'
publish_cross alice "\"master_key\":$(text alice_master | jq -c ".x = \"$(printf %016384d 0)\"")"
is_err 413 M_TOO_LARGE 'uploadCrossSigningKeys: a very long key (security 16)'
publish_cross alice "\"master_key\":$(text alice_master),\"self_signing_key\":$(stripped "$(text alice_self_signing)")"
is_err 400 M_INVALID_SIGNATURE 'uploadCrossSigningKeys: a key that the master key did not sign'
publish_cross alice "\"master_key\":$(text alice_master),\"user_signing_key\":$(text alice_user_signing | jq -c '.x = 1')"
is_err 400 M_INVALID_SIGNATURE 'uploadCrossSigningKeys: one that was changed after that'
publish_cross alice "\"master_key\":$(text alice_master),\"user_signing_key\":$(sign_by alice_master alice "$public_alice_master" "$(stripped "$(text alice_self_signing)" | jq -c '.usage = ["user_signing"]')"),\"self_signing_key\":$(text alice_self_signing)"
is_err 400 M_INVALID_PARAM 'uploadCrossSigningKeys: one key for two purposes'
see bob alice
is_json "$at_alice" '[null,null,null]' 'uploadCrossSigningKeys: what is refused is not kept'
news bob
is_json .device_lists.changed '[]' 'uploadCrossSigningKeys: and nobody hears of it'

# --------------------------------------------------------------- publishing
publish_cross alice "$three"
is_status 200 'uploadCrossSigningKeys: the first ones need no authentication'
is_json . '{}' 'uploadCrossSigningKeys: says nothing'
see bob alice
is_json .master_keys "{\"@alice:localhost\":$(sorted "$(text alice_master | jq -c '.signatures = {}')")}" \
    'queryKeys: the master key as it was published'
is_json .self_signing_keys "{\"@alice:localhost\":$(sorted "$(text alice_self_signing)")}" \
    'queryKeys: the self-signing key, with the signature of the master key'
is_json .user_signing_keys '{}' 'queryKeys: nobody sees the user-signing key of others (security 12)'
see alice alice
is_json .user_signing_keys "{\"@alice:localhost\":$(sorted "$(text alice_user_signing)")}" \
    'queryKeys: its owner does'
see alice bob
is_json '[.master_keys, .self_signing_keys, .user_signing_keys]' '[{},{},{}]' 'queryKeys: who has none has none'
news bob
is_json .device_lists.changed '["@alice:localhost"]' 'sync.device_lists: changed: keys for cross-signing'
news phone
is_json .device_lists.changed '["@alice:localhost"]' "sync.device_lists: changed: the user's own devices hear of them"
news carol
is_json .device_lists.changed '[]' 'sync.device_lists: who shares no room does not (security 12)'
publish_cross alice "$three"
is_status 200 'uploadCrossSigningKeys: the same again needs no authentication'
publish_cross alice "\"self_signing_key\":$(text alice_self_signing)"
is_status 200 'uploadCrossSigningKeys: nor does one of them'
news bob
is_json .device_lists.changed '[]' 'uploadCrossSigningKeys: and is nothing new'

# ------------------------------------------------------ another takes its place
keep_self=$(text alice_self_signing)
keep_user=$(text alice_user_signing)
mv "$tmp/alice_self_signing.key" "$tmp/kept.key"
kept=$public_alice_self_signing
cross alice self_signing master
new="\"self_signing_key\":$(text alice_self_signing)"
publish_cross alice "$new"
is_status 401 'uploadCrossSigningKeys: another key asks for the password'
is_json .flows '[{"stages":["m.login.password"]}]' 'uploadCrossSigningKeys: by User-Interactive Authentication'
session=$(get_json .session)
publish_cross alice "$new,\"auth\":{\"type\":\"m.login.password\",\"session\":\"$session\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"alice\"},\"password\":\"wrong\"}"
is_status 401 'uploadCrossSigningKeys: a wrong password'
see bob alice
is_json '.self_signing_keys[].keys | keys' "[\"ed25519:$kept\"]" 'uploadCrossSigningKeys: changes nothing'
mv "$tmp/kept.key" "$tmp/alice_self_signing.key"
printf %s "$keep_self" >"$tmp/alice_self_signing.json"
public_alice_self_signing=$kept
cross alice user_signing master
publish_cross alice "\"master_key\":$(text alice_master),\"user_signing_key\":$(text alice_user_signing)"
is_status 401 'uploadCrossSigningKeys: another one beside the same master key does'
publish_cross alice "$password,\"user_signing_key\":$(text alice_user_signing)"
is_status 200 'uploadCrossSigningKeys: with the password it is taken'
see alice alice
is_json '.user_signing_keys[].keys | keys' "[\"ed25519:$public_alice_user_signing\"]" 'uploadCrossSigningKeys: it is there'
is_json '.self_signing_keys[].keys | keys' "[\"ed25519:$kept\"]" 'uploadCrossSigningKeys: the other stays'

# ------------------------------------------------------------ names of two kinds
identity trap
token=
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"bob\",\"password\":\"secret of bob\",\"device_id\":\"$public_trap\"}"
is_status 200 'bob has a device that is called like a key'
token_trap=$(get_json .access_token)
user_trap=$user_bob
key=$(jq -cn --arg key "$public_trap" '{user_id: "@bob:localhost", usage: ["master"], keys: {("ed25519:" + $key): $key}}')
publish_cross trap "\"master_key\":$key"
is_err 403 M_FORBIDDEN 'uploadCrossSigningKeys: a key with the id of a device'
as trap
req POST $v3/logout
token=
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"alice\",\"password\":\"secret of alice\",\"device_id\":\"$public_alice_master\"}"
is_err 403 M_FORBIDDEN 'uploadCrossSigningKeys: nor does a device come to have the id of a key'
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"bob\",\"password\":\"secret of bob\",\"device_id\":\"$public_alice_master\"}"
is_status 200 "uploadCrossSigningKeys: another user's keys are no concern"

# ----------------------------------------------------- signatures: own devices
for name in bob phone; do news $name; done
see alice alice
mine=$(get_json ".device_keys[][\"$device_phone\"] | del(.unsigned)" | jq -c .)
signed_phone=$(sign_by alice_self_signing alice "$public_alice_self_signing" "$(stripped "$mine")")
publish_signed alice "{\"@alice:localhost\":{\"$device_phone\":$signed_phone}}"
is_status 200 'uploadCrossSigningSignatures: the self-signing key signs a device'
is_json . '{"failures":{}}' 'uploadCrossSigningSignatures: nothing failed'
see bob alice
is_json ".device_keys[][\"$device_phone\"].signatures[\"@alice:localhost\"] | keys | sort" \
    "$(jq -cn --arg a "ed25519:$device_phone" --arg b "ed25519:$public_alice_self_signing" '[$a, $b] | sort')" \
    'queryKeys: all see it, beside its own'
is_json ".device_keys[][\"$device_phone\"] | del(.unsigned) | .signatures[][\"ed25519:$public_alice_self_signing\"]" \
    "$(printf %s "$signed_phone" | jq -c '.signatures[][]')" 'queryKeys: just as it was made'
news bob
is_json .device_lists.changed '["@alice:localhost"]' 'sync.device_lists: changed: a device is signed'
publish_signed alice "{\"@alice:localhost\":{\"$device_phone\":$(sign_by alice_self_signing alice "$public_alice_self_signing" "$mine")}}"
is_json .failures '{}' 'uploadCrossSigningSignatures: again, with those it had'
news bob
is_json .device_lists.changed '[]' 'uploadCrossSigningSignatures: is nothing new'
upload phone "{\"device_keys\":$mine}"
see bob alice
is_json ".device_keys[][\"$device_phone\"].signatures[] | length" 2 \
    'uploadKeys: a device that publishes the same again stays signed'
upload phone "{\"device_keys\":$(signed phone "$(printf %s "$signed_phone" | jq -c 'del(.signatures)')" | jq -c --arg name "ed25519:$public_alice_self_signing" '.signatures[][$name] = "AAAA"')}"
is_err 400 M_INVALID_SIGNATURE 'uploadKeys: a signature of the self-signing key that is none (security 12)'
upload phone "{\"device_keys\":$(printf %s "$mine" | jq -c '.signatures["@bob:localhost"]["ed25519:x"] = "AAAA"')}"
see bob alice
is_json ".device_keys[][\"$device_phone\"].signatures | keys" '["@alice:localhost"]' \
    'uploadKeys: signatures of others are none of its keys (security 12)'

# failed NAME USER KEY OBJECT ERRCODE WHAT
failed() {
	publish_signed "$1" "{\"@$2:localhost\":{\"$3\":$4}}"
	is_json '[.failures[][] | .errcode, (.error | type)]' "[\"$5\",\"string\"]" \
	    "uploadCrossSigningSignatures: refused: $6"
	is_json '.failures | map_values(keys)' "{\"@$2:localhost\":[\"$3\"]}" \
	    'uploadCrossSigningSignatures: failures: it says which'
}
bare=$(stripped "$mine")
by_self() { sign_by alice_self_signing alice "$public_alice_self_signing" "$1"; }
failed alice alice NONE "$signed_phone" M_NOT_FOUND 'a device that is not there'
failed alice alice "$device_phone" "$bare" M_INVALID_SIGNATURE 'no signature'
failed alice alice "$device_phone" "$(by_self "$(printf %s "$bare" | jq -c '.x = 1')")" M_INVALID_SIGNATURE 'what the device did not publish'
failed alice alice "$device_phone" "$(sign_by alice_user_signing alice "$public_alice_user_signing" "$bare")" M_INVALID_SIGNATURE 'of the user-signing key on a device'
failed alice alice "$device_phone" "$(sign_by alice_master alice "$public_alice_master" "$bare")" M_INVALID_SIGNATURE 'of the master key on a device'
failed alice alice "$device_phone" "$(sign_by alice alice "$device_alice" "$bare")" M_INVALID_SIGNATURE 'of another device on a device'
failed alice alice "$device_phone" "$(sign_by alice_master alice "$public_alice_self_signing" "$bare")" M_INVALID_SIGNATURE 'not of the key that it names'
failed alice alice "$device_phone" "$(sign_by alice_self_signing bob "$public_alice_self_signing" "$bare")" M_INVALID_SIGNATURE "in another user's name (security 12)"
failed alice alice "$public_alice_self_signing" "$(by_self "$(stripped "$(text alice_self_signing)")")" M_NOT_FOUND 'on a self-signing key'
failed bob bob "$device_bob" "$(sign_by bob bob x "$(stripped "$(device_keys bob)")")" M_INVALID_SIGNATURE 'of who has no self-signing key'
publish_signed alice "{\"@alice:localhost\":{\"NONE\":{},\"$device_phone\":$signed_phone},\"@carol:localhost\":{\"x\":{}}}"
is_json '.failures | map_values(keys)' '{"@alice:localhost":["NONE"],"@carol:localhost":["x"]}' \
    'uploadCrossSigningSignatures: each for itself'
for body in '{"@alice:localhost":5}' '{"@alice:localhost":{"x":5}}' '[]'; do
	publish_signed alice "$body"
	is_err 400 M_BAD_JSON "uploadCrossSigningSignatures: no objects: $body"
done
publish_signed alice "$(jq -cn '{"@alice:localhost": ([range(201) | {"D\(.)": {}}] | add)}')"
is_err 413 M_TOO_LARGE 'uploadCrossSigningSignatures: very many (security 16)'

# -------------------------------------------------- signatures: own master key
master=$(stripped "$(text alice_master)")
publish_signed alice "{\"@alice:localhost\":{\"$public_alice_master\":$(sign_by alice alice "$device_alice" "$master")}}"
is_json .failures '{}' 'uploadCrossSigningSignatures: a device signs the master key'
news bob
is_json .device_lists.changed '["@alice:localhost"]' 'sync.device_lists: changed: a master key is signed'
publish_signed phone "{\"@alice:localhost\":{\"$public_alice_master\":$(sign_by phone alice "$device_phone" "$master")}}"
see bob alice
is_json '.master_keys[].signatures["@alice:localhost"] | keys | sort' \
    "$(jq -cn --arg a "ed25519:$device_alice" --arg b "ed25519:$device_phone" '[$a, $b] | sort')" \
    'queryKeys: all see what devices of its user signed it with'
publish_cross alice "$three"
is_status 401 'uploadCrossSigningKeys: a user-signing key of before is a new one'
publish_cross alice "\"master_key\":$(text alice_master)"
see bob alice
is_json '.master_keys[].signatures[] | length' 2 'uploadCrossSigningKeys: the same master key stays signed'
failed alice alice "$public_alice_master" "$(by_self "$master")" M_INVALID_SIGNATURE 'of the self-signing key on the master key'
failed alice alice "$public_alice_master" "$(sign_by phone alice "$device_alice" "$master")" M_INVALID_SIGNATURE 'not of the device that it names'
failed alice alice "$public_alice_master" "$(sign_by alice alice "$device_alice" "$(printf %s "$master" | jq -c '.x = 1')")" M_INVALID_SIGNATURE 'on another master key'

# ------------------------------------------------ signatures: others' master keys
cross_signing bob
is_status 200 'bob has keys, too'
for name in alice bob carol phone; do news $name; done
theirs=$(stripped "$(text bob_master)")
by_user() { sign_by alice_user_signing alice "$public_alice_user_signing" "$1"; }
publish_signed alice "{\"@bob:localhost\":{\"$public_bob_master\":$(by_user "$theirs")}}"
is_json .failures '{}' "uploadCrossSigningSignatures: the user-signing key signs another's master key"
see alice bob
is_json '.master_keys[].signatures | map_values(keys)' \
    "{\"@alice:localhost\":[\"ed25519:$public_alice_user_signing\"]}" 'queryKeys: the signer sees it'
for name in bob carol; do
	see $name bob
	is_json '.master_keys[].signatures' '{}' "queryKeys: nobody else does: $name (security 12)"
done
news phone
is_json .device_lists.changed '["@bob:localhost"]' "sync.device_lists: changed: the signer's devices hear of it"
for name in bob carol; do
	news $name
	is_json .device_lists.changed '[]' "sync.device_lists: nobody else does: $name (security 12)"
done
as phone
req GET "$v3/keys/changes?from=$from&to=$since_phone"
publish_signed alice "{\"@bob:localhost\":{\"$public_bob_master\":$(by_user "$theirs")}}"
news phone
is_json .device_lists.changed '[]' 'uploadCrossSigningSignatures: the same again is nothing new'
bob_keys=$(stripped "$(device_keys bob)")
failed alice bob "$public_bob_master" "$(by_self "$theirs")" M_INVALID_SIGNATURE 'of the self-signing key on another user (security 12)'
failed alice bob "$public_bob_master" "$(sign_by alice alice "$device_alice" "$theirs")" M_INVALID_SIGNATURE 'of a device on another user (security 12)'
failed alice bob "$public_bob_master" "$(by_user "$(printf %s "$theirs" | jq -c '.x = 1')")" M_INVALID_SIGNATURE 'on another key than theirs'
failed alice bob "$device_bob" "$(by_user "$bob_keys")" M_NOT_FOUND "on another user's device (security 12)"
failed alice bob "$public_bob_self_signing" "$(by_user "$(stripped "$(text bob_self_signing)")")" M_NOT_FOUND "on another user's self-signing key"
failed alice nobody x "$(by_user "$theirs")" M_NOT_FOUND 'on nobody'
failed carol bob "$public_bob_master" "$(sign_by carol carol "$device_carol" "$theirs")" M_INVALID_SIGNATURE 'of who has no user-signing key'
publish_signed alice "{\"@x:elsewhere.example\":{\"y\":{}}}"
is_json '[.failures[][].errcode]' '["M_NOT_FOUND"]' 'uploadCrossSigningSignatures: refused: on a user of another server'
publish_signed bob "{\"@alice:localhost\":{\"$public_alice_master\":$(sign_by bob_user_signing bob "$public_bob_user_signing" "$master")}}"
is_json .failures '{}' 'and bob signs hers'
stop
start
see alice bob
is_json '.master_keys[].signatures | length' 1 'uploadCrossSigningSignatures: they outlive a restart'

# ------------------------------------------------ keys go, and what they signed
cross bob self_signing master
publish_cross bob "$(printf %s "$password" | sed s/alice/bob/g),\"self_signing_key\":$(text bob_self_signing)"
is_status 200 'bob has another self-signing key'
see alice bob
is_json '.master_keys[].signatures | length' 1 'uploadCrossSigningKeys: his master key stays signed'
cross alice self_signing master
publish_cross alice "$password,\"self_signing_key\":$(text alice_self_signing)"
see bob alice
is_json ".device_keys[][\"$device_phone\"].signatures[] | keys" "[\"ed25519:$device_phone\"]" \
    'uploadCrossSigningKeys: what a key of before signed is not signed any more'
news phone
cross alice master
cross alice self_signing master
publish_cross alice "$password,\"master_key\":$(text alice_master),\"self_signing_key\":$keep_self"
is_err 400 M_INVALID_SIGNATURE 'uploadCrossSigningKeys: a key of before beside a new master key'
publish_cross alice "$password,\"master_key\":$(text alice_master),\"self_signing_key\":$(text alice_self_signing)"
is_status 200 'uploadCrossSigningKeys: another master key'
see alice alice
is_json .user_signing_keys '{}' 'uploadCrossSigningKeys: ends what the one before it signed'
is_json '.master_keys[].signatures' '{}' 'uploadCrossSigningKeys: and what had signed that'
see alice bob
is_json '.master_keys[].signatures' '{}' 'uploadCrossSigningKeys: and what came of that'
see bob alice
is_json '.master_keys[].signatures' '{}' 'uploadCrossSigningKeys: others have not signed the new one (security 12)'
news phone
is_json .device_lists.changed '["@alice:localhost"]' "sync.device_lists: changed: the new keys"
device alice tablet
identity tablet
upload tablet "{\"device_keys\":$(device_keys tablet)}"
master=$(stripped "$(text alice_master)")
publish_signed alice "{\"@alice:localhost\":{\"$public_alice_master\":$(sign_by tablet alice "$device_tablet" "$master")}}"
as tablet
req POST $v3/logout
publish_signed alice "{\"@alice:localhost\":{\"$public_alice_master\":$(sign_by phone alice "$device_phone" "$master")}}"
see bob alice
is_json '.master_keys[].signatures[] | keys' "[\"ed25519:$device_phone\"]" \
    'uploadCrossSigningSignatures: that of a device which is gone does not stay for ever'

# --------------------------------------------------------------------- who may
admin user suspend carol
cross_signing carol
is_status 200 'uploadCrossSigningKeys: a suspended account may'
publish_signed carol "{\"@carol:localhost\":{\"$public_carol_master\":$(sign_by carol carol "$device_carol" "$(stripped "$(text carol_master)")")}}"
is_json .failures '{}' 'uploadCrossSigningSignatures: and sign its own'
publish_signed carol "{\"@bob:localhost\":{\"$public_bob_master\":$(sign_by carol_user_signing carol "$public_carol_user_signing" "$theirs")}}"
is_err 403 M_USER_SUSPENDED 'uploadCrossSigningSignatures: but nobody else'
token=
for what in device_signing signatures; do
	req POST $v3/keys/$what/upload '{}'
	is_err 401 M_MISSING_TOKEN "keys/$what/upload: without a token"
done
deactivate alice
see bob alice
is_json "$at_alice" '[null,null,null]' 'queryKeys: who is gone has no keys'
done_testing
