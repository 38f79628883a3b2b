#!/bin/sh
# setup.cgi, the page of the folder for web hosts (build-aux/bundle), sets a server
# up in a folder of Apache's, and the one program that all requests go through.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"
. "$SRC/t/setup.sh"

# On such a host: what setup has to say where it cannot be.
elsewhere() {
	env -i REQUEST_METHOD=GET SCRIPT_NAME=/x/setup.cgi HTTP_HOST=localhost \
	    "$@" "$tmp/other/setup.cgi" >"$tmp/raw" 2>>"$tmp/log"
	status=$(sed -n 's/^Status: \([0-9]*\).*/\1/p; /^.$/q' "$tmp/raw")
	sed '/^.$/q' "$tmp/raw" | tr -d '\r' >"$tmp/head"
	sed '1,/^.$/d' "$tmp/raw" >"$tmp/body"
}

setup_put
setup_serve
req GET /mxcgi/matrix.cgi/_matrix/client/versions
is_status 500 'before, its door cannot be opened'
chmod 755 "$folder/matrix.cgi"
req GET /mxcgi/matrix.cgi/_matrix/client/versions
is_err 503 M_UNKNOWN 'or says what is to be done'
like 'setup[.]cgi' 'which is to open setup.cgi'
rm "$folder/.htaccess"
cp "$SRC/build-aux/bundle.htaccess" "$folder/.htaccess"
setup_all
is "$(readlink "$folder/private")" "$(cd "$tmp/home" && pwd -P)/mxcgi-data" \
    'the data are where the web does not reach'
for path in private/mxcgi.conf programs/mxcgi htaccess.txt .htaccess; do
	req GET "/mxcgi/$path"
	is_status 403 "$path is shown to nobody"
done
req GET /.well-known/matrix/client
is_status 404 'nothing is put where the name is of another host'

folder_door=/mxcgi/matrix.cgi
setup_open
url=$url$folder_door base_path=$folder_door slashes=no
exchange folder
req POST $v3/login '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"ann"},"password":"a long secret"}'
is_status 200 'the administrator logs in'
token=$(get_json .access_token)
req GET "$v3/admin/whois/$(enc "$(get_json .user_id)")"
is_status 200 'and is one'
token=
url=${url%"$folder_door"}

rm -rf "$tmp/home"
setup_put
req GET $setup_at/setup.cgi
key=$(cat "$private/setup-key.txt")
setup_form key="$key" server_name="${url#http://}" address="$url$setup_at" \
    user=ann password='a long secret' again='a long secret'
is_page 200 'a server of this name'
like '/mxcgi/matrix[.]cgi/_matrix/static/admin' 'which has a page for who looks after it'
req GET /.well-known/matrix/client
is_json '.["m.homeserver"].base_url' "\"$url$setup_at/matrix.cgi\"" \
    'it is found by it'
is_head '^access-control-allow-origin: \*' 'from pages of any origin'
is_head '^content-type: application/json' 'as JSON'

# What goes wrong on the way.
as_owner() { if [ -n "$owner" ]; then setpriv --reuid "$owner" --clear-groups "$@"; else "$@"; fi; }
again() {
	setup_form key="$key" server_name="$1" address="$url$setup_at" user="$2" \
	    password='a long secret' again='a long secret'
}
rm -rf "$tmp/home"
setup_put
req GET $setup_at/setup.cgi
key=$(cat "$private/setup-key.txt")
: >"$private/run"
again first.example.org ann
is_page 403 'what stands in the way'
like 'mxcgi init did not succeed: .*/run: File exists. Put that right' 'is named'
[ ! -e "$private/mxcgi.conf" ]
ok $? 'and the name may still be another'
rm "$private/run"
head -c 20000 /dev/zero | tr '\0' x >"$tmp/large"
type=application/x-www-form-urlencoded
req_file POST "$setup_at/setup.cgi" "$tmp/large"
type=application/json
is_page 400 'a form that is too long'
like 'too long' 'is refused as such'

# As if the host had ended it in the middle.
as_owner "$mxcgi" init --config "$private/mxcgi.conf" --server-name second.example.org \
    --base-url "$url$setup_at/matrix.cgi" --data-dir "$(readlink "$private")" \
    --run-dir "$(readlink "$private")/run" >"$tmp/init" 2>&1
