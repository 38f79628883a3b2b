#!/bin/sh
# Server-side key backups: /room_keys/version and /room_keys/keys.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/devices.sh"
start
expect_log 'a client request body is buffered to a temporary file'
user alice
user bob
algorithm=m.megolm_backup.v1.curve25519-aes-sha2
versions=$v3/room_keys/version keys=$v3/room_keys/keys
about() { printf '{"algorithm":"%s","auth_data":{"public_key":"%s"}}' "${2-$algorithm}" "$1"; }
key() { # INDEX FORWARDED VERIFIED TEXT
	printf '{"first_message_index":%s,"forwarded_count":%s,"is_verified":%s,"session_data":{"ciphertext":"%s"}}' "$@"
}
room='!a:localhost' other='!b:elsewhere.example'
a=$(enc "$room") b=$(enc "$other")

# ---------------------------------------------------------------- versions
as alice
req GET $versions
is_err 404 M_NOT_FOUND 'getRoomKeysVersionCurrent: there is no backup'
req GET $versions/1
is_err 404 M_NOT_FOUND 'getRoomKeysVersion: nor one of a version'
req PUT $versions/1 "$(about x)"
is_err 404 M_NOT_FOUND 'putRoomKeysVersion: nor can it be changed'
req DELETE $versions/1
is_err 404 M_NOT_FOUND 'deleteRoomKeysVersion: or deleted'
req PUT "$keys?version=1" '{"rooms":{}}'
is_err 404 M_NOT_FOUND 'putRoomKeys: or written to'
for body in '{:M_NOT_JSON' '{}:M_MISSING_PARAM' '{"algorithm":"x"}:M_MISSING_PARAM' \
    '{"algorithm":5,"auth_data":{}}:M_BAD_JSON' '{"algorithm":"x","auth_data":[]}:M_BAD_JSON' \
    '{"algorithm":"","auth_data":{}}:M_INVALID_PARAM'; do
	req POST $versions "${body%:*}"
	is_err 400 "${body##*:}" "postRoomKeysVersion: refused: ${body%:*}"
done
req POST $versions "$(about x "$(printf '%0256d' 0)")"
is_err 400 M_INVALID_PARAM 'postRoomKeysVersion: an algorithm of 256 bytes (security 19)'
req POST $versions "$(about "$(printf '%065536d' 0)")"
is_err 413 M_TOO_LARGE 'postRoomKeysVersion: auth_data that is too large (security 19)'
req POST $versions "$(about one)"
is_json . '{"version":"1"}' 'postRoomKeysVersion: the first version'
req GET $versions
first="{\"algorithm\":\"$algorithm\",\"auth_data\":{\"public_key\":\"one\"},\"count\":0,\"etag\":\"0\",\"version\":\"1\"}"
is_json . "$first" 'getRoomKeysVersionCurrent: as it was made, and empty'
req GET $versions/1
is_json . "$first" 'getRoomKeysVersion: by its version'
for version in 0 01 -1 1x 2 99999999999999999999 %20; do
	req GET "$versions/$version"
	is_err 404 M_NOT_FOUND "getRoomKeysVersion: there is no $version"
done
req PUT $versions/1 "$(about two)";	is_json . '{}' 'putRoomKeysVersion: auth_data is changed'
req GET $versions
is_json '[.auth_data.public_key, .etag]' '["two","0"]' 'putRoomKeysVersion: and nothing else'
req PUT $versions/1 "$(about x org.example.other)"
is_err 400 M_INVALID_PARAM 'putRoomKeysVersion: the algorithm stays'
req PUT $versions/1 "$(about x | sed 's/}$/,"version":"2"}/')"
is_err 400 M_INVALID_PARAM 'putRoomKeysVersion: the version is that of the path'
req PUT $versions/1 '{"auth_data":{}}'
is_err 400 M_MISSING_PARAM 'putRoomKeysVersion: the algorithm is missing'
req PUT $versions/1 "$(about three | sed 's/}$/,"version":"1"}/')"
is_status 200 'putRoomKeysVersion: the version may be named'

