#!/bin/sh
# mxcgi backup, restore and verify: what a server is, copied while people write,
# put back, and looked through.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

is_exit() { is "$status" "$1" "$2"; }
said() { grep -qE "$1" "$tmp/said"; ok $? "$2"; }
v3=/_matrix/client/v3
copy=$tmp/copy

fault="env LD_PRELOAD=$BUILD/t/faults/faults.so MXCGI_FAULT=$tmp/fault"
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
# failing FAULT ARGUMENT...: the command on a disk that fails (t/faults/faults.c)
failing() {
	echo "$1" >"$tmp/fault"
	shift
	real=$mxcgi
	printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$fault" "$real" >"$tmp/failing"
	chmod 700 "$tmp/failing"
	mxcgi=$tmp/failing
	admin "$@"
	mxcgi=$real
	rm "$tmp/fault"
}
# small BLOCKS ARGUMENT...: the command where no file may get larger than that.
small() {
	real=$mxcgi
	printf '#!/bin/sh\ntrap "" XFSZ\nulimit -f %s\nexec "%s" "$@"\n' "$1" "$real" >"$tmp/small.sh"
	shift
	chmod 700 "$tmp/small.sh"
	mxcgi=$tmp/small.sh
	admin "$@"
	mxcgi=$real
}
# What all of a directory is.
all_of() { (cd "$1" && find . -type f ! -name '*-shm' ! -name '*.lock*' -exec cksum {} + | sort); }
housekeep() {
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
}

start
user ann
req POST $v3/createRoom '{"preset":"public_chat"}'
room=$(enc "$(get_json .room_id)")
say() { req PUT "$v3/rooms/$room/send/m.room.message/$1" "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"; }
heard() {
	req GET "$v3/rooms/$room/messages?dir=b&limit=100&filter=%7B%22types%22:%5B%22m.room.message%22%5D%7D"
	jq -r '[.chunk[].content.body] | reverse | join(" ")' "$tmp/body"
}
say before
head -c 300000 /dev/urandom >"$tmp/bytes"
upload "$tmp/bytes" image/png
first=$mxc
printf 'some text' >"$tmp/text"
upload "$tmp/text" text/plain
second=$mxc

# ------------------------------------------------------------------- backup

admin verify "$copy"
is_exit 1 'what is not there'
said 'no whole backup' 'is no backup'
admin restore "$copy"
is_exit 1 'nor is it restored'
admin backup --help
is_exit 0 'help'
like '^usage: mxcgi backup ' 'is to be had'
admin backup
is_exit 64 'where to?'
admin backup "$copy" more
is_exit 64 'one place only'
admin backup --yes "$copy"
is_exit 64 'nothing to agree to'
for own in "$tmp/data" "$tmp/data/media" "$tmp/data/../data"; do
	admin backup "$own"
	is_exit 1 'over the server itself'
	said "is the server's own" 'is refused'
done
is "$(ls "$tmp/data" | grep -c new)" 0 'and nothing was begun'

admin backup "$copy"
is_exit 0 'a backup'
like "^$copy has a backup of localhost, with 2 files of media \\(300009 bytes; 0 were there already\\)\$" \
    'says what it has'
is "$(find "$copy" -perm /077)" '' 'is for its owner alone'
is "$(ls "$copy")" 'BACKUP
media
mxcgi.conf
mxcgi.db
signing.key' 'has nothing besides'
admin verify --hashes "$copy"
is_exit 0 'which is sound'
like '^2 files of media with 300009 bytes are there$' 'to the last file'
admin verify --hashes
is_exit 0 'as the server is'
admin backup --json "$copy"
is_json '[.directory, .server_name, .with_media, .media, .bytes, .there_already, .lost]' \
    "[\"$copy\",\"localhost\",true,2,300009,2,0]" 'a backup: --json'
admin verify --json "$copy"
is_json '[.path, .schema > 0, .with_media, .media, .bytes, .wrong]' \
    "[\"$copy/mxcgi.db\",true,true,2,300009,0]" 'verify: --json'

# While somebody writes, who loses nothing by it.
(
	n=0
	while [ ! -e "$tmp/enough" ]; do
		n=$((n + 1))
		echo "{\"msgtype\":\"m.text\",\"body\":\"flow$n\"}" >"$tmp/flow.sent"
		send "$tmp/flow" PUT "$v3/rooms/$room/send/m.room.message/f$n" \
		    "$tmp/flow.sent"
		[ "$(cat "$tmp/flow.status")" != 200 ] || echo "flow$n" >>"$tmp/taken"
	done
) &
writer=$!
until [ -s "$tmp/taken" ]; do sleep 0.02; done
for round in 1 2 3; do
	admin backup "$copy"
	is_exit 0 "a backup while somebody writes ($round)"
	like '2 were there already' 'takes only media that are new'
	admin verify "$copy"
	is_exit 0 'and is sound'
