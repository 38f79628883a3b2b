#!/bin/sh
# What users show of themselves: /profile/{userId}, and the member events that
# repeat it.
. "$(dirname "$0")/lib.sh"
conf accounts guests yes
start
user anna
user bob
v3=/_matrix/client/v3
v1=/_matrix/client/api/v1
me=$v3/profile/@anna:localhost

# show NAME FIELD VALUE: set a field of NAME's profile
show() {
	as "$1"
	req PUT "$v3/profile/@$1:localhost/$2" "{\"$2\": $3}"
}

# told NAME KEY WANT TEXT: in the end a member event of NAME in $room says so.
# As CGI a request does a piece of what is left to do when it has answered.
told() {
	tries=0
	while [ $((tries += 1)) -lt 200 ]; do
		req GET "$v3/rooms/$(enc "$room")/state/m.room.member/@$1:localhost"
		[ "$(get_json ".$2")" != "$3" ] || break
	done
	is "$(get_json ".$2")" "$3" "$4"
}

# ------------------------------------------------------------ one's own
as anna
req GET $me
is_status 200 'getUserProfile: of a new account'
is_json . '{}' 'is empty'
req GET $me/displayname
is_err 404 M_NOT_FOUND 'getProfileField: a field that is not set'
show anna displayname '"Anna"'
is_status 200 'setProfileField: displayname'
is_json . '{}' 'answered with nothing'
show anna avatar_url '"mxc://localhost/abc"'
is_status 200 'setProfileField: avatar_url'
show anna m.tz '"Europe/Lisbon"'
is_status 200 'setProfileField: m.tz'
show anna org.example.pets '{"cats": [1, 2.5, null], "dog": false}'
is_status 200 'setProfileField: any JSON under a name of ones own'
token=
req GET $me
is_json . '{"avatar_url":"mxc://localhost/abc","displayname":"Anna","m.tz":"Europe/Lisbon","org.example.pets":{"cats":[1,2.5,null],"dog":false}}' \
    'PRO-3: all of it, without a token'
req GET $me/displayname
is_json . '{"displayname":"Anna"}' 'PRO-1: one of it'
req GET $me/org.example.pets
is_json . '{"org.example.pets":{"cats":[1,2.5,null],"dog":false}}' 'or another'
as anna
req DELETE $me/m.tz
is_status 200 'deleteProfileField: a field'
req DELETE $me/m.tz
is_status 200 'deleteProfileField: and once more'
req GET $me/m.tz
is_err 404 M_NOT_FOUND 'getProfileField: it is gone'
show anna avatar_url '""'
req GET $me/avatar_url
is_err 404 M_NOT_FOUND 'an empty picture is none'
show anna avatar_url '"mxc://localhost/abc"'
show anna avatar_url null
req GET $me/avatar_url
is_err 404 M_NOT_FOUND 'nor is null'
show anna org.example.none null
req GET $me/org.example.none
is_json . '{"org.example.none":null}' 'elsewhere null is a value'

# ----------------------------------------------------------- what is wrong
req PUT $me/displayname '{"name": "x"}'
is_err 400 M_MISSING_PARAM 'setProfileField: without the field'
show anna displayname 7
is_err 400 M_BAD_JSON 'setProfileField: a name that is a number'
show anna displayname "\"$(printf '%0300d' 0)\""
is_err 400 M_INVALID_PARAM 'setProfileField: a long name'
show anna avatar_url '"https://example.org/a.png"'
is_err 400 M_INVALID_PARAM 'a picture that is elsewhere'
show anna m.tz 1
is_err 400 M_BAD_JSON 'a time zone that is a number'
for zone in '' Europe/ /Lisbon 'Europe Lisbon' Europe//Lisbon 2nd Europe/-1 \
    "$(printf '%s/%060d' Europe 0 | tr 0 x)"; do
	show anna m.tz "\"$zone\""
	is_err 400 M_INVALID_PARAM "setProfileField: no time zone: $zone"
done
for zone in UTC Etc/GMT+5 America/Argentina/ComodRivadavia; do
	show anna m.tz "\"$zone\""
	is_status 200 "setProfileField: a time zone: $zone"
done
req DELETE $me/m.tz
for name in Pets pets org..pets .pets org.example. org.Example 1.a; do
	req PUT "$me/$name" "{\"$name\": 1}"
	is_err 400 M_INVALID_PARAM "no name for a field: $name"
