#!/bin/sh
# Programs that are started by their sockets, and end when nobody needs them; and
# what of the kind is installed.
T=fcgi
. "$(dirname "$0")/lib.sh"
expect_log 'open\(\)|a client request body'

v3=/_matrix/client/v3
units=$tmp/units

# In place of mxcgi run.
start_programs() {
	rm -f "$tmp/run/"*.sock
	: >"$tmp/activated"
	# shellcheck disable=SC2013,SC2046
	MXCGI_CONFIG=$tmp/mxcgi.conf python3 "$SRC/t/tools/activate.py" \
	    "$tmp/run" $(cut -f 1 "$BUILD/gen/routes.list" | sort -u |
	    sed "s|.*|&=$BUILD/cgi-bin/&|") \
	    $(for long in devices events history; do
		echo "$long.long=$BUILD/cgi-bin/$long"
	    done) >"$tmp/activated" 2>>"$tmp/log" &
	activator=$!
	until grep -q ready "$tmp/activated"; do
		kill -0 "$activator" 2>/dev/null || bail_out 'nobody listens'
		sleep 0.02
	done
}
stop_programs() {
	kill "$activator" 2>/dev/null && wait "$activator"
}
trap 'end=$?; trap - EXIT; stop_programs; stop; rm -rf "$tmp"; exit $end' EXIT
# Its programs, by name.
running() {
	for pid in $(cat "/proc/$activator/task/$activator/children"); do
		basename "$(tr '\0' '\n' <"/proc/$pid/cmdline" | head -n 1)"
	done 2>/dev/null | sort | tr '\n' ' '
}
all_end() { while [ -n "$(running)" ]; do sleep 0.05; done; }

# ------------------------------------------------------ started and ended

conf server idle_exit 1s
conf store durability process
start tcp
# So that nginx lets go of its connections, too.
sed -i 's/keepalive [0-9]*;/&\n\tkeepalive_timeout 100ms;/' \
    "$tmp/nginx/mxcgi-http.conf"
master=$(cat "$tmp/nginx.pid")
workers() { cat "/proc/$master/task/$master/children"; }
old=$(workers)
kill -HUP "$master"
while workers | grep -qw "${old%% *}"; do sleep 0.02; done
is "$(running)" '' 'nobody asks for anything: nothing runs'
req GET /_matrix/client/versions
is_status 200 'the first request starts its program'
is "$(running)" 'discovery ' 'and no other'
user ann
req POST $v3/createRoom '{}'
is_status 200 'so do others'
room=$(enc "$(get_json .room_id)")
all_end
ok 0 'they end when nobody needs them'
[ "$(sort -u "$tmp/activated" | grep -cE '^(discovery|register|rooms) 0$')" = 3 ]
ok $? 'as they should, with status 0'
is "$(ls "$tmp/run/bells" 2>/dev/null)" '' 'leave no doorbell'
req PUT "$v3/rooms/$room/send/m.room.message/1" '{"body":"hi","msgtype":"m.text"}'
is_status 200 'and are started again'

# -------------------------------------------------------- who is needed stays

req GET $v3/sync
since=$(get_json .next_batch)
ended=$(grep -c '^rooms 0$' "$tmp/activated")
bg wait GET "$v3/sync?since=$since&timeout=4000"
bg_wait wait
is_json '[.next_batch, .rooms.join]' "[\"$since\",{}]" \
    'who waits for longer than that is no idler'
[ "$(grep -c '^rooms 0$' "$tmp/activated")" -gt "$ended" ]
ok $? 'while others have ended'
bg wait GET "$v3/sync?since=$since&timeout=60000"
until [ -n "$(find "$tmp/run/bells" -name 'changes.*')" ]; do sleep 0.02; done
req PUT "$v3/rooms/$room/send/m.room.message/2" '{"body":"hi","msgtype":"m.text"}'
bg_wait wait
is_json '.rooms.join[].timeline.events[-1].content.body' '"hi"' \
    'and hears of what a program that was started just now has to tell'

# --------------------------------------------------- what is left to others

# A task of rooms, which nobody asks to begin.
all_end
deactivate ann
all_end
MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
admin user show ann --json
is_json .joined_rooms 0 'tasks of programs that have ended the housekeeper does'

# ------------------------------------------------- what mxcgi doctor says of it

doctor() { admin doctor --quick --web-conf "$tmp/none" \
    --url "http://localhost:$port" "$@"; }
