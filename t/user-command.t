#!/bin/sh
# mxcgi user: what the administrator does to accounts, and what it does to them.
. "$(dirname "$0")/lib.sh"
conf accounts password_min 8
conf accounts reserved 'admin*'
start
v3=/_matrix/client/v3
whoami=$v3/account/whoami
login() {	# USER PASSWORD
	token=
	req POST $v3/login "{\"type\":\"m.login.password\",\"password\":\"$2\",
	    \"identifier\":{\"type\":\"m.id.user\",\"user\":\"$1\"}}"
	token=$(get_json .access_token)
}
# The same with a line for its standard input.
told() { line=$1; shift; printf '%s\n' "$line" >"$tmp/line"; admin "$@" <"$tmp/line"; }
says() { grep -Eq -- "$1" "$tmp/said"; ok $? "$2"; }
is_empty() { [ ! -s "$tmp/body" ]; ok $? "$1"; }
members='["admin","created_at","deactivated_at","erased_at","kind","locked_at","suspended_at","user_id"]'

# ----------------------------------------------------------------- wrong use
for words in 'user' 'user dance' 'user add' 'user add a b' 'user add a --erase' \
    'user list a' 'user show' 'user lock' 'user passwd' 'user deactivate' \
    'user add ann --password=secret' 'user passwd ann secret'; do
	# shellcheck disable=SC2086
	admin $words </dev/null
	is_status 64 "wrong: $words"
	says '^ +mxcgi user ' 'and says what is right'
done
for verb in add passwd lock unlock suspend unsuspend deactivate list show; do
	admin user $verb --help
	is_status 0 "$verb --help"
	like "mxcgi user $verb " "$verb --help: is about $verb"
done
admin user --help
is_status 0 'user --help'
is "$(grep -c '^ *mxcgi user ' "$tmp/body")" 9 'user --help: names all verbs'

# ----------------------------------------------------------------------- add
told 'a long secret' user add ann
is_status 0 'add'
like '^@ann:localhost made$' 'add: says who'
login ann 'a long secret'
is_status 200 'add: she logs in'
told 'another secret' user add ann
is_status 73 'add: a name that is taken'
says 'taken' 'add: a name that is taken, it says'
login ann 'another secret'
is_err 403 M_FORBIDDEN 'add: and the password is what it was'
told 'a long secret' user add @bob:localhost --json
is_json keys "$members" 'add: by full id, as JSON'
is_json '[.user_id, .kind, .admin, .locked_at]' '["@bob:localhost","user",false,null]' \
    'add: what the JSON says'
is "$(get_json '.created_at > 1000000000000')" true 'add: times are ms'
told 'a long secret' user add admin7
is_status 0 'add: the administrator may give a reserved name'
admin user add nopass --no-password </dev/null
is_status 0 'add: without a password'
for name in Ann 'a b' '' 'ü' @ann:example.org @ann '@:localhost' \
    "$(printf %0255d 0)"; do
	told 'a long secret' user add "$name"
	is_status 65 "add: no name: $(printf %.20s "$name")"
done
for password in short '' "$(printf %0513d 0)" "$(printf 'bad\377\376bytes')"; do
	told "$password" user add carol
	is_status 65 "add: no password: $(printf %.20s "$password")"
	says 'nothing was changed' 'add: no password: and it says so'
done
admin user add carol </dev/null
is_status 65 'add: no line on standard input'
admin user show carol
is_status 67 'add: none of these left an account behind'
printf 'first secret\nsecond line\n' >"$tmp/line"
{ "$mxcgi" user add carol --config "$tmp/mxcgi.conf" >/dev/null; cat; } \
    <"$tmp/line" >"$tmp/rest"
is "$(cat "$tmp/rest")" 'second line' 'add: one line is read and no more'
printf 'with return\r\n' >"$tmp/line"
admin user add cr <"$tmp/line"
login cr 'with return'
is_err 403 M_FORBIDDEN 'add: the line is the password to its last byte'

# Twenty at once want one name.
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	{
		echo "secret number $i" | "$mxcgi" user add race \
		    --config "$tmp/mxcgi.conf" >/dev/null 2>&1
		echo "$? $i" >"$tmp/race.$i"
	} &
	racers="${racers-} $!"
