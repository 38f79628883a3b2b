#!/bin/sh
# Rooms of all versions: what each allows and forbids, and whether events are
# what another server would have made of them.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
user dan
v3=/_matrix/client/v3
python=$BUILD/synapse/bin/python
[ -x "$python" ] || bail_out "sh t/tools/venv synapse $BUILD/synapse"

# since VERSION, till VERSION: is the room of that version, or of a newer one?
since() { [ "$n" -ge "$1" ]; }
till() { [ "$n" -le "$1" ]; }
said() { eval "$1=$(get_json .event_id)"; }
put_state() { req PUT "$here/state/$1" "$2"; }
speak() { txn=$((${txn-0} + 1)); req PUT "$here/send/${2-m.room.message}/$txn" "$1"; }
# member WHOM MEMBERSHIP
member() { put_state "m.room.member/@$1:localhost" "{\"membership\":\"$2\"}"; }
# allowed NAME, forbidden NAME
allowed() { is_status 200 "$1, version $n"; }
forbidden() { is_err 403 M_FORBIDDEN "$1, version $n"; }
# allowed_if TEST VERSION NAME
allowed_if() { if "$1" "$2"; then allowed "$3"; else forbidden "$3: not here"; fi; }
# levels JQ-FILTER sets the power levels to what it makes of them
levels() {
	req GET "$here/state/m.room.power_levels"
	put_state m.room.power_levels "$(jq -c "$1" "$tmp/body")"
}
rule() { put_state m.room.join_rules "$1"; }
event_id_is() {
	is "$(get_json .event_id | grep -Ec "^[\$]$1\$")" 1 "an event id: $1, version $n"
}

# ---------------------------------------------------------- the room itself

create() {
	as alice
	req POST $v3/createRoom "{\"room_version\":\"$n\"}"
	allowed 'createRoom: a room'
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
	if since 12; then
		is "$(printf %s "$room" | grep -Ec '^![A-Za-z0-9_-]{43}$')" 1 \
		    "its id is a hash, version $n"
	else
		is "$(printf %s "$room" | grep -Ec '^![A-Za-z0-9]{18}:localhost$')" 1 \
		    "its id has the server in it, version $n"
	fi
	req GET "$here/state/m.room.create"
	if since 11; then
		is_json . "{\"room_version\":\"$n\"}" "create, version $n"
	else
		is_json . "{\"creator\":\"@alice:localhost\",\"room_version\":\"$n\"}" \
		    "create names the creator, version $n"
	fi
	speak '{"body":"hi","msgtype":"m.text"}'
	said spoken
	if till 2; then
		event_id_is '[A-Za-z0-9]{18}:localhost'
	elif till 3; then
		event_id_is '[A-Za-z0-9+/]{43}'
	else
		event_id_is '[A-Za-z0-9_-]{43}'
	fi
}

# ------------------------------------------------------------- membership

invite_and_join() {
	as bob
	req POST "$here/join"; forbidden 'who is not invited cannot join'
	as alice
	member bob invite; allowed 'an invitation'
	member bob invite; allowed 'and once more'
	as bob
	member alice invite; forbidden 'who is only invited invites nobody'
	req POST "$here/join"; allowed 'who is invited joins'
	member bob join; allowed 'again, by setting state'
	as alice
	member carol join; forbidden 'nobody joins for another'
	member carol invite; allowed 'another invitation'
	as carol
	req POST "$here/join"; allowed 'another member'
}

ban() {
	as bob
	member alice ban; forbidden 'nobody bans the creator'
	member carol ban; allowed 'who has the power bans'
	as carol
	req POST "$here/join"; forbidden 'who is banned cannot join'
	member carol leave; forbidden 'nor leave'
	speak '{}'; forbidden 'nor speak'
	as bob
	member carol invite; forbidden 'nor be invited'
	member carol leave; allowed 'the ban is lifted'
	member carol invite; allowed 'then one may be invited'
	as carol
	req POST "$here/join"; allowed 'and come back'
	member bob ban; forbidden 'who has no power bans nobody'
}

knock() {
	as alice
	rule '{"join_rule":"knock"}'; allowed 'the rule to knock can be set'
	as dan
	member dan knock; allowed_if since 7 'knocking'
	as alice
	member dan invite; allowed 'who knocked, or did not, is invited'
	as dan
	member dan knock; forbidden 'who is invited need not knock'
	req POST "$here/join"; allowed_if since 7 'joining with rule knock'
	as alice
	rule '{"join_rule":"invite"}'
	as dan
	req POST "$here/join"; allowed 'joining with rule invite'
	req POST "$here/leave"; allowed 'leaving'
}

restricted() {
	as alice
	for name in restricted knock_restricted; do
		rule "{\"join_rule\":\"$name\",\"allow\":[]}"
		allowed "the rule $name can be set"
		as dan
		req POST "$here/join"; forbidden "$name: who is not invited"
		if [ $name = restricted ]; then first=8; else first=10; fi
		as dan
		member dan knock
		if [ $name = restricted ]; then
			forbidden 'one cannot knock at a restricted room'
		else
			allowed_if since 10 'knocking with rule knock_restricted'
		fi
		as alice
		member dan invite; allowed "$name: an invitation"
		as dan
		req POST "$here/join"
		allowed_if since $first "$name: who is invited joins"
		req POST "$here/leave"; allowed "$name: leaving"
		as alice
	done
	rule '{"join_rule":"invite"}'
}

# ----------------------------------------------------------------- power

