#!/bin/sh
# The lines of admin/recipes, piece after piece in one shell, as somebody would
# type them: none is refused, and what they are there for is done.
T=fcgi
. "$(dirname "$0")/lib.sh"
conf notices user server
start tcp
v3=/_matrix/client/v3
echo 'secret of ann' >"$tmp/line"
admin user add ann --admin <"$tmp/line"

# What they speak of: a room, media and a report of somebody.
user cid
req POST $v3/createRoom '{"name":"club","preset":"public_chat"}'
room=$(get_json .room_id)
here=$v3/rooms/$(enc "$room")
req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"rude"}'
req POST "$here/report/$(enc "$(get_json .event_id)")" '{"reason":"rude"}'
type=text/plain
req POST /_matrix/media/v3/upload hello
media=$(get_json .content_uri)
type=application/json

# Each piece is a file, named by its first line; the names are this server's.
mkdir "$tmp/pieces"
sed "s,https://matrix.example.org,$url,; s,^    room=.*,    room='$room',
    s,^    media=.*,    media=${media#mxc://},; s,example\.org,localhost,g
    s/ && read -r password/; password='secret of ann'/" "$SRC/admin/recipes" |
    awk -v dir="$tmp/pieces" '
	!/^    / { piece = ""; next }
	piece == "" { piece = sprintf("%s/%03d", dir, NR) }
	{ print >piece }'
cat >"$tmp/typed" <<'END'
cd "$HOME" || exit 1
set -e
for piece in pieces/*; do
	. "./$piece" >"$piece.said" 2>&1
	: >"$piece.done"
done
END
HOME=$tmp sh "$tmp/typed"
for piece in "$tmp"/pieces/[0-9][0-9][0-9]; do
	asked=$(cat "$piece")
	cat "$piece.said" >"$tmp/body" 2>/dev/null || echo 'It was not reached.' >"$tmp/body"
	[ -e "$piece.done" ]
	ok $? "line ${piece##*/}: $(head -n 1 "$piece" | sed 's/^ *//')"
done
[ ! -e "$tmp/.mxcgi-admin" ];	ok $? 'the token is not left'

as cid
for _ in $(seq 100); do
	req GET $v3/joined_rooms
	[ "$(get_json '.joined_rooms | length')" != 0 ] || break
	sleep 0.1
done
is_json . '{"joined_rooms":[]}' 'the room is gone'
req POST $v3/login '{"type":"m.login.password","user":"bob","password":"another long one"}'
is_err 403 M_FORBIDDEN 'and the account ended'
done_testing