# -------------------------------------------------------------------- keys
session=$keys/$a/one?version=1
req GET "$session"
is_err 404 M_NOT_FOUND 'getRoomKeyBySessionId: there is no such key'
req GET "$keys/$a?version=1"
is_json . '{"sessions":{}}' 'getRoomKeysByRoomId: no keys'
req GET "$keys?version=1"
is_json . '{"rooms":{}}' 'getRoomKeys: no keys'
req PUT "$session" "$(key 5 5 false first)"
is_json . '{"count":1,"etag":"1"}' 'putRoomKeyBySessionId: a key is kept'
req GET "$session"
is_json . "$(key 5 5 false first)" 'getRoomKeyBySessionId: as it was given'
better() { # STAYS|GOES INDEX FORWARDED VERIFIED WHAT
	req GET $versions/1; before=$(get_json .etag)
	req PUT "$session" "$(key "$2" "$3" "$4" "$5")"
	after=$(get_json .etag)
	req GET "$session"
	case $1 in
	goes) is_json .session_data.ciphertext "\"$5\"" "putRoomKeyBySessionId: $5 takes the place"
	    [ "$before" != "$after" ]; ok $? 'and the etag is another' ;;
	stays) [ "$(get_json .session_data.ciphertext)" != "$5" ]
	    ok $? "putRoomKeyBySessionId: $5 does not"
	    is "$after" "$before" 'and the etag is what it was' ;;
	esac
}
better stays 5 5 false 'one that is as good'
better stays 5 6 false 'one that was forwarded more often'
better goes 5 4 false 'one that was forwarded less often'
better stays 6 0 false 'one of a later message'
better goes 4 9 false 'one of an earlier message'
better goes 8 9 true 'one that is verified'
better stays 0 0 false 'one that is not verified any more'
better goes 7 9 true 'one of an earlier message, too,'

refused() { # ERRCODE BODY WHAT
	req PUT "$session" "$2"
	is_err 400 "$1" "putRoomKeyBySessionId: refused: $3"
	req PUT "$keys/$a?version=1" "{\"sessions\":{\"good\":$(key 0 0 true x),\"bad\":$2}}"
	is_err 400 "$1" "putRoomKeysByRoomId: refused: $3"
	req PUT "$keys?version=1" "{\"rooms\":{\"$other\":{\"sessions\":{\"good\":$(key 0 0 true x)}},\"$room\":{\"sessions\":{\"bad\":$2}}}}"
	is_err 400 "$1" "putRoomKeys: refused: $3"
}
for field in first_message_index forwarded_count is_verified session_data; do
	refused M_MISSING_PARAM "$(key 0 0 true x | jq -c "del(.$field)")" "no $field"
	refused M_BAD_JSON "$(key 0 0 true x | jq -c ".$field = \"x\"")" "a text for $field"
done
refused M_INVALID_PARAM "$(key -1 0 true x)" 'a negative index'
refused M_INVALID_PARAM "$(key 0 -1 true x)" 'a negative count'
refused M_BAD_JSON "$(key 0.5 0 true x)" 'half an index'
for body in '{}:M_MISSING_PARAM' '{"rooms":[]}:M_BAD_JSON' '{"rooms":{"!a:x":5}}:M_BAD_JSON' \
    '{"rooms":{"!a:x":{}}}:M_MISSING_PARAM' '{"rooms":{"!a:x":{"sessions":[]}}}:M_BAD_JSON' \
    '{"rooms":{"!a:x":{"sessions":{"s":5}}}}:M_BAD_JSON' '{"rooms":{"a":{"sessions":{}}}}:M_INVALID_PARAM' \
    "{\"rooms\":{\"!a:x\":{\"sessions\":{\"\":$(key 0 0 true x)}}}}:M_INVALID_PARAM"; do
	req PUT "$keys?version=1" "${body%:*}"
	is_err 400 "${body##*:}" "putRoomKeys: refused: ${body%:*}"
