# devices.sh - sourced after lib.sh by tests of devices and their keys.
#
# device NAME AS                another session of NAME, known as AS from there
# send_to NAME TYPE MESSAGES    PUT /sendToDevice, each time with another id
# sync NAME [SINCE [QUERY]]     sets $since; without SINCE the first one
# upload NAME BODY, query NAME BODY, claim NAME BODY
#                               POST /keys/upload and so on
# identity NAME                 an ed25519 key for the device of NAME
# signed NAME JSON              JSON signed with it, on the standard output; its
#                               texts are ASCII, so that jq makes it canonical
# device_keys NAME [JSON]       signed identity keys, merged with JSON before
# one_time NAME ID...           signed one-time keys for one_time_keys; $key_more
#                               ("member":value,) stands in each
# cross NAME USAGE [BY]         a new key pair, known as NAME_USAGE, and the key as
#                               it is published, signed by BY if given; it is in
#                               the file $tmp/NAME_USAGE.json
# sign_by KEY NAME ID JSON      JSON with the signature of that key of NAME under
#                               ed25519:ID, beside those it has
# stripped JSON                 JSON without signatures
# publish_cross NAME MEMBERS    POST /keys/device_signing/upload
# publish_signed NAME BODY      POST /keys/signatures/upload
# cross_signing NAME            NAME has published keys of all three usages

v3=/_matrix/client/v3
txn=0

device() {
	token=
	req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"$1\",\"password\":\"secret of $1\",\"initial_device_display_name\":\"The $2\"}"
	[ "$status" = 200 ] || { show; bail_out "$1 cannot log in"; }
	eval "token_$2=$(get_json .access_token) user_$2=$(get_json .user_id)" \
	    "device_$2=$(get_json .device_id)"
}

send_to() {
	as "$1"
	txn=$((txn + 1))
	req PUT "$v3/sendToDevice/$2/to$txn" "{\"messages\":$3}"
}

sync() {
	as "$1"
	req GET "$v3/sync?timeout=${wait:-0}${2:+&since=$2}${3:+&$3}"
	since=$(get_json .next_batch)
}

upload() { as "$1"; req POST $v3/keys/upload "$2"; }
query() { as "$1"; req POST $v3/keys/query "$2"; }
claim() { as "$1"; req POST $v3/keys/claim "$2"; }

identity() {
	openssl genpkey -algorithm ed25519 -out "$tmp/$1.key" 2>"$tmp/said" ||
	    bail_out 'openssl makes no ed25519 key'
	eval "public_$1=$(openssl pkey -in "$tmp/$1.key" -pubout -outform DER |
	    tail -c 32 | base64 | tr -d =)"
}

signed() {
	printf %s "$2" | jq -cSj 'del(.signatures, .unsigned)' >"$tmp/to-sign"
	eval "signer=\$user_$1 name=ed25519:\$device_$1"
	signature=$(openssl pkeyutl -sign -inkey "$tmp/$1.key" -rawin \
	    -in "$tmp/to-sign" | base64 -w 0 | tr -d =)
	printf %s "$2" | jq -c --arg user "$signer" --arg name "$name" \
	    --arg signature "$signature" \
	    '. * {signatures: {($user): {($name): $signature}}}'
}

device_keys() {
	eval "whose=\$user_$1 id=\$device_$1 public=\$public_$1"
	signed "$1" "$(jq -cn --arg user "$whose" --arg id "$id" \
	    --arg key "$public" --argjson more "${2-"{}"}" \
	    '{user_id: $user, device_id: $id, algorithms:
	    ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
	    keys: {("curve25519:" + $id): $key, ("ed25519:" + $id): $key}}
	    * $more')"
}

one_time() {
	one_time_of=$1
	shift
	for id; do
		signed "$one_time_of" "{${key_more-}\"key\":\"$(printf '%032d' "${id##*[!0-9]}" | base64 | tr -d =)\"}" |
		    jq -c --arg id "$id" '{("signed_curve25519:" + $id): .}'
	done | jq -cs add
}

sign_by() {
	printf %s "$4" | jq -cSj 'del(.signatures, .unsigned)' >"$tmp/to-sign"
	signature=$(openssl pkeyutl -sign -inkey "$tmp/$1.key" -rawin \
	    -in "$tmp/to-sign" | base64 -w 0 | tr -d =)
	eval "signer=\$user_$2"
	printf %s "$4" | jq -c --arg user "$signer" --arg name "ed25519:$3" \
	    --arg signature "$signature" \
	    '. * {signatures: {($user): {($name): $signature}}}'
}

stripped() { printf %s "$1" | jq -c 'del(.signatures, .unsigned)'; }

cross() {
	identity "$1_$2"
	eval "whose=\$user_$1 public=\$public_$1_$2"
	key=$(jq -cn --arg user "$whose" --arg key "$public" --arg usage "$2" \
	    '{user_id: $user, usage: [$usage], keys: {("ed25519:" + $key): $key}}')
	if [ -n "${3-}" ]; then
		eval "by=\$public_$1_$3"
		key=$(sign_by "$1_$3" "$1" "$by" "$key")
	fi
	printf %s "$key" >"$tmp/$1_$2.json"
}

publish_cross() { as "$1"; req POST $v3/keys/device_signing/upload "{$2}"; }
publish_signed() { as "$1"; req POST $v3/keys/signatures/upload "$2"; }

cross_signing() {
	cross "$1" master
	cross "$1" self_signing master
	cross "$1" user_signing master
	publish_cross "$1" "\"master_key\":$(cat "$tmp/$1_master.json"),\"self_signing_key\":$(cat "$tmp/$1_self_signing.json"),\"user_signing_key\":$(cat "$tmp/$1_user_signing.json")"
}