done
# shellcheck disable=SC2086
wait $racers
is "$(cat "$tmp"/race.* | cut -d' ' -f1 | sort | uniq -c | awk '{ print $1, $2 }' | tr '\n' ' ')" \
    '1 0 19 73 ' 'twenty at once: one gets the name'
login race "secret number $(sed -n 's/^0 //p' "$tmp"/race.*)"
is_status 200 'twenty at once: with its own password'

# ---------------------------------------------------------------- the prompt
on_terminal() {	# PROMPT ANSWER... -- VERB...
	set -- "$@" --config "$tmp/mxcgi.conf"
	asked='on a terminal'
	perl "$SRC/t/tools/terminal.pl" "$@" >"$tmp/body" 2>"$tmp/said"
	status=$?
}
on_terminal 'New password of @tess:localhost: ' 'typed by hand' 'once more: ' 'typed by hand' \
    -- "$mxcgi" user add tess
is_status 0 'on a terminal: add'
like '@tess:localhost made' 'on a terminal: it is made'
! grep -q 'typed by hand' "$tmp/body"
ok $? 'on a terminal: nothing that is typed is shown'
login tess 'typed by hand'
is_status 200 'on a terminal: it is the password'
on_terminal 'New password of @tina:localhost: ' 'typed by hand' 'once more: ' 'typed by foot' \
    -- "$mxcgi" user add tina
is_status 65 'on a terminal: two that differ'
like 'differ' 'on a terminal: two that differ, it says'
# The shell afterwards sees whether the terminal shows what is typed.
on_terminal 'New password of @tina:localhost: ' '^C' -- sh -c \
    "trap : INT; '$mxcgi' user add tina --config '$tmp/mxcgi.conf'; echo status \$?; stty -a; :" -
like 'status 130' 'on a terminal: interrupted'
like '(^| )echo( |$)' 'on a terminal: interrupted, and it shows again what is typed'
admin user show tina
is_status 67 'on a terminal: neither left an account behind'

# ------------------------------------------- who looks on sees no secret
# The password arrives while somebody reads what all processes were called with.
stop
conf accounts password_log_n 16
start
mkfifo "$tmp/pipe"
env -i PATH="$PATH" ASAN_OPTIONS="$ASAN_OPTIONS" "$mxcgi" user add mallory \
    --config "$tmp/mxcgi.conf" <"$tmp/pipe" >"$tmp/body" 2>"$tmp/said" &
adder=$!
exec 3>"$tmp/pipe"
echo 'not to be seen' >&3
exec 3>&-
looks=0 seen=
while [ -r "/proc/$adder/cmdline" ] && [ "$(cut -d' ' -f3 "/proc/$adder/stat" 2>/dev/null)" != Z ]; do
	cat /proc/[0-9]*/cmdline "/proc/$adder/environ" >"$tmp/seen" 2>/dev/null
	! grep -qa 'user.add.mallory' "$tmp/seen" || looks=$((looks + 1))
	! grep -qa 'not to be seen' "$tmp/seen" || seen=yes
	kill -0 $adder 2>/dev/null || break
done
wait $adder
ok $? 'an account is made while somebody looks on'
[ $looks -gt 0 ]
ok $? 'the command was seen'
is "$seen" '' 'the password is in no argument and no environment (security 32)'
! grep -qa 'not to be seen' "$tmp/log" "$tmp/body" "$tmp/said" "$tmp"/data/mxcgi.db*
ok $? 'nor in an answer, a log or the database (security 32)'
stop
conf accounts password_log_n 4
start