done
req PUT "$keys/$a/$(printf '%0256d' 0)?version=1" "$(key 0 0 true x)"
is_err 400 M_INVALID_PARAM 'putRoomKeyBySessionId: a session of 256 bytes (security 19)'
req PUT "$session" "$(key 0 0 true "$(printf '%065536d' 0)")"
is_err 413 M_TOO_LARGE 'putRoomKeyBySessionId: session_data that is too large (security 19)'
req PUT "$keys/x/one?version=1" "$(key 0 0 true x)"
is_err 400 M_INVALID_PARAM 'putRoomKeyBySessionId: of what is no room'
for path in "$keys" "$keys/$a" "$keys/$a/one"; do
	for method in GET DELETE PUT; do
		req $method "$path" '{}'
		is_err 400 M_MISSING_PARAM "$method $path: the version is missing"
		req $method "$path?version=9" '{}'
		is_err 404 M_NOT_FOUND "$method $path: there is no such version"
	done
done
req GET $versions/1
is_json .count 1 'what was refused left nothing'

req PUT "$keys/$a?version=1" "{\"sessions\":{\"two\":$(key 0 0 true x),\"one\":$(key 99 0 false x)}}"
is_json .count 2 'putRoomKeysByRoomId: each by itself is better or not'
req PUT "$keys?version=1" "{\"rooms\":{\"$room\":{\"sessions\":{}},\"$other\":{\"sessions\":{\"one\":$(key 3 0 true y),\"a/b\":$(key 3 0 true z)}}}}"
is_json .count 4 'putRoomKeys: of several rooms'
etag=$(get_json .etag)
req PUT "$keys?version=1" '{"rooms":{}}'
is_json . "{\"count\":4,\"etag\":\"$etag\"}" 'putRoomKeys: nothing changes nothing'
req GET "$keys?version=1"
is_json '.rooms | map_values(.sessions | keys)' "{\"$room\":[\"one\",\"two\"],\"$other\":[\"a/b\",\"one\"]}" \
    'getRoomKeys: all of them'
is_json ".rooms[\"$other\"].sessions.one" "$(key 3 0 true y)" 'getRoomKeys: as they were given'
req GET "$keys/$b?version=1"
is_json '.sessions | keys' '["a/b","one"]' 'getRoomKeysByRoomId: of that room'
req GET "$keys/$b/a%2Fb?version=1"
is_json . "$(key 3 0 true z)" 'getRoomKeyBySessionId: an id is any text'

# ------------------------------------------------------------------ others
as bob
for path in "$versions" "$versions/1" "$keys?version=1" "$keys/$a?version=1" "$session"; do
	req GET "$path"
	is_err 404 M_NOT_FOUND "another user sees nothing of $path"
	case $path in "$versions") continue ;; esac
	req DELETE "$path"
	is_err 404 M_NOT_FOUND "nor deletes anything of $path"
done
req PUT "$session" "$(key 0 0 true stolen)"
is_err 404 M_NOT_FOUND 'nor writes to it'
req POST $versions "$(about bob)"
is_json .version '"1"' 'postRoomKeysVersion: each user counts for themselves'
req GET "$keys?version=1"
is_json . '{"rooms":{}}' 'getRoomKeys: of their own'

# ---------------------------------------------------------------- deleting
as alice
req DELETE "$keys/$b/nothing?version=1"
is_json . "{\"count\":4,\"etag\":\"$etag\"}" 'deleteRoomKeyBySessionId: what is not there is gone'
req DELETE "$keys/$b/one?version=1"
is_json .count 3 'deleteRoomKeyBySessionId: a key'
[ "$(get_json .etag)" != "$etag" ]; ok $? 'deleteRoomKeyBySessionId: the etag is another'
req DELETE "$keys/$a?version=1"
is_json .count 1 'deleteRoomKeysByRoomId: those of a room'
req GET "$keys?version=1"
is_json '.rooms | keys' "[\"$other\"]" 'deleteRoomKeysByRoomId: and of no other'
etag=$(req GET $versions/1; get_json .etag)
req DELETE "$keys?version=1"
is_json .count 0 'deleteRoomKeys: all'
[ "$(get_json .etag)" -gt "$etag" ]; ok $? 'deleteRoomKeys: the etag is another'
etag=$(get_json .etag)
req DELETE "$keys?version=1"
is_json . "{\"count\":0,\"etag\":\"$etag\"}" 'deleteRoomKeys: none'
req GET $versions
is_json '[.version, .auth_data.public_key]' '["1","three"]' 'deleteRoomKeys: the version stays'
req PUT "$session" "$(key 9 9 false again)"
is_json .count 1 'putRoomKeyBySessionId: nothing is in its way any more'