done
touch "$tmp/enough"
wait $writer
is "$(heard | tr ' ' '\n' | tail -n 50 | grep flow)" \
    "$(tail -n 50 "$tmp/taken")" 'nothing that was written is lost'
is "$(paste -sd ' ' "$tmp/taken")" \
    "$(seq -f 'flow%.0f' "$(wc -l <"$tmp/taken")" | paste -sd ' ')" 'nor refused'

# What goes away goes from the next one, and what comes is in it.
printf 'more text' >"$tmp/third"
upload "$tmp/third" text/plain
third=$mxc
admin media purge --yes "mxc://$second"
say last
admin backup "$copy"
is_exit 0 'a later backup'
like 'with 2 files of media \(300009 bytes; 1 were there already\)' 'has what is there now'
is "$(find "$copy/media" -type f | wc -l)" 2 'and nothing else'
admin verify --hashes "$copy"
is_exit 0 'and is sound'

# ------------------------------------------- what goes while one is being made

printf 'short life' >"$tmp/fifth"
upload "$tmp/fifth" text/plain
mkfifo "$tmp/go"
flock "$tmp/run/backup.lock" cat "$tmp/go" &
flock=$!
until ! flock -n "$tmp/run/backup.lock" true; do sleep 0.02; done
whole=$(all_of "$copy")
admin backup "$copy"
is_exit 75 'a second one at the same time'
said 'another backup is being made' 'is refused'
is "$(all_of "$copy")" "$whole" 'and the one before stays'
admin media purge --yes "mxc://$mxc"
is_exit 0 'media are deleted'
housekeep
is "$(find "$tmp/data/media" -type f -size 10c | wc -l)" 1 'but their file stays for the backup'
: >"$tmp/go"
wait $flock
housekeep
is "$(find "$tmp/data/media" -type f -size 10c | wc -l)" 0 'and no longer'

# --------------------------------------------------------- one that goes wrong

say more
printf 'sixth text' >"$tmp/sixth"
upload "$tmp/sixth" text/plain
sixth=$mxc
whole=$(all_of "$copy")
small 100 backup "$copy"
is_exit 1 'no space for the database'
said "$copy/mxcgi.db.new: " 'is told'
is "$(all_of "$copy")" "$whole" 'and the one before stays'
failing 'ENOSPC write media' backup "$copy"
is_exit 1 'none for media'
said 'No space left' 'likewise'
is "$(ls "$copy" | grep -c new)" 0 'nor is the space that there is taken'
admin verify --hashes "$copy"
is_exit 0 'the one before is whole'
lost=$(cd "$tmp/data/media" && find . -type f -size 10c)
mv "$tmp/data/media/$lost" "$tmp/lost.file"
admin backup "$copy"
is_exit 1 'a file that the server has lost'
said "$(basename "$lost"): is not among the server's media" 'is told of'
like 'with 2 files of media' 'the rest is saved'
admin verify "$copy"
is_exit 1 'and it is missed in the backup, too'
printf 'half' >"$tmp/data/media/$lost"
admin backup "$copy"
is_exit 1 'or has half of'
said "$(basename "$lost"): has another size" 'is told of, too'
mv "$tmp/lost.file" "$tmp/data/media/$lost"
admin backup "$copy"
is_exit 0 'until it is found'
rm "$tmp/data/media/$lost"
admin backup "$copy"
is_exit 0 'what is lost later is still in the backup'
cp "$copy/media/$lost" "$tmp/data/media/$lost"
admin verify --hashes "$copy"
is_exit 0 'which is sound'
mkdir "$copy/media/00"
touch "$copy/media/00/mine"
admin backup "$copy"
ok "$([ -e "$copy/media/00/mine" ]; echo $?)" 'and what is not of a backup stays'
rm "$copy/media/00/mine"
if [ "$(id -u)" = 0 ]; then
	chown nobody "$tmp/data"
	for command in "backup $tmp/roots" "restore $copy" verify; do
		# shellcheck disable=SC2086
		admin $command
		is_exit 77 "somebody else's server: $command"
		said 'belongs to user nobody' 'is not touched'
	done
	chown root "$tmp/data"