done
long=a.$(printf '%0254d' 0)
req PUT "$me/$long" "{\"$long\": 1}"
is_err 400 M_KEY_TOO_LARGE 'setProfileField: a long name of a field'
show anna org.example.big "\"$(printf '%060000d' 0)\""
is_status 200 'a large field'
show anna org.example.more "\"$(printf '%06000d' 0)\""
is_err 400 M_PROFILE_TOO_LARGE 'setProfileField: with which another is too much'
show anna org.example.big null
show anna org.example.more null
req GET $me
# Quotes, a colon, a comma and so many more make it one byte too long.
room=$((65536 - $(jq -cj . "$tmp/body" | wc -c) - 2 + 4))
show anna org.example.big "\"$(printf "%0${room}d" 0)\""
is_err 400 M_PROFILE_TOO_LARGE 'setProfileField: 64 KiB are too much'
show anna org.example.big "\"$(printf "%0$((room - 1))d" 0)\""
is_status 200 'setProfileField: a byte less is not'
req GET $me
is "$(jq -cj . "$tmp/body" | wc -c)" 65535 'getUserProfile: which is all of it'
show anna org.example.big '"small"'
show anna org.example.more "\"$(printf '%06000d' 0)\""
is_status 200 'until it is smaller'
as bob
req PUT $me/displayname '{"displayname": "Bob"}'
is_err 403 M_FORBIDDEN 'setProfileField: the name of another (security 18)'
req DELETE $me/displayname
is_err 403 M_FORBIDDEN 'deleteProfileField: nor can it be taken away'
token=
req PUT $me/displayname '{"displayname": "Bob"}'
is_err 401 M_MISSING_TOKEN 'setProfileField: nor by a stranger'
req GET $v3/profile/@nobody:localhost
is_err 404 M_NOT_FOUND 'getUserProfile: nobody'
req GET $v3/profile/nobody
is_err 400 M_INVALID_PARAM 'getUserProfile: no user id'
req GET $v3/profile/@nobody:localhost/displayname
is_err 404 M_NOT_FOUND 'getProfileField: of nobody'
req GET $v3/profile/nobody/displayname
is_err 400 M_INVALID_PARAM 'getProfileField: no user id'
as anna
req PUT $me/displayname '['
is_err 400 M_NOT_JSON 'setProfileField: no JSON'
req PUT $me/displayname '[]'
is_err 400 M_BAD_JSON 'setProfileField: no object'
for name in Pets pets org..pets; do
	req DELETE "$me/$name"
	is_err 400 M_INVALID_PARAM "deleteProfileField: no name for a field: $name"
done
req DELETE "$me/$long"
is_err 400 M_KEY_TOO_LARGE 'deleteProfileField: a long name of a field'
token=
req DELETE $me/displayname
is_err 401 M_MISSING_TOKEN 'deleteProfileField: nor by a stranger'

# Guests change their name, and nothing else.
req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token) guest=$v3/profile/$(enc "$(get_json .user_id)")
req PUT "$guest/displayname" '{"displayname": "A guest"}'
is_status 200 'setProfileField: the displayname of a guest'
req GET "$guest/displayname"
is_json . '{"displayname":"A guest"}' 'which is shown'
for field in avatar_url:mxc://localhost/a m.tz:Europe/Lisbon org.example.pets:cats; do
	name=${field%%:*}
	req PUT "$guest/$name" "{\"$name\": \"${field#*:}\"}"
	is_err 403 M_GUEST_ACCESS_FORBIDDEN "setProfileField: no $name of a guest (security 18)"
	req DELETE "$guest/$name"
	is_err 403 M_GUEST_ACCESS_FORBIDDEN "deleteProfileField: no $name of a guest (security 18)"
done
req DELETE "$guest/displayname"
is_status 200 'deleteProfileField: the displayname of a guest'

# ------------------------------------------------------------- 2015
as anna
req PUT $v1/profile/@anna:localhost/displayname '{"displayname": "Anna A."}'
is_status 200 'PRO-1: as in 2015'
req PUT $v1/profile/@anna:localhost/avatar_url \
    '{"avatar_url": "http://example.org/a.png"}'