power() {
	as bob
	put_state m.room.name '{"name":"of bob"}'
	forbidden 'PL-1: who has no power names no room'
	as alice
	levels '.users["@bob:localhost"] = 50'; allowed 'power is given'
	as bob
	put_state m.room.name '{"name":"of bob"}'
	allowed 'PL-1: who has power names it'
	levels '.users["@bob:localhost"] = 100'
	forbidden 'power levels need more power than that'
	as alice
	levels '.events["m.room.power_levels"] = 50'
	allowed 'which can be changed'
	as bob
	levels '.users["@bob:localhost"] = 51'
	forbidden 'PL-3: nobody gives more power than they have'
	levels '.users["@carol:localhost"] = 51'
	forbidden 'PL-3: not to others either'
	levels '.users["@carol:localhost"] = 50'
	allowed 'PL-3: but as much'
	as alice
	levels 'del(.users["@carol:localhost"])'; allowed 'it is taken back'
	as bob
	levels '.events["org.example.x"] = 51'; forbidden 'nor asks for more'
	levels '.ban = 51'; forbidden 'nor that'
	levels '.notifications = {room: 51}'
	allowed_if till 5 'nor for notifications, which older versions forgot'
	as alice
	levels 'del(.notifications)'; allowed 'the creator may'
	levels '.users["not a user"] = 1'; forbidden 'users are users'
	levels '.users = []'; forbidden 'and an object'
	levels '.users["@alice:localhost"] = 100'
	allowed_if till 11 'the creator has a level'
}

# Levels that are no integers.
lenient_levels() {
	levels '.ban = " +050 "'; allowed_if till 9 'a level as text'
	as bob
	levels '.kick = "0051"'; forbidden 'a level as text above oneself'
	as alice
	levels '.users["@carol:localhost"] = "49"'
	allowed_if till 9 'a level of a user as text'
	levels '.users["@carol:localhost"] = "many"'
	forbidden 'a text that is no level'
	levels '.users["@carol:localhost"] = 49.57'
	if till 5; then
		allowed 'a level with a fraction'
		as carol
		levels '.users["@carol:localhost"] = 50'
		forbidden 'does not count for more'
		as alice
	else
		is "$status" "$(since 6 && echo 403)" \
		    "a level with a fraction: not here, version $n"
	fi
	levels 'del(.users["@carol:localhost"]) | .ban = 50'
	allowed 'levels as they were'
}

# ------------------------------------------------------------- other rules

numbers() {
	for number in 1.5 9007199254740992 -9007199254740992 1e300; do
		speak "{\"n\":$number}" org.example.number
		if till 5; then
			allowed "the number $number"
		else
			is_err 400 M_BAD_JSON "the number $number: not here, version $n"
		fi
	done
	speak '{"n":[9007199254740991,-9007199254740991,1e3]}' org.example.number
	allowed 'the greatest numbers'
	speak "{\"body\":\"$(printf '%065500d' 0)\"}"
	is_err 413 M_TOO_LARGE "an event of more than 65,536 bytes, version $n"
}

aliases() {
	as carol
	put_state m.room.aliases/localhost '{"aliases":[]}'
	allowed_if till 5 'aliases of the own server, from anybody'
	as alice
	put_state m.room.aliases/elsewhere.example '{"aliases":[]}'
	allowed_if since 6 'aliases of another server'
	put_state m.room.aliases/localhost '{"aliases":[]}'
	allowed 'aliases of the own server, from one with power'
	put_state org.example.own/@bob:localhost '{}'
	forbidden 'state of another user'
}

# Until this server redacts events there is nothing more to see.
redact() {
	as carol
	speak '{"body":"spam","msgtype":"m.text"}'; allowed 'something to redact'
	said spam
	as bob
	req PUT "$here/redact/$(enc "$spam")/r$n" '{"reason":"spam"}'
	case $status in
	404 | 405) return ;;
	esac
	allowed 'who has the power redacts'
	as carol
	req GET "$here/messages?dir=b&limit=10"
	is_json "[.chunk[] | select(.event_id == \"$spam\") | .content]" '[{}]' \
	    "what was redacted is gone, version $n"
	as alice
	levels '.events["m.room.redaction"] = 50'
	allowed 'redactions may need power'
	as carol
	req PUT "$here/redact/$(enc "$spam")/s$n" '{}'
	forbidden 'as any other event does'
	as alice
	levels 'del(.events["m.room.redaction"])'
}

# ------------------------------------------- what another server makes of it

# Filters, for one room from its beginning.
only() {
	enc "{\"event_format\":\"$1\",\"room\":{\"rooms\":[\"$room\"],\"timeline\":{\"limit\":500}}}"
}

keep_pdus() {
	as alice
	for format in client federation; do
		req GET "$v3/sync?filter=$(only $format)"
		jq -c '.rooms.join[].timeline.events' "$tmp/body" >"$tmp/$format"
	done
	is "$(jq length "$tmp/client")" "$(jq length "$tmp/federation")" \
	    "sync: the same events in event_format federation, version $n"
	jq -n --arg version "$n" --slurpfile client "$tmp/client" \
	    --slurpfile pdus "$tmp/federation" '{version: $version,
	    ids: [$client[0][].event_id], pdus: $pdus[0]}' >"$tmp/room.$n"
	rooms="${rooms-} $tmp/room.$n"
}

for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	create
	invite_and_join
	power
	lenient_levels
	ban
	knock
	restricted
	numbers
	aliases
	redact
	keep_pdus
done

token=
req GET /_matrix/key/v2/server
cp "$tmp/body" "$tmp/keys"
# shellcheck disable=SC2086
"$python" "$SRC/t/tools/pdus.py" "$tmp/keys" $rooms >"$tmp/looked" \
    2>"$tmp/complaints"
ok $? 'another implementation looks at all events'
sed 's/^/# /' "$tmp/complaints"
while read -r result what; do
	ok "$result" "$what"
done <"$tmp/looked"
is "$(wc -l <"$tmp/looked")" 108 'nine things of each room'
done_testing