fi

# ---------------------------------------------------------------- cut off

rm "$copy/BACKUP"
: >"$copy/mxcgi.db.new"
: >"$copy/media/$(cd "$copy/media" && find . -type f | head -n 1).new"
admin restore "$copy"
is_exit 1 'one that was cut off'
said 'goes on when it is called again' 'is not restored'
admin backup "$copy"
is_exit 0 'it goes on'
is "$(find "$copy" -name '*.new')" '' 'and leaves nothing half'
admin backup "$tmp/text/under"
is_exit 1 'where no directory can be'
cp -R "$copy" "$tmp/other"
sed -i 's/^server_name .*/server_name example.org/' "$tmp/other/BACKUP"
admin backup "$tmp/other"
is_exit 1 'over the backup of another server'
is "$(cat "$tmp/other/BACKUP" | head -n 1)" 'server_name example.org' 'which stays'

# ----------------------------------------------------------------- restore

# What is uploaded for others to use once, and what clients know of the server.
device=$device_ann
req POST $v3/keys/upload '{"one_time_keys":{"curve25519:A":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}'
is_status 200 'a one-time key'
claim() {
	req POST $v3/keys/claim "{\"one_time_keys\":{\"@ann:localhost\":{\"$device\":\"curve25519\"}}}"
}
slide() { req POST "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync$1" '{"lists":{}}'; }
tell() { # BODY
	req PUT "$v3/sendToDevice/org.example.x/$1" "{\"messages\":{\"@ann:localhost\":{\"$device\":{\"body\":\"$1\"}}}}"
}
tell early
admin backup "$copy"
is_exit 0 'a backup'

before=$(heard)
say afterwards
upload "$tmp/text" text/plain
fourth=$mxc
claim
is_json '.one_time_keys[][] | keys' '["curve25519:A"]' 'a key is claimed'
tell lost1
tell lost2
req GET $v3/sync
since=$(get_json .next_batch)
is_json '[.to_device.events[].content.body]' '["early","lost1","lost2"]' 'heard of all'
req GET "$v3/sync?since=$since"
slide ''
pos=$(get_json .pos)
[ "$T" = cgi ] || {
	admin restore --yes "$copy"
	is_exit 1 'a server that runs'
	said 'mxcgi stop' 'is not restored'
}
stop
MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" 2>>"$tmp/log" &
alone=$!
until ls -l /proc/$alone/fd 2>/dev/null | grep -q mxcgi.db-wal; do sleep 0.02; done
admin restore --yes "$copy"
is_exit 1 'a program that somebody else runs'
said "process $alone has it open" 'is named'
kill $alone
wait $alone
admin restore "$copy"
is_exit 1 'what is there'
said 'with --yes' 'is not lost by mistake'
admin restore --yes "$tmp/other"
is_exit 1 "another server's backup"
said 'is a backup of example.org' 'is not for this one'
cp -R "$copy" "$tmp/broken"
dd if=/dev/urandom of="$tmp/broken/mxcgi.db" bs=4096 seek=3 count=20 conv=notrunc 2>/dev/null
admin verify "$tmp/broken"
is_exit 1 'a damaged backup'
said 'is damaged' 'is found out'
admin restore --yes "$tmp/broken"
is_exit 1 'nor restored'
is "$(ls "$tmp/data" | grep -c before)" 0 'and nothing was touched'
# untouched NAME: that restore failed, and nothing is as if it had been tried.
untouched() {
	is_exit 1 "$1"
	said 'nothing was changed|signing.key|File too large|No space' 'is told'
	is "$(all_of "$tmp/data")" "$was" 'and nothing was changed'
}
was=$(all_of "$tmp/data")
cp -R "$copy" "$tmp/torn"
torn=$(cd "$tmp/torn/media" && find . -type f | head -n 1)
rm "$tmp/torn/media/$torn"
mkdir "$tmp/torn/media/$torn"
admin restore --yes "$tmp/torn"
untouched 'a backup that cannot be read to its end'
rmdir "$tmp/torn/media/$torn"
ln -s /etc/passwd "$tmp/torn/media/$torn"
admin restore --yes "$tmp/torn"
untouched 'with a link in it'
rm "$tmp/torn/media/$torn"
mkfifo "$tmp/torn/media/$torn"
admin restore --yes "$tmp/torn"
untouched 'with a pipe'
rm "$tmp/torn/media/$torn" "$tmp/torn/signing.key"
ln -s "$tmp/data/signing.key" "$tmp/torn/signing.key"
admin verify "$tmp/torn"
is_exit 1 'a backup without its file of media'
admin restore --yes "$tmp/torn"
untouched 'with a link for its key'
rm "$tmp/torn/signing.key"
admin verify "$tmp/torn"
is_exit 1 'and without a key'
said 'signing.key' 'is none'
admin restore --yes "$tmp/torn"
untouched 'nor is it restored'
failing 'ENOSPC write media' restore --yes "$copy"
untouched 'no space for media'
small 800 restore --yes "$copy"
untouched 'nor for the database'
mv "$tmp/data/media" "$tmp/disk"
ln -s "$tmp/disk" "$tmp/data/media"
admin restore --yes "$copy"
is_exit 0 'restored'
like '^localhost is again what it was at .*, with 3 files of media$' 'it says'
is "$(ls -d "$tmp/data/mxcgi.db.before-"*Z "$tmp/disk/before-"*Z | wc -l)" 2 \
    'what was there stands beside it'
