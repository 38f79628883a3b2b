#!/bin/sh
# How resident programs end: whom they have heard of they answer, and nobody
# notices that a successor took over.  And how they do without descriptors.
T=fcgi
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
login='{"type":"m.login.password","user":"ann","password":"secret of ann"}'

# ended PID: wait until it has.
ended() {
	while [ -e "/proc/$1" ]; do sleep 0.02; done
}
sockets_of() { ls -l "/proc/$1/fd" | grep -c socket:; }

conf accounts password_log_n 14
conf accounts password_p 4
conf accounts hash_workers 1
start tcp
user ann
req POST $v3/createRoom '{}'
room=$(get_json .room_id)

# ------------------------------------------------------------ at their jobs

pid=$(pids_of login)
for n in 1 2 3 4 5 6; do
	bg $n POST $v3/login "$login"
done
until grep -q ' login info POST /login 200' "$tmp/log"; do sleep 0.02; done
kill "$pid"
for n in 1 2 3 4 5 6; do
	bg_wait $n
	is_status 200 "login $n: passwords are hashed to the end"
done
ended "$pid"
req POST $v3/login "$login"
is_status 200 'and others by the successor'

# ------------------------------------------------------------------ waiting

req GET $v3/sync
since=$(get_json .next_batch)
pid=$(pids_of events | head -n 1)	# the other has the long answers
before=$(sockets_of "$pid")
for n in 1 2 3; do
	bg $n GET "$v3/sync?since=$since&timeout=60000"
done
until [ "$(sockets_of "$pid")" -gt $((before + 1)) ]; do sleep 0.02; done
kill "$pid"
for n in 1 2 3; do
	bg_wait $n
	is_json '[.next_batch, .rooms.join]' "[\"$since\",{}]" \
	    "waiting client $n leaves with its own token"
	bg again$n GET "$v3/sync?since=$since&timeout=60000"
done
ended "$pid"
req PUT "$v3/rooms/$(enc "$room")/send/m.room.message/1" '{"body":"hi","msgtype":"m.text"}'
for n in 1 2 3; do
	bg_wait again$n
	is_json '.rooms.join[].timeline.events | length' 1 \
	    "and client $n waits at the successor"
done

# --------------------------------------------------------------- under load

perl "$SRC/t/tools/storm.pl" "${url#http://}" "$token" "$room" 64 4 30 \
    >"$tmp/told" 2>"$tmp/body" &
storm=$!
while kill -0 $storm 2>/dev/null; do
	pid=$(pids_of rooms)
	kill "$pid" 2>/dev/null
	ended "$pid"
	until [ -n "$(pids_of rooms)" ]; do sleep 0.02; done
done
wait $storm
ok $? 'the storm ends'
is "$(cut -d ' ' -f 1 "$tmp/told" | sort | uniq -c | tr -s ' ')" \
    " 1920 200$(printf '\n 1 slowest')" 'nobody notices that rooms ends and begins'

# ------------------------------------------------------ without descriptors

req GET /_matrix/client/versions
pid=$(pids_of discovery)
prlimit --pid "$pid" --nofile=40 || bail_out 'prlimit fails'
expect_log ' discovery warn no more connections: Too many open files$'
mkfifo "$tmp/crowd" "$tmp/leave"
perl -MIO::Socket::UNIX -e '
	my @all = map { IO::Socket::UNIX->new(Peer => $ARGV[0]) or die } 1 .. 60;
	open my $there, ">", $ARGV[1] or die;
	close $there;
	open my $leave, "<", $ARGV[2] or die;' \
    "$tmp/run/discovery.sock" "$tmp/crowd" "$tmp/leave" &
crowd=$!
cat "$tmp/crowd"
until grep -q 'no more connections' "$tmp/log"; do sleep 0.02; done
req GET /_matrix/client/versions
is_status 200 'who has a connection is served'
: >"$tmp/leave"
wait $crowd
for n in 1 2 3 4; do
	bg $n GET /_matrix/client/versions
done
for n in 1 2 3 4; do
	bg_wait $n
	is_status 200 "when the others have gone, new connections: $n"
done
is "$(grep -c 'no more connections' "$tmp/log")" 1 'of which the log tells once'
done_testing