is_status 200 'when pictures could be anywhere'
req GET $v1/profile/@anna:localhost
is_json .displayname '"Anna A."' 'and read so'
req PUT $v1/profile/@anna:localhost/displayname '{}'
is_err 400 M_BAD_JSON 'nothing, as 2015 refuses it'

# ------------------------------------------------------ in member events
show anna avatar_url '"mxc://localhost/abc"'
as anna
req POST $v3/createRoom '{"invite": ["@bob:localhost"], "preset": "public_chat"}'
room=$(get_json .room_id)
req GET "$v3/rooms/$(enc "$room")/state/m.room.member/@anna:localhost"
is_json . '{"avatar_url":"mxc://localhost/abc","displayname":"Anna A.","membership":"join"}' \
    'MEM-7: who creates a room is named in it'
show bob displayname '"Bob"'
as bob
req POST "$v3/join/$(enc "$room")" '{}'
told bob displayname Bob 'MEM-7: so is who joins'
show bob displayname '"Robert"'
told bob displayname Robert 'PRO-2: a change is told to the room'
req GET "$v3/rooms/$(enc "$room")/messages?dir=b&limit=2"
is_json '[.chunk[] | .content.displayname, .unsigned.prev_content.displayname]' \
    '["Robert","Bob","Bob",null]' 'by one event'
show bob displayname '"Robert"'
req GET "$v3/rooms/$(enc "$room")/messages?dir=b&limit=2"
is_json '[.chunk[].content.displayname]' '["Robert","Bob"]' 'the same again is told to nobody'
show bob org.example.pets '1'
req GET "$v3/rooms/$(enc "$room")/messages?dir=b&limit=1"
is_json '.chunk[0].content.displayname' '"Robert"' 'not that of other fields'
as bob
req DELETE "$v3/profile/@bob:localhost/displayname"
told bob displayname null 'a name that was taken away'
req POST "$v3/rooms/$(enc "$room")/leave" '{}'
show bob displayname '"Gone"'
as anna
req GET "$v3/rooms/$(enc "$room")/state/m.room.member/@bob:localhost"
is_json .membership '"leave"' 'who has left a room stays out of it'
req GET $v3/profile/@bob:localhost
is_json .displayname '"Gone"' 'but has the name'

# ----------------------------------------------------- who may look
stop
conf accounts profile_lookup users
start
token=
req GET $me
is_err 403 M_FORBIDDEN 'getUserProfile: profile_lookup users: a stranger'
as bob
req GET $me
is_status 200 'a user'
stop
conf accounts profile_lookup rooms
start
user carl
as carl
req GET $me
is_status 200 'profile_lookup rooms: who is in a public room is seen'
req GET $v3/profile/@bob:localhost/displayname
is_err 403 M_FORBIDDEN 'getProfileField: who is in none is not (security 17)'
req GET $v3/profile/@nobody:localhost
is_err 403 M_FORBIDDEN 'nor that there is no such user'
req GET $v3/profile/@carl:localhost
is_status 200 'but by oneself'
as bob
req POST $v3/createRoom '{"invite": ["@carl:localhost"]}'
room=$(get_json .room_id)
as carl
req GET $v3/profile/@bob:localhost
is_err 403 M_FORBIDDEN 'an invitation is not enough'
req POST "$v3/join/$(enc "$room")" '{}'
req GET $v3/profile/@bob:localhost
is_status 200 'who is in the same room sees it'
deactivate bob
as carl
req GET $v3/profile/@bob:localhost
is_err 403 M_FORBIDDEN 'who is gone shows nothing'

# ------------------------------------------------------- who is suspended
admin user suspend anna
as anna
for what in displayname avatar_url m.tz org.example.pets; do
	show anna $what '"mxc://localhost/x"'
	is_err 403 M_USER_SUSPENDED "setProfileField: $what of who is suspended (security 18)"
	req DELETE "$me/$what"
	is_err 403 M_USER_SUSPENDED "deleteProfileField: nor is $what taken away (security 18)"
done
req GET $me/displayname
is_json . '{"displayname":"Anna A."}' 'getProfileField: it is as it was, and they may look'
stop
conf accounts profile_lookup anyone
start
as carl
req GET $v3/profile/@bob:localhost
is_err 404 M_NOT_FOUND 'getUserProfile: who is gone is not known any more'
req GET $v3/profile/@bob:localhost/displayname
is_err 404 M_NOT_FOUND 'PRO-1: nor what they were called'
done_testing