ok "$([ -L "$tmp/data/media" ]; echo $?)" 'a link to where media are stays'
is "$(find "$tmp/data/" "$tmp/disk/" ! -type l -perm /077)" '' 'for its owner alone'
is "$(find "$tmp/data/" "$tmp/disk/" -name '*.new' -o -name restoring)" '' 'nothing is left'
start
is "$(heard)" "$before" 'what was said until then is there, and no more'
for mxc in $first $third; do
	fetch
	is_status 200 'its media'
done
mxc=$fourth
fetch
is_status 404 'but none of later'
slide "?pos=$pos"
is_err 400 M_UNKNOWN_POS 'what was volatile is forgotten'
say again
is_status 200 'and it goes on'
tell later
req GET "$v3/sync?since=$since"
is_status 200 'a client that knew what is gone goes on, too'
is_json '[.rooms.join[].timeline.events[].content.body]' '["again"]' 'hears what is new'
is_json '[.to_device.events[].content.body]' '["later"]' 'and nothing for its device is taken for known'
housekeep
is $? 0 'and is kept'
say kept
req GET "$v3/sync?since=$since"
is_json '[.rooms.join[].timeline.events[].content.body]' '["again","kept"]' 'with what was said since'
since=$(get_json .next_batch)
claim
is_json ".one_time_keys[\"@ann:localhost\"] // {}" '{}' 'no key is used a second time'
admin verify --hashes
is_exit 0 'and is sound'

# On a machine that had nothing but the configuration.
stop
mv "$tmp/data" "$tmp/lost"
admin restore "$copy"
is_exit 0 'where all was lost'
start
req GET "$v3/sync?since=$since"
is_status 200 'a client that saw what followed the first time goes on'
is "$(heard)" "$before" 'it is there again'
mxc=$third
fetch
same "$tmp/third" 'with its media'
cmp -s "$tmp/data/signing.key" "$copy/signing.key"
ok $? 'and its key'

# ------------------------------------------------------------------- verify

file=$(cd "$tmp/data/media" && find . -type f -size 9c)
printf 'none text' >"$tmp/data/media/$file"
admin verify
is_exit 0 'a file of the right size'
admin verify --hashes
is_exit 1 'but of another content'
said "$(basename "$file"): has another content" 'is found'
rm "$tmp/data/media/$file"
admin verify
is_exit 1 'one that is missing'
said '1 files of media are not what they should be' 'is counted'

# Without media.
admin backup --no-media "$tmp/small"
is_exit 0 'without media'
is "$(ls "$tmp/small")" 'BACKUP
mxcgi.conf
mxcgi.db
signing.key' 'it has none'
admin verify "$tmp/small"
is_exit 0 'and is sound'
sed "s|^run_dir = .*|run_dir = $tmp/no/such/run|" "$tmp/mxcgi.conf" >"$tmp/still.conf"
chmod 600 "$tmp/still.conf"
"$mxcgi" backup --no-media "$tmp/still" --config "$tmp/still.conf" >"$tmp/body" 2>"$tmp/said"
is $? 0 'before anything ever ran'
sed "s|^data_dir = .*|data_dir = $tmp/fresh|" "$tmp/still.conf" >"$tmp/fresh.conf"
chmod 600 "$tmp/fresh.conf"
"$mxcgi" restore "$tmp/still" --config "$tmp/fresh.conf" >"$tmp/body" 2>"$tmp/said"
is $? 0 'nor has anything to be there to be restored'
done_testing
