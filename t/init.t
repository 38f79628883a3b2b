#!/bin/sh
# mxcgi init and migrate: questions on a terminal, the first administrator, no
# data where a web server shows it, and a copy before a migration.
T=cgi
. "$(dirname "$0")/lib.sh"
at=$tmp/new
none=$tmp/none

# init ARGUMENT...: into $at
init() {
	asked="mxcgi init $*"
	"$mxcgi" init --config "$at/mxcgi.conf" --web-conf "$none" \
	    --data-dir "$at/data" --run-dir "$at/run" "$@" >"$tmp/body" \
	    2>"$tmp/said" </dev/null
	status=$?
}
says() { grep -Eq -- "$1" "$tmp/said"; ok $? "$2"; }
nothing() { [ ! -e "$at" ]; ok $? "$1"; }

# ------------------------------------------------------------- what was given

init --server-name localhost --registration perhaps
is_status 1 'registration is open or closed'
says 'registration' 'and it says so'
[ ! -e "$at/mxcgi.conf" ];	ok $? 'and leaves no configuration behind'
rm -rf "$at"
init --server-name localhost --base-url nonsense
[ "$status" != 0 ] && [ ! -e "$at/mxcgi.conf" ]
ok $? 'an address that is none leaves none either'
rm -rf "$at"
init --help;	is_status 0 '--help'
init --server-name localhost more;	is_status 64 'an argument'

printf 'a long secret\n' >"$tmp/password"
"$mxcgi" init --config "$at/mxcgi.conf" --web-conf "$none" --data-dir "$at/data" \
    --run-dir "$at/run" --server-name localhost --admin ann \
    --base-url https://matrix.example.org <"$tmp/password" >"$tmp/body" 2>"$tmp/said"
is $? 0 'an administrator whose password is a line of standard input (security 32)'
like '^@ann:localhost made$' 'who is told of'
"$mxcgi" user show ann --json --config "$at/mxcgi.conf" >"$tmp/body"
is_json '[.admin, .password]' '[true,true]' 'is one, with a password'
cp "$at/mxcgi.conf" "$tmp/body"
like '^base_url = https://matrix.example.org$' 'base_url stands in the configuration'
init --admin ann;	is_status 73 'one that is there is not made again'
says 'taken' 'and it says so'
init --admin bob;	is_status 65 'no password: nobody is made'
init --base-url https://other.example.org
is_status 1 'another address is not written over the one that is there'
rm -rf "$at"

# --------------------------------------------------------------- on a terminal

on_terminal() {	# PROMPT ANSWER... -- ARGUMENT...
	asked='on a terminal'
	perl "$SRC/t/tools/terminal.pl" "$@" >"$tmp/body" 2>"$tmp/said"
	status=$?
}
on_terminal 'for ever []: ' 'not a name' 'for ever []: ' example.org \
    'clients use' '' 'for data' "$at/data" 'for sockets' "$at/run" \
    'open or closed [' maybe 'open or closed [' open 'when empty' ann \
    'New password of @ann:example.org: ' 'typed by hand' 'once more: ' 'typed by hand' \
    -- "$mxcgi" init --config "$at/mxcgi.conf" --web-conf "$none"
is_status 0 'on a terminal: it asks'
like 'That is no server name' 'on a terminal: again when an answer is none'
like '@ann:example.org made' 'on a terminal: an administrator'
like "made $at/data/mxcgi.db" 'on a terminal: all is made'
cp "$at/mxcgi.conf" "$tmp/body"
like '^base_url = https://example.org$' 'on a terminal: Enter takes what is offered'
like '^registration = open$' 'on a terminal: or what was typed'
rm -rf "$at"
on_terminal 'for ever' '^D' -- "$mxcgi" init --config "$at/mxcgi.conf"
[ "$status" != 0 ];	ok $? 'on a terminal: who leaves'
nothing 'on a terminal: has nothing made'
on_terminal -- "$mxcgi" init --config "$at/mxcgi.conf" --web-conf "$none" \
    --server-name localhost --data-dir "$at/data" --run-dir "$at/run"
is_status 0 'on a terminal: with a name it asks nothing'

# ------------------------------------------------------ where pages are shown