# -------------------------------------------------------------------- passwd
login ann 'a long secret'
first=$token
told 'the next secret' user passwd ann
is_status 0 'passwd'
token=$first
req GET $whoami
is_err 401 M_UNKNOWN_TOKEN 'passwd: sessions are over'
login ann 'a long secret'
is_err 403 M_FORBIDDEN 'passwd: the old one is over'
login ann 'the next secret'
is_status 200 'passwd: the new one is good'
first=$token
told 'the third secret' user passwd ANN --keep-sessions --json
is_json .user_id '"@ann:localhost"' 'passwd: as JSON'
token=$first
req GET $whoami
is_status 200 'passwd --keep-sessions: they stay'
login ann 'the third secret'
is_status 200 'passwd --keep-sessions: the new one is good'
told short user passwd ann
is_status 65 'passwd: a weak one'
login ann 'the third secret'
is_status 200 'passwd: a weak one changes nothing'
told 'a long secret' user passwd nopass
login nopass 'a long secret'
is_status 200 'passwd: the first of an account'

# ------------------------------------------------------------- lock, suspend
login ann 'the third secret'
req GET $v3/sync
bg sync GET "$v3/sync?since=$(get_json .next_batch)&timeout=50000"
admin user lock ann
is_status 0 'lock'
like '^@ann:localhost is locked$' 'lock: says so'
bg_wait sync
is_err 401 M_USER_LOCKED 'lock: a sync ends'
is_json .soft_logout true 'lock: its session is to be kept'
admin user lock @ann:localhost --json
is_json '.locked_at > 0' true 'lock: once more, as JSON'
locked=$(get_json .locked_at)
admin user show ann --json
is_json .locked_at "$locked" 'lock: since the first time'
req GET $whoami
is_err 401 M_USER_LOCKED 'lock: nothing is answered'
login ann 'the third secret'
is_err 401 M_USER_LOCKED 'lock: nor does she log in'
admin user unlock ann
is_status 0 'unlock'
admin user unlock ann
like 'was not locked' 'unlock: once more'
login ann 'the third secret'
is_status 200 'unlock: she logs in'

# Who waits looks by itself after a while; the ring makes it at once.
rings() {
	asked="mxcgi $*"
	mkdir -p "$tmp/run/bells"
	perl -MIO::Socket::UNIX -e '
		my $bell = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => shift)
		    or die "bell: $!\n";
		$bell->blocking(0);
		system(@ARGV) == 0 or die "it failed\n";
		my $ring;
		print "rings\n" if defined($bell->recv($ring, 1))' \
	    "$tmp/run/bells/changes.$$.test" "$mxcgi" "$@" --config "$tmp/mxcgi.conf" \
	    >"$tmp/body" 2>"$tmp/said"
	rm -f "$tmp/run/bells/changes.$$.test"
	grep -qx rings "$tmp/body"
}
rings user lock ann
ok $? 'lock: rings for those who wait'
rings user lock ann
[ $? = 1 ] && [ ! -s "$tmp/said" ]
ok $? 'lock: not when nothing has changed'
rings user unlock ann
ok $? 'unlock: rings'

admin user suspend ann
is_status 0 'suspend'
req POST $v3/createRoom '{}'
is_err 403 M_USER_SUSPENDED 'suspend: she makes no room'
req GET $whoami
is_status 200 'suspend: she reads'
admin user suspend ann
like 'already' 'suspend: once more'
admin user unsuspend ann --json
is_json .suspended_at null 'unsuspend, as JSON'
req POST $v3/createRoom '{}'
is_status 200 'unsuspend: she makes a room'

# ---------------------------------------------------------------------- show
admin user show ann
is_status 0 'show'
like '^user +@ann:localhost$' 'show: who'
like '^password +set$' 'show: that there is a password'
like '^rooms +1 joined$' 'show: how many rooms'
admin user show ann --json
is_json 'keys - '"$members" \
    '["bindings","devices","joined_rooms","password","policies","pushers","threepids"]' 'show, as JSON'
is_json '[.password, .joined_rooms, .threepids]' '[true,1,[]]' 'show: what the JSON says'
is_json '[.devices[] | keys] | unique' '[["created_at","device_id","display_name"]]' \
    'show: devices'
! grep -q 'scrypt' "$tmp/body"
ok $? 'show: no secrets'
token=
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"ann\",
    \"password\":\"the third secret\",\"device_id\":\"EVIL\",
    \"initial_device_display_name\":\"a\\u001b[2Jb\\u009b2Jc\\nd\"}"