doctor
is_status 0 'a good installation'
like '^all is well: ' 'of which there is nothing to say'
doctor -v
like '^fine: programs: ' 'programs that were replaced would be seen'
rm "$tmp/run/housekeeper.done"
doctor
like '    do: systemctl enable --now mxcgi-visit.timer' \
    'the housekeeper does not come: what to change'
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Listen => 1,
    Local => $ARGV[0]) or die' "$tmp/run/gone.sock"
doctor
like "^wrong: run: 1 of .*gone.sock: nobody listens" 'a socket at which nobody listens'
like "    do: journalctl -u 'mxcgi" 'and what says why'
rm "$tmp/run/gone.sock"
stop_programs

# --------------------------------------------------------------- the units

sh "$SRC/nginx/services/fill" --gen "$BUILD/gen" --bin "$BUILD/cgi-bin" \
    --sbin "$BUILD/admin" --config "$tmp/mxcgi.conf" --user root \
    --data-dir "$tmp/data" --run-dir "$tmp/run" --web-group root "$units"
ok $? 'units are made'
for bad in '/a b/mxcgi.conf' /50%/mxcgi.conf "/'a/mxcgi.conf" mxcgi.conf; do
	sh "$SRC/nginx/services/fill" --gen "$BUILD/gen" --config "$bad" \
	    "$tmp/none" >"$tmp/body" 2>&1
	is "$? $(ls "$tmp/none" 2>&1 | grep -c .service)" '64 0' \
	    "not with what a unit would read otherwise: $bad"
done
ln -s "$BUILD/admin/housekeeper" "$tmp/housekeeper"
sed -i "s|$BUILD/cgi-bin/housekeeper|$tmp/housekeeper|" "$units"/*.service
grep -rl '@[a-z_]*@' "$units" >"$tmp/body"
is "$(cat "$tmp/body")" '' 'with nothing left to fill in'
for program in $(cut -f 1 "$BUILD/gen/routes.list" | sort -u); do
	grep -q "^Wants=mxcgi@$program.socket$" "$units/mxcgi.target" ||
	    echo "$program"
done >"$tmp/body"
is "$(cat "$tmp/body")" '' 'all programs are in the target'
# The sockets are where nginx looks for them.
sed -n 's/.*unix:\([^ ]*\) .*/\1/p' "$tmp/nginx/mxcgi-http.conf" | sort \
    >"$tmp/wanted"
sed -n "s|^Wants=mxcgi@\(.*\).socket|$tmp/run/\1.sock|p
    s|^Wants=mxcgi-long@\(.*\).socket|$tmp/run/\1.long.sock|p" \
    "$units/mxcgi.target" | sort >"$tmp/listening"
cmp -s "$tmp/wanted" "$tmp/listening"
ok $? 'and listen where the web server asks'

sh -n "$units/init.d/mxcgi"; ok $? 'the script of OpenRC is one of sh'
sh -n "$units/rc.d/mxcgi"; ok $? 'that of FreeBSD, too'

# With what systemd itself says of them, where it is.
if command -v systemd-analyze >/dev/null; then
	cp "$units/mxcgi@.service" "$units/mxcgi@rooms.service"
	cp "$units/mxcgi-long@.service" "$units/mxcgi-long@events.service"
	cp "$units/mxcgi-rooms@.service" "$units/mxcgi-rooms@1.service"
	for unit in mxcgi@rooms mxcgi-long@events mxcgi-rooms@1 \
	    mxcgi-housekeeper mxcgi-visit; do
		systemd-analyze security --offline=true --threshold=20 \
		    "$units/$unit.service" >"$tmp/body" 2>&1
		ok $? "$unit: exposed by less than 2.0, as systemd has it"
	done
	# Would it say?
	cp "$units/mxcgi.target" "$units/odd.target"
	echo 'Nonsense=1' >>"$units/odd.target"
	SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no \
	    "$units/odd.target" 2>&1 | grep -F "$units" >"$tmp/body"
	ok $? 'systemd says what it does not understand'
	rm "$units/odd.target"
	for unit in mxcgi@discovery.socket mxcgi-long@events.socket \
	    mxcgi-rooms@1.socket mxcgi-events@1.socket mxcgi-visit.timer \
	    mxcgi-housekeeper.service mxcgi.target; do
		SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no \
		    "$unit" 2>&1 | grep -F "$units" >"$tmp/body"
		is "$(cat "$tmp/body")" '' "$unit: systemd understands it"
	done
fi

done_testing