web=$tmp/home/public_html
mkdir -p "$web"
at=$web/mxcgi
init --server-name localhost
is_status 1 'in public_html: refused (security 29)'
says 'data_dir .*/mxcgi/data lies in .*/public_html' 'in public_html: it says why'
says '--fence' 'in public_html: and what can be done'
nothing 'in public_html: nothing is made'
init --server-name localhost --fence
is_status 1 'fenced, but not the configuration: refused'
says 'the configuration .* lies in' 'which it says'
nothing 'and nothing is made'
asked='init --fence'
fenced() {
	"$mxcgi" init --config "$at/data/mxcgi.conf" --web-conf "$none" \
	    --server-name localhost --data-dir "$at/data" \
	    --run-dir "$at/run" "$@" >"$tmp/body" 2>"$tmp/said"
	status=$?
}
fenced --fence
is_status 0 'fenced: made'
like "^made $at/data/.htaccess" 'fenced: with a .htaccess'
like "^made $at/run/.htaccess" 'fenced: in each directory'
like 'location \^~ /mxcgi/data . deny all; .' 'fenced: and what nginx needs'
grep -q 'Require all denied' "$at/data/.htaccess";	ok $? 'fenced: which forbids everything (security 29)'
fenced;	is_status 0 'fenced: again without the word'
at=$tmp/home/pages/mxcgi
mkdir -p "$tmp/home/pages"
touch "$tmp/home/pages/.htaccess"
init --server-name localhost
is_status 1 'beside a .htaccess: refused (security 29)'
nothing 'beside a .htaccess: nothing is made'
rm "$tmp/home/pages/.htaccess"
none=$tmp/sites
printf '<VirtualHost *>\n\tDocumentRoot "%s"\n' "$tmp/home/pages" >"$none"
init --server-name localhost
is_status 1 'what Apache shows: refused (security 29)'
says "DocumentRoot .*in $none" 'what Apache shows: it says where that stands'
printf 'server {\n\tlocation /p/ {\n\t\talias %s/;\n\t}\n}\n' "$tmp/home/pages" >"$none"
init --server-name localhost
is_status 1 'what nginx shows: refused (security 29)'
ln -s "$tmp/home/pages" "$tmp/link"
at=$tmp/link/mxcgi
init --server-name localhost
is_status 1 'by way of a link: refused (security 29)'
nothing 'by way of a link: nothing is made'
printf '# root %s;\nroot %s-other;\nroot $here;\n' "$tmp/home/pages" "$tmp/home/pages" >"$none"
init --server-name localhost
is_status 0 'what is beside it, or a remark, is not shown'

at=$tmp/json
init --server-name localhost --json
is_status 0 '--json'
is_json '[.schema_before, .schema > 0, (.files | map(.state) | unique),
    (.files | map(.path) | index("'"$at/data/mxcgi.db"'") > 0)]' \
    '[0,true,["made"],true]' '--json: one object with all that was made'
init --json
is_json '[.schema_before == .schema, (.files | map(.state) | unique)]' \
    '[true,["kept"]]' '--json: or was there'

at=$tmp/home/pages/denied
printf 'server {\n\troot %s;\n\tlocation ^~ /denied {\n\t\tdeny all;\n\t}\n}\n' \
    "$tmp/home/pages" >"$none"
init --server-name localhost
is_status 0 'what nginx is told to deny is not shown either'
printf '$HTTP["url"] =~ "^/no" { url.access-deny = ("") }\nserver.document-root = "%s"\n' \
    "$tmp/home/pages" >"$none"
at=$tmp/home/pages/yes
init --server-name localhost
is_status 1 'which is not what lies beside it (security 29)'
at=$tmp/home/pages/no
init --server-name localhost
is_status 0 'as lighttpd has it'

# ------------------------------------------------------------------- migrate

start
user ann
admin migrate
is_status 0 'migrate: nothing to do'
is "$(ls "$tmp/data" | grep -c before)" 0 'migrate: and so nothing is copied'
admin migrate --nothing;	is_status 64 'migrate: an option that is none'

# older [MIB]: a database of the first version; was: which it was before.
older() {
	rm -f "$tmp"/data/mxcgi.db*
	"$BUILD/t/schema/older" "$tmp/mxcgi.conf" "$@" >"$tmp/body" || bail_out 'no old database; make t/schema/older t/schema/newer'
}
was() {
	mkdir -m 700 "$tmp/was"
	for part in '' -wal; do
		[ ! -e "$1$part" ] || cp "$1$part" "$tmp/was/mxcgi.db$part"
	done
	sed "s,^data_dir = .*,data_dir = $tmp/was," "$tmp/mxcgi.conf" >"$tmp/was.conf"
	chmod 600 "$tmp/was.conf"
	"$BUILD/t/schema/older" "$tmp/was.conf"
	rm -r "$tmp/was" "$tmp/was.conf"
}
older
env LD_PRELOAD="$BUILD/t/faults/faults.so" MXCGI_FREE=1000000 \
    ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" \
    "$mxcgi" migrate --config "$tmp/mxcgi.conf" >"$tmp/body" 2>"$tmp/said"
is $? 1 'migrate: no space for a copy'
says '--no-copy.*Nothing was changed' 'migrate: it says what can be done'
copy=$tmp/data/mxcgi.db.before-1
is "$(was "$tmp/data/mxcgi.db")" 1 'migrate: nothing was changed'
[ ! -e "$copy" ];	ok $? 'migrate: and nothing is kept'
admin migrate
is_status 0 'migrate: an old database is brought up'
like "^copied $copy\$" 'migrate: and its copy is spoken of'
like '^    from schema 1 to [1-9]' 'migrate: with how far it came'
is "$(stat -c %a "$copy")" 600 'migrate: for nobody else (security 29)'
is "$(was "$copy")" 1 'migrate: which is what it was'
[ ! -e "$copy.new" ];	ok $? 'migrate: and under its own name'
admin verify
is_status 0 'migrate: what came of it is whole'
older
admin migrate --no-copy
is_status 0 'migrate: --no-copy'
[ ! -e "$copy" ];	ok $? 'migrate: not with --no-copy'
rm -f "$copy"
older 64
admin migrate --json
says '^copying: [0-9]+ of 6[4-9] MiB' 'migrate: how far the copy is'
is_status 0 'migrate: --json'
is_json '[.schema_before, (.files | map([.state, .path]))]' \
    "[1,[[\"copied\",\"$copy\"],[\"migrated\",\"$tmp/data/mxcgi.db\"]]]" \
    'migrate: --json: one object'
grep -q '^0002-' "$tmp/said";	ok $? 'migrate: --json: the steps are told beside it'
done_testing
