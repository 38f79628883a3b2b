# talk.sh - sourced after lib.sh by tests of what people hear of each other.
#
# Each takes the NAME of who does it, as `user` knows it, and acts in $room.
#
# create NAME [BODY]            make a room: $room, and $here for paths in it
# in_room ROOM                  the same of one that there is
# say NAME TEXT...              a message each; $said is the id of the last
# set_state NAME TYPE[/KEY] CONTENT
# member NAME OF CONTENT        the m.room.member event of OF
# invite NAME WHOM, come NAME, go NAME
#
# brief                         jq: what the events of a list say, in a word each

v3=/_matrix/client/v3
brief='def brief: map(.content.body // .content.topic // .content.name //
    (if .type == "m.room.member" then .content.membership + " " + .state_key[1:-10]
     else .type end));'
txn=0

in_room() { room=$1 here=$v3/rooms/$(enc "$1"); }

create() {
	as "$1"
	req POST $v3/createRoom "${2-"{}"}"
	in_room "$(get_json .room_id)"
}

say() {
	as "$1"
	shift
	for text; do
		txn=$((txn + 1))
		req PUT "$here/send/m.room.message/say$txn" \
		    "{\"msgtype\":\"m.text\",\"body\":\"$text\"}"
		said=$(get_json .event_id)
	done
}

set_state() { as "$1"; req PUT "$here/state/$2" "$3"; }
member() { set_state "$1" "m.room.member/$(enc "@$2:localhost")" "$3"; }
invite() { as "$1"; req POST "$here/invite" "{\"user_id\":\"@$2:localhost\"}"; }
come() { as "$1"; req POST "$here/join" '{}'; }
go() { as "$1"; req POST "$here/leave" '{}'; }