req GET $setup_at/setup.cgi
is_page 200 'what was begun goes on'
like 'name is second[.]example[.]org' 'with the name that it has'
! grep -q 'name="server_name"' "$tmp/body"
ok $? 'which is not asked for again'
type=application/x-www-form-urlencoded
for n in 1 2; do bg twice$n POST $setup_at/setup.cgi \
    "key=$key&user=bob&password=a+long+secret&again=a+long+secret"; done
type=application/json
for n in 1 2; do
	bg_wait twice$n
	grep -o '<h1>[^<]*' "$tmp/body"
done >"$tmp/titles"
is "$(sort "$tmp/titles")" "$(printf '<h1>%s\n' 'Already done' 'Your server is ready')" \
    'sent twice it is done once'
[ -s "$private/mxcgi.conf" ] && [ ! -e "$private/setup-key.txt" ]
ok $? 'and wholly'
apache_stop
cgi_log

mkdir -p "$tmp/other/programs" "$tmp/home2/web"
cp "$BUILD/cgi-bin/setup" "$tmp/other/setup.cgi"
elsewhere DOCUMENT_ROOT="$tmp/home2/web"
is_page 400 'files are missing'
like 'htaccess[.]txt' 'and it says which'
cp "$SRC/build-aux/bundle.htaccess" "$tmp/other/htaccess.txt"
elsewhere DOCUMENT_ROOT=/nowhere/web
is_page 400 'there is no place for the data'
like 'above the one which is shown' 'and it says what is wanted'
elsewhere DOCUMENT_ROOT=/nowhere/web SERVER_SOFTWARE=Apache/2.4
is_page 400 'programs are missing'
like 'matrix[.]cgi' 'which is said'
cp "$BUILD/cgi-bin/dispatch" "$tmp/other/matrix.cgi"
elsewhere DOCUMENT_ROOT=/nowhere/web SERVER_SOFTWARE=Apache/2.4
is_page 200 'Apache keeps data closed in the folder itself'
is "$(stat -c %a "$tmp/other/data")" 700 'which others cannot enter'
grep -q '^.Require all denied' "$tmp/other/data/.htaccess"
ok $? 'and closes them once more (security 29)'
rm -rf "$tmp/other/data" "$tmp/other/private"
mkdir -p "$tmp/home2/public_html/shop"
elsewhere DOCUMENT_ROOT="$tmp/home2/public_html/shop"
is "$(readlink "$tmp/other/private")" "$(cd "$tmp/home2" && pwd -P)/mxcgi-data" \
    'what is above one site is often shown as another (security 29)'
rm -rf "$tmp/other/private"
long=$tmp/home2/$(printf '%080d' 0)
mkdir -p "$long/web"
elsewhere DOCUMENT_ROOT="$long/web"
is_page 400 'a long path'
like 'too long for sockets' 'is said to be too long'
if [ -n "$owner" ]; then
	chown "$owner" "$tmp/other"
	elsewhere DOCUMENT_ROOT="$tmp/home2/web"
	is_page 400 'the folder is not of who runs it'
	like 'suEXEC' 'and it says what the host has to do'
fi

# Every line of routes.tab, to programs that say which one they are.
mkdir -p "$tmp/doors/programs" "$tmp/doors/private"
: >"$tmp/doors/private/mxcgi.conf"
cp "$BUILD/cgi-bin/dispatch" "$tmp/doors/matrix.cgi"
for program in $(cut -f1 "$BUILD/gen/routes.list" | sort -u); do
	printf '#!/bin/sh\necho %s\n' "$program" >"$tmp/doors/programs/$program"
done
chmod +x "$tmp/doors/programs"/*
through_door() {
	env -i SCRIPT_NAME=/~ann/x/matrix.cgi REQUEST_URI="$1" "$tmp/doors/matrix.cgi"
}
cut -f1,3 "$BUILD/gen/routes.list" | sort -u | while read -r program path; do
	[ "$(through_door "/%7Eann/x/matrix.cgi$path?a=/b")" = "$program" ] ||
	    echo "$path is not for $program"
done >"$tmp/body"
[ ! -s "$tmp/body" ];	ok $? 'every path comes to its program'
is "$(through_door /~ann/x/matrix.cgi/_matrix/client/v3/nothing)" discovery \
    'and what is unknown to one that says so'
env -i "$tmp/doors/matrix.cgi" >"$tmp/body"
like 'REQUEST_URI' 'a web server that tells no path is told of'
done_testing
