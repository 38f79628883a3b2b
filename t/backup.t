#!/bin/sh
# mxcgi backup, restore and verify: what a server is, copied while people write,
# put back, and looked through.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

is_exit() { is "$status" "$1" "$2"; }
said() { grep -qE "$1" "$tmp/said"; ok $? "$2"; }
v3=/_matrix/client/v3
copy=$tmp/copy

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
mkdir "$tmp/full"
admin backup "$tmp/text/under"
is_exit 1 'where no directory can be'
cp -R "$copy" "$tmp/other"
sed -i 's/^server_name .*/server_name example.org/' "$tmp/other/BACKUP"
admin backup "$tmp/other"
is_exit 1 'over the backup of another server'
is "$(cat "$tmp/other/BACKUP" | head -n 1)" 'server_name example.org' 'which stays'

# ----------------------------------------------------------------- restore

before=$(heard)
say afterwards
upload "$tmp/text" text/plain
fourth=$mxc
[ "$T" = cgi ] || {
	admin restore --yes "$copy"
	is_exit 1 'a server that runs'
	said 'mxcgi stop' 'is not restored'
}
stop
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
cp -R "$copy" "$tmp/torn"
(cd "$tmp/torn/media" && torn=$(find . -type f | head -n 1) && rm "$torn" && mkdir "$torn")
admin restore --yes "$tmp/torn"
is_exit 1 'a backup that cannot be read to its end'
said 'what was there has .before-.* behind its names' 'what was there is not lost'
is "$(ls -d "$tmp/data/mxcgi.db.before-"*Z "$tmp/data/media.before-"*Z | wc -l)" 2 'as one sees'
rm -r "$tmp/data/media"
for old in "$tmp/data/"*.before-*; do mv "$old" "${old%.before-*}"; done
admin verify --hashes
is_exit 0 'and can be put back'
admin restore --yes "$copy"
is_exit 0 'restored'
like '^localhost is again what it was at .*, with 2 files of media$' 'it says'
is "$(ls -d "$tmp/data/mxcgi.db.before-"*Z | wc -l)" 1 'what was there stands beside it'
start
is "$(heard)" "$before" 'what was said until then is there, and no more'
for mxc in $first $third; do
	fetch
	is_status 200 'its media'
done
mxc=$fourth
fetch
is_status 404 'but none of later'
say again
is_status 200 'and it goes on'
admin verify --hashes
is_exit 0 'and is sound'

# On a machine that had nothing but the configuration.
stop
mv "$tmp/data" "$tmp/lost"
admin restore "$copy"
is_exit 0 'where all was lost'
start
is "$(heard)" "$before" 'it is there again'
mxc=$third
fetch
same "$tmp/third" 'with its media'
cmp -s "$tmp/data/signing.key" "$copy/signing.key"
ok $? 'and its key'

# ------------------------------------------------------------------- verify

file=$(cd "$tmp/data/media" && find . -type f -size -10k -path './??/*' | head -n 1)
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
done_testing