admin user show ann
like '^device +EVIL  a\?\[2Jb\?\?2Jc\?d  created 20' 'show: a name cannot play with the terminal'

# ---------------------------------------------------------------- deactivate
admin user deactivate ann </dev/null
is_status 64 'deactivate: not by accident'
says '--yes' 'deactivate: and says how'
on_terminal 'Type yes to go on: ' no -- "$mxcgi" user deactivate ann
is_status 1 'deactivate: asks on a terminal'
login ann 'the third secret'
is_status 200 'deactivate: without yes nothing happens'
alive=$token
on_terminal 'Type yes to go on: ' yes -- "$mxcgi" user deactivate ann
is_status 0 'deactivate: yes'
token=$alive
req GET $whoami
is_err 401 M_UNKNOWN_TOKEN 'deactivate: sessions are over (security 13)'
login ann 'the third secret'
is "$status $(get_json .access_token)" '403 null' 'deactivate: nobody logs in (security 13)'
admin user deactivate ann --yes
like 'already' 'deactivate: once more'
admin user deactivate ann --yes --erase --json
is_json '[.deactivated_at > 0, .erased_at > 0]' '[true,true]' 'deactivate: erased later'
told 'a long secret' user add ann
is_status 73 'deactivate: the name stays taken'
told 'a long secret' user passwd ann
is_status 67 'deactivate: no new password'
for verb in lock unlock suspend unsuspend; do
	admin user $verb ann
	is_status 67 "deactivate: $verb is of no use"
done

# ---------------------------------------------------------------------- list
told 'a long secret' user add root --admin
admin user lock bob
admin user list
is_status 0 'list'
is "$(sed 1d "$tmp/body" | wc -l)" 10 'list: all of them'
sed 1d "$tmp/body" | sort -c
ok $? 'list: in order'
like '^@root:localhost +admin +20[0-9-]+T[0-9:]+Z +active$' 'list: an administrator'
like '^@bob:localhost +user +20.* locked$' 'list: one who is locked'
like '^@ann:localhost +user +20.* deactivated, erased$' 'list: one who is gone'
admin user list --json
is "$(jq -s length "$tmp/body")" 10 'list: one JSON object a line'
is "$(wc -l <"$tmp/body")" 10 'list: one line an object'
admin user list --json --admins
is_json .user_id '"@root:localhost"' 'list --admins'
admin user list --json --locked
is_json .user_id '"@bob:localhost"' 'list --locked'
admin user list --json --deactivated
is_json .user_id '"@ann:localhost"' 'list --deactivated'
admin user list --json --locked --admins
is_empty 'list: all of what is named'
admin user list --json --guests
is_empty 'list --guests: none'
admin user list --json --suspended
is_empty 'list --suspended: none'
"$mxcgi" user list --config "$tmp/mxcgi.conf" >/dev/full 2>"$tmp/said"
is $? 74 'list: to a full disk'

# More than are read at once.
for i in 1 2 3 4 5 6 7 8 9 10; do
	for j in 1 2 3 4 5 6 7 8 9 10 11; do
		admin user add "many.$i.$j" --no-password
	done
done
admin user list --json
is "$(jq -r .user_id "$tmp/body" | grep -c '^@many')" 110 'list: many'
jq -r .user_id "$tmp/body" | LC_ALL=C sort -uc
ok $? 'list: each of many once, in order'

# ---------------------------------------------------------------- unknown
for verb in passwd lock unlock suspend unsuspend 'deactivate --yes' show; do
	# shellcheck disable=SC2086
	told 'a long secret' user $verb nobody
	is_status 67 "$verb: nobody of this name"
	says 'there is no user "nobody" here' "$verb: nobody of this name, it says"
	# shellcheck disable=SC2086
	told 'a long secret' user $verb @bob:example.org
	is_status 67 "$verb: nobody of another server"
done
"$mxcgi" user list --config "$tmp/none.conf" >"$tmp/body" 2>&1
is $? 1 'without a configuration'

# ----------------------------------------------------- whose data it is
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1; then
	chown nobody "$tmp/data"
	admin user list
	is_status 77 'data of somebody else is left alone'
	chown 0 "$tmp/data"
fi
done_testing
