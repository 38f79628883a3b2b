#!/bin/sh
# mxcgi room: which rooms there are, and the end of one; mxcgi purge rooms.
. "$(dirname "$0")/lib.sh"

start
for name in ann bob eve; do user $name; done
is_exit() { is "$status" "$1" "$2"; }
lines() { jq -s . "$tmp/body" >"$tmp/all"; cp "$tmp/all" "$tmp/body"; }
# What requests and the command left for later.
housekeep() {
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
}
v3=/_matrix/client/v3
room() { req POST $v3/createRoom "$1"; room=$(get_json .room_id); }
say() { req PUT "$v3/rooms/$(enc "$1")/send/m.room.message/$2" "{\"msgtype\":\"m.text\",\"body\":\"$2\"}"; }
join() { req POST "$v3/join/$(enc "$1")" '{}'; }
# Until nobody of this server is in room $1.
wait_left() {
	tries=0
	while admin room show "$1" --json && [ "$(get_json .local_members)" != 0 ] &&
	    [ $((tries += 1)) -lt 200 ]; do
		[ "$T" = fcgi ] || housekeep
		sleep 0.05
	done
}

admin room list --json
is_exit 0 'a list of nothing'
is "$(cat "$tmp/body")" '' 'is empty'

as ann
room '{"preset":"public_chat","name":"The Kitchen","topic":"Soup","room_alias_name":"kitchen","visibility":"public"}'
kitchen=$room
room '{"name":"\u001b[31mRed"}'
red=$room
as bob;	join "$kitchen"
as eve;	join "$kitchen"
as bob
for n in 1 2 3; do say "$kitchen" m$n; done
req PUT "$v3/user/$(enc "$user_bob")/rooms/$(enc "$kitchen")/tags/u.a" '{}'

admin room list
is_exit 0 'a list'
is "$(wc -l <"$tmp/body")" 3 'has a heading and a line for each'
like "^ +3 .* open +$kitchen +The Kitchen\$" 'which says what it is'
like '\?\[31mRed$' 'a name is no order to the terminal'
admin room list --json --sort members; lines
is_json 'map(.name)' '["The Kitchen","\u001b[31mRed"]' 'the fullest first'
is_json 'map(.joined_members)' '[3,1]' 'with their members'
is_json '.[0] | .canonical_alias, .version, .published, .state, (.events - .state_events), (.bytes > 1000)' \
    "$(printf '"#kitchen:localhost"\n"12"\ntrue\n"open"\n3\ntrue')" 'and what is known of it'
for by in size events; do
	admin room list --json --sort $by; lines
	is_json 'map(.name)[0]' '"The Kitchen"' "by $by"
done
admin room list --json --sort created; lines
is_json 'map(.room_id)[0]' "\"$red\"" 'the newest first'
admin room list --json --sort name; lines
is_json 'map(.room_id)[1]' "\"$kitchen\"" 'by name'
admin room list --sort colour
is_exit 64 'by nothing else'
for text in kitch 'THE KITCHEN' "${kitchen#?}"; do
	admin room list --json --search "$text"; lines
	is_json 'map(.room_id)' "[\"$kitchen\"]" "found by $text"
done
admin room list --json --search nothing
is "$(cat "$tmp/body")" '' 'found by nothing'

admin room show '#kitchen:localhost'
is_exit 0 'one by its alias'
like '^topic +Soup$' 'with its topic'
like '^members +3 of this server$' 'its members'
admin room show "$kitchen" --json
is_json '[.creator, .members.join, .aliases, .last_event_at > 0]' \
    '["@ann:localhost",3,["#kitchen:localhost"],true]' 'as JSON'
admin room show '!nothing:localhost'
is_exit 67 'one that is not'
admin room show
is_exit 64 'which one?'

# ----------------------------------------------------------------- deleting