# ----------------------------------------------------------- a new version
req POST $versions "$(about new)"
is_json .version '"2"' 'postRoomKeysVersion: a newer version'
req GET $versions
is_json .version '"2"' 'getRoomKeysVersionCurrent: the newest'
for path in "$keys" "$keys/$a" "$keys/$a/one"; do
	req PUT "$path?version=1" '{}'
	is_err 403 M_WRONG_ROOM_KEYS_VERSION "PUT $path: of an older version"
	is_json .current_version '"2"' 'and the newest is named'
done
req GET "$session";		is_json .session_data.ciphertext '"again"' 'an older version can be read'
req PUT $versions/1 "$(about y)"; is_status 200 'putRoomKeysVersion: of an older version'
req GET "$keys?version=2";	is_json . '{"rooms":{}}' 'the newer one has no keys of it'
req DELETE "$session";		is_json .count 0 'deleteRoomKeyBySessionId: of an older version'
req DELETE $versions/2;		is_json . '{}' 'deleteRoomKeysVersion: it goes'
req DELETE $versions/2;		is_json . '{}' 'deleteRoomKeysVersion: and is gone'
req GET $versions/2;		is_err 404 M_NOT_FOUND 'getRoomKeysVersion: it is not there'
req GET $versions;		is_json .version '"1"' 'getRoomKeysVersionCurrent: the older one is the newest'
req PUT "$keys?version=2" '{"rooms":{}}'
is_err 404 M_NOT_FOUND 'putRoomKeys: of one that is gone'
req DELETE $versions/3;		is_err 404 M_NOT_FOUND 'deleteRoomKeysVersion: it never was'
req POST $versions "$(about next)"
is_json .version '"3"' 'postRoomKeysVersion: a number comes once'

# -------------------------------------------------------------------- many
jq -cn --arg room "$room" '{rooms: {($room): {sessions: ([range(1201) |
    {("s\(.)"): {first_message_index: ., forwarded_count: 0, is_verified: true,
    session_data: {n: .}}}] | add)}}}' >"$tmp/many"
req_file PUT "$keys?version=3" "$tmp/many"
is_json .count 1201 'putRoomKeys: many, in pieces'
req GET "$keys?version=3"
is_json '.rooms[].sessions | [length, .s1200.session_data.n]' '[1201,1200]' 'getRoomKeys: many'
jq -cS . <"$tmp/many" >"$tmp/want"; jq -cS . <"$tmp/body" >"$tmp/got"
cmp -s "$tmp/want" "$tmp/got"; ok $? 'getRoomKeys: all as they were given'
req GET "$keys/$a?version=3"
is_json '.sessions | length' 1201 'getRoomKeysByRoomId: many'
req DELETE "$keys/$a?version=3"
is_json .count 0 'deleteRoomKeysByRoomId: many, in pieces'
req_file PUT "$keys?version=3" "$tmp/many"
is_json .count 1201 'putRoomKeys: and again'
req DELETE "$keys?version=3"
is_json .count 0 'deleteRoomKeys: many'
req_file PUT "$keys?version=3" "$tmp/many"
req DELETE $versions/3
is_status 200 'deleteRoomKeysVersion: many'
req GET "$keys?version=3"
is_err 404 M_NOT_FOUND 'deleteRoomKeysVersion: none is left'
n=0
while req POST $versions "$(about more)" && [ "$status" = 200 ]; do n=$((n + 1)); done
is_err 413 M_TOO_LARGE 'postRoomKeysVersion: there is a bound (security 19)'
is "$n" 99 'postRoomKeysVersion: of 100 versions that are there'

# --------------------------------------------------------------- the account
as bob
req PUT "$keys/$a/one?version=1" "$(key 0 0 true mine)"
admin user suspend bob
req PUT "$keys/$a/two?version=1" "$(key 0 0 true mine)"
is_json .count 2 'who is suspended populates their backup'
admin user suspend bob --off || admin user unsuspend bob
token=
req GET $versions
is_err 401 M_MISSING_TOKEN 'who is nobody has none'
deactivate bob
is_status 200 'an account with a backup ends'
done_testing
