#!/bin/sh
# A disk that fails in the middle of the work, and others who hold the
# database: an answer is never a lie, and when the trouble is over the work
# goes on, in the same processes.
. "$(dirname "$0")/lib.sh"

env="LD_PRELOAD=$BUILD/t/faults/faults.so MXCGI_FAULT=$tmp/run/fault"
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
expect_log ' error .*(database or disk is full|disk I/O error|database is locked)'
expect_log ' warn a round of writes was lost'

say_hello() {	# TXNID
	req PUT "/_matrix/client/v3/rooms/$room/send/m.room.message/$1" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"
}

# "body event_id" of all messages, sorted.
messages() {
	from=
	while :; do
		req GET "/_matrix/client/v3/rooms/$room/messages?dir=b&limit=500$from"
		get_json '.chunk[] | select(.type == "m.room.message")
		    | "\(.content.body) \(.event_id)"'
		[ "$(get_json .end)" != null ] || break
		from="&from=$(get_json .end)"
	done | sort
}

# How often the first message is there, and that of a transaction.
count() { messages | awk -v txn="$1" '$1 == "first" { first++ }
    $1 == txn { n++ } END { print first + 0, n + 0 }'; }

# ------------------------------------------------------- one after another

# While the disk does that, writes get STATUS; nobody's reading suffers.
failing() {	# FAULT STATUS
	txn=$(echo "$1" | tr ' ' .)
	echo "$1" >"$tmp/run/fault"
	say_hello "$txn"
	is_err "$2" M_UNKNOWN "$1: a message is refused"
	req POST /_matrix/client/v3/createRoom '{}'
	is_err "$2" M_UNKNOWN "$1: a room is refused"
	there=$(count "$txn")
	# What could not be synced may be on the disk all the same, and the next
	# program finds it there.
	[ "$T $1" != 'cgi EIO sync' ] || there=${there%1}0
	is "$there" '1 0' "$1: reading goes on, and nothing is there"
	rm "$tmp/run/fault"
	say_hello "$txn"
	is_status 200 "$1: over, and the message is taken"
	is "$(count "$txn")" '1 1' "$1: it is there once"
}

start tcp
user ann
req POST /_matrix/client/v3/createRoom '{}'
room=$(enc "$(get_json .room_id)")
say_hello first
running=$([ "$T" = cgi ] || pids_of rooms)
failing 'ENOSPC write' 507
failing 'EIO write' 500
failing 'EIO sync' 500

# -------------------------------------------------- in the middle of a round

# Sends from all sides; the disk fails and recovers in each way in turn.
faulty_storm() {
	mkfifo "$tmp/storm"
	perl "$SRC/t/tools/storm.pl" "${url#http://}" "$token" "$room" \
	    32 4 60 >"$tmp/storm" &
	good=0 bad=0 turn=0
	while read -r line; do
		echo "$line"
		case $line in
		200*) good=$((good + 1)) ;;
		5*) bad=$((bad + 1)) ;;
		esac
		case $turn in
		0 | 2 | 4)
			[ $good -ge 40 ] || continue
			set -- 'ENOSPC write' . 'EIO write' . 'EIO sync'
			shift $turn
			echo "$1" >"$tmp/run/fault.new"
			mv "$tmp/run/fault.new" "$tmp/run/fault"
			turn=$((turn + 1)) bad=0
			;;
		1 | 3 | 5)
			[ $bad -ge 40 ] || continue
			rm "$tmp/run/fault"
			echo "over $turn"
			turn=$((turn + 1)) good=0
			;;
		esac
	done <"$tmp/storm"
	wait $!
	ok $? 'the storm ends'
}

if [ "$T" = fcgi ]; then
	first_room=$room
	req POST /_matrix/client/v3/createRoom '{}'
	room=$(enc "$(get_json .room_id)")
	faulty_storm >"$tmp/told"
	grep '^ok\|^not' "$tmp/told"
	is "$(grep -c ^over "$tmp/told")" 3 'the disk failed in three ways'
	is "$(awk '/^[0-9]/ && $1 != 200 { print $1, $3 }' "$tmp/told" | sort -u)" \
	    "500 M_UNKNOWN
507 M_UNKNOWN" 'who is refused is told so'
	awk '$1 == 200 { print $2, $3 }' "$tmp/told" | sort -u >"$tmp/acknowledged"
	messages >"$tmp/stored"
	cmp -s "$tmp/acknowledged" "$tmp/stored"
	ok $? 'what was acknowledged is there, once, and nothing else'
	diff "$tmp/acknowledged" "$tmp/stored" | head -n 10 | sed 's/^/# /'
	room=$first_room
fi

# ------------------------------------------------------- others hold it

# A program with the database in its hands, until freed.
hold() {	# COMMAND...
	mkfifo "$tmp/orders" "$tmp/reports" 2>/dev/null
	"$@" <"$tmp/orders" >"$tmp/reports" &
	holder=$!
	exec 5>"$tmp/orders" 6<"$tmp/reports"
	echo "BEGIN IMMEDIATE; SELECT 'held';" >&5
	read -r held <&6
}
free() {
	exec 5>&- 6<&-
	wait $holder
}

held_by() {	# NAME
	say_hello "$1"
	is_err 503 M_UNKNOWN "$1: writers are put off"
	is_head '^retry-after: [1-9]' "$1: and told when to come again"
	is "$(count "$1")" '1 0' "$1: reading goes on, and nothing is there"
	admin token add "of.$1"
	is_status 75 "$1: the administrator is put off, too"
	grep -q 'try again' "$tmp/said"
	ok $? "$1: and told to try again"
	free
	admin token add "of.$1"
	is_status 0 "$1: free, and the administrator goes on"
	say_hello "$1"
	is_status 200 "$1: free, and the message is taken"
	is "$(count "$1")" '1 1' "$1: it is there once"
}

hold sqlite3 "$tmp/data/mxcgi.db"
is "$held" held 'an sqlite3 holds the database'
held_by sqlite3

hold perl -MFcntl=:flock -e '$| = 1; open my $f, "+<", shift or die;
    flock $f, LOCK_EX or die; print "held\n"; 1 while <STDIN>' \
    "$tmp/data/mxcgi.lock"
is "$held" held 'another process holds the lock'
held_by flock

[ "$T" = cgi ] || is "$(pids_of rooms)" "$running" 'it is still the same process'
done_testing
