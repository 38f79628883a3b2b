#!/bin/sh
# A new name in the many rooms of who bears it: in all of them, once in each,
# whatever happens meanwhile.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
user anna

# More than two pieces of the task.
rooms=45
made=0
while [ $((made += 1)) -le $rooms ]; do
	create anna
done
called() { as anna; req PUT "$v3/profile/@anna:localhost/displayname" "{\"displayname\":\"$1\"}"; }
# How often did anna's rooms hear each of her names?  "ROOMS NAME" in a line.
heard() {
	as anna
	req GET "$v3/sync?timeout=0&filter=$(enc '{"room":{"timeline":{"limit":100,"types":["m.room.member"]},"state":{"types":[]}}}')"
	jq -r '[.rooms.join[].timeline.events[].content.displayname // empty] |
	    group_by(.)[] | "\(length) \(.[0])"' "$tmp/body"
}
# Until a line of it is $1: as CGI `rooms` does some of it after each request.
heard_soon() {
	tries=0
	until heard | grep -qxF "$1" || [ $((tries += 1)) -gt 300 ]; do
		req GET "$here/state/m.room.create"
	done
}

called One
is_status 200 'setProfileField: in many rooms'
heard_soon "$rooms One"
is "$(heard)" "$rooms One" 'PRO-2: every room of the user hears, once'

# A change overtakes those before it: whoever has heard of none of these yet
# hears of the last alone.
for name in Two Three Four; do
	called $name
done
heard_soon "$rooms Four"
is "$(heard | grep Four)" "$rooms Four" 'PRO-2: in the end all have the last name, once'
as anna
req GET "$here/messages?dir=b&limit=1&filter=$(enc '{"types":["m.room.member"]}')"
is_json '.chunk[0].content.displayname' '"Four"' 'PRO-2: which is the newest'

# Gone from a room while it is under way: nobody is called back.
as anna
called Five
req POST "$here/leave" '{}'
heard_soon "$((rooms - 1)) Five"
req GET "$here/state/m.room.member/@anna:localhost"
is_json .membership '"leave"' 'who leaves meanwhile is out'

# `rooms` is killed again and again meanwhile; and where nobody asks it for
# anything, cron does the work.
if [ "$T" = fcgi ]; then
	expect_log 'mxcgi (warn|error) '
	expect_log 'upstream prematurely closed|Connection refused|recv\(\) failed|Connection reset'
	called Six
	kill_often rooms
	heard_soon "$((rooms - 1)) Six"
	is "$(heard | grep Six)" "$((rooms - 1)) Six" \
	    'kill -9: all rooms hear, once each (security 36)'
	stop
	mode=$T T=cgi
	called Seven
	T=$mode
	MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
	ok $? 'the housekeeper'
	start
else
	called Seven
	MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
	ok $? 'the housekeeper'
fi
is "$(heard | grep Seven)" "$((rooms - 1)) Seven" 'does what is left of it'
done_testing