admin room delete "$kitchen"
is_exit 0 'what would go'
like '3 members of this server would leave.*--yes' 'is told'
say "$kitchen" m4
is_status 200 'and the room goes on'
req GET $v3/sync
since=$(get_json .next_batch)

admin room delete "$kitchen" --yes --json
is_exit 0 'deleted'
is_json '[.deleted, .state, .local_members]' '[true,"closed",3]' 'and says so'
wait_left "$kitchen"
is_json '[.local_members, .joined_members]' '[0,0]' 'everybody leaves'
req GET "$v3/sync?since=$since"
is_json ".rooms.leave[\"$kitchen\"].timeline.events | map(select(.state_key == \"$user_bob\").content.membership)" \
    '["leave"]' 'and hears of it'
is_json ".rooms.join // {} | has(\"$kitchen\")" false 'a room less'
join "$kitchen"
is_err 403 M_FORBIDDEN 'nobody comes back'
say "$kitchen" m5
is_err 403 M_FORBIDDEN 'nor says anything'
req GET "$v3/directory/room/%23kitchen%3Alocalhost"
is_err 404 M_NOT_FOUND 'its name is free'
req GET $v3/publicRooms
is_json .chunk '[]' 'no directory has it'
as ann
room '{"room_alias_name":"kitchen"}'
is_status 200 'another may have the name'
as bob
tries=0
until housekeep; admin room show "$kitchen" --json
    [ "$(get_json '.events - .state_events')" = 0 ] || [ $((tries += 1)) -gt 200 ]; do sleep 0.05; done
is_json '.events - .state_events' 0 'what was said is gone'
admin room delete "$kitchen" --yes
like 'deleted already' 'once is enough'
admin room delete "$red" --block --json --yes
is_json .state '"blocked"' 'blocked'
wait_left "$red"
admin room list --json; lines
is_json 'map(.state) | sort' '["blocked","closed","open"]' 'and listed as what they are'

# -------------------------------------------------------------- what is left

admin purge rooms --json; lines
is_exit 0 'rooms that everybody left'
is_json "map(.room_id // empty) | sort == ([\"$kitchen\",\"$red\"] | sort)" true 'are those two'
is_json '.[-1] | [.rooms, .deleted]' '[2,false]' 'and would go'
admin purge rooms --json --older 1h; lines
is_json '.[-1].rooms' 0 'none for so long'
admin purge rooms --older never
is_exit 64 'for how long?'
admin purge rooms --json --yes; lines
is_json '.[-1] | [.rooms, .deleted]' '[2,true]' 'they go'
admin room list --json; lines
is_json 'map(.state)' '["open"]' 'and nothing lists them'
admin room show "$kitchen" --json
is_json '[.state, .events, .members]' '["gone",0,{}]' 'nothing of it is there'
admin verify
is_exit 0 'the database is sound'
housekeep
is $? 0 'nor is anything left to do'
req GET "$v3/sync?since=$since"
is_status 200 'a token from before is good'
req GET $v3/sync
is_json '.rooms | map(keys) | add' '[]' 'who begins anew hears nothing of it'
req GET "$v3/rooms/$(enc "$kitchen")/messages?dir=b"
is_err 403 M_FORBIDDEN 'nobody reads there'
as ann
join "$kitchen"
is_err 404 M_NOT_FOUND 'what is gone is not known'
join "$red"
is_err 403 M_FORBIDDEN 'what is blocked stays so'

# Numbers are not given again: a room that comes later is another.
room '{"name":"later"}'
later=$room
say "$later" one
is_status 200 'a new room'
event=$(get_json .event_id)
req GET "$v3/sync"
is_json ".rooms.join[\"$later\"].timeline.events[-1].event_id" "\"$event\"" 'is told as one'
as eve
req GET $v3/sync
is_json '.rooms.join // {}' '{}' 'and not to those of another'
admin room --help
is_exit 0 'help'
like 'mxcgi room delete ROOM' 'names the verbs'

done_testing
