#!/bin/sh
# setup.cgi, the page of the folder for web hosts (build-aux/bundle), sets a server
# up in a folder of Apache's, and the one program that all requests go through.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"
. "$SRC/t/setup.sh"

# As it arrives by FTP: nobody may run a thing but setup.cgi.
put_folder() {
	folder=$tmp/home/web/mxcgi
	private=$folder/private
	mkdir -p "$folder/programs"
	for program in $(cut -f1 "$BUILD/gen/routes.list" | sort -u) thumbnailer; do
		[ ! -e "$BUILD/cgi-bin/$program" ] ||
		    cp "$BUILD/cgi-bin/$program" "$folder/programs"
	done
	cp "$BUILD/admin/mxcgi" "$BUILD/admin/housekeeper" "$folder/programs"
	cp "$BUILD/cgi-bin/setup" "$folder/setup.cgi"
	cp "$BUILD/cgi-bin/dispatch" "$folder/matrix.cgi"
	cp "$SRC/build-aux/bundle.htaccess" "$folder/.htaccess"
	cp "$SRC/build-aux/bundle.htaccess" "$folder/htaccess.txt"
	chmod -x "$folder/programs"/* "$folder/matrix.cgi"
	chmod 755 "$tmp"
	give "$tmp/home"
}

serve() {
	port=$(free_port)
	url=http://127.0.0.1:$port
	{
		echo "ServerRoot $tmp"
		echo "ServerName localhost"
		echo "PidFile $tmp/apache.pid"
		echo "ErrorLog $tmp/apache.log"
		echo "DefaultRuntimeDir $tmp"
		echo "Listen 127.0.0.1:$port"
		[ -z "$owner" ] || printf 'User %s\nGroup %s\n' "$owner" "$group"
		for module in mpm_event unixd authz_core rewrite env mime dir cgid headers; do
			[ ! -f "$modules/mod_$module.so" ] ||
			    echo "LoadModule ${module}_module $modules/mod_$module.so"
		done
		echo "TypesConfig /dev/null"
		echo "ScriptSock $tmp/cgid.sock"
		echo "DocumentRoot $tmp/home/web"
		echo "<Directory $tmp/home/web>"
		echo "AllowOverride All"
		echo "Require all granted"
		echo "</Directory>"
	} >"$tmp/apache.conf"
	"$apache" -f "$tmp/apache.conf" -k start >>"$tmp/apache.err" 2>&1 || {
		cat "$tmp/apache.err" "$tmp/apache.log"
		bail_out 'Apache does not start'
	}
}

# On such a host: what setup has to say where it cannot be.
elsewhere() {
	env -i REQUEST_METHOD=GET SCRIPT_NAME=/x/setup.cgi HTTP_HOST=localhost \
	    "$@" "$tmp/other/setup.cgi" >"$tmp/raw" 2>>"$tmp/log"
	status=$(sed -n 's/^Status: \([0-9]*\).*/\1/p; /^.$/q' "$tmp/raw")
	sed '/^.$/q' "$tmp/raw" | tr -d '\r' >"$tmp/head"
	sed '1,/^.$/d' "$tmp/raw" >"$tmp/body"
}

put_folder
serve
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
put_folder
req GET $setup_at/setup.cgi
key=$(cat "$private/setup-key.txt")
setup_form key="$key" server_name="${url#http://}" address="$url$setup_at" \
    user=ann password='a long secret' again='a long secret'
is_page 200 'a server of this name'
req GET /.well-known/matrix/client
is_json '.["m.homeserver"].base_url' "\"$url$setup_at/matrix.cgi\"" \
    'it is found by it'
is_head '^access-control-allow-origin: \*' 'from pages of any origin'
is_head '^content-type: application/json' 'as JSON'
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
