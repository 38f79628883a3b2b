#!/bin/sh
# 10,000 messages for a device that is away: it gets all of them, in their order
# and once, though the server ends and begins again while they are sent and while
# they are fetched.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/devices.sh"
start
user alice
user bob
sync alice
as bob

# leave FROM TO: one after the other, as one client does
leave() {
	seq "$1" "$2" | awk -v base="http://localhost$v3/sendToDevice/m.dummy" \
	    -v socket="$tmp/http.sock" -v token="$token" \
	    -v device="$device_alice" -v out="$tmp/answers" '
		NR > 1 { print "next" }
		{
			print "url = " base "/many" $1
			print "unix-socket = " socket
			print "request = PUT"
			print "header = \"Authorization: Bearer " token "\""
			print "header = \"Content-Type: application/json\""
			print "data = \"{\\\"messages\\\":{\\\"@alice:localhost\\\":" \
			    "{\\\"" device "\\\":{\\\"n\\\":" $1 "}}}}\""
			print "output = /dev/null"
			print "write-out = \"%{http_code}\\n\""
			print "silent"
		}' >"$tmp/sends"
	curl -K "$tmp/sends" >>"$tmp/statuses" 2>"$tmp/body"
}
leave 1 4000
stop
start
# The answer to some of them was lost: they are sent again.
leave 3901 7000
stop
start
leave 7001 10000
is "$(sort "$tmp/statuses" | uniq -c | tr -s ' ')" ' 10100 200' \
    'sendToDevice: each is taken, and some of them twice'

# Fetched until there is no more; now and then an answer is lost on the way.
answers=0 n=1
: >"$tmp/got"
while [ "$n" -gt 0 ] && [ "$answers" -lt 300 ]; do
	before=$since
	sync alice "$before"
	case $answers in *7) sync alice "$before" ;; esac
	n=$(get_json '.to_device.events | length')
	[ "$n" -le 100 ] || ok 1 'sync.to_device: more than 100 in an answer'
	get_json '.to_device.events[].content.n' >>"$tmp/got"
	answers=$((answers + 1))
	[ $((answers % 30)) != 0 ] || { stop; start; }
done
seq 10000 >"$tmp/want"
cmp -s "$tmp/got" "$tmp/want"
ok $? 'sync.to_device: all 10,000 come in their order, and once'
sync alice "$since"
is_json .to_device.events '[]' 'sync.to_device: and there are no more'
done_testing
