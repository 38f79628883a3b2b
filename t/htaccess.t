#!/bin/sh
# Shared hosting: somebody who is not root puts files into their part of an Apache,
# which runs them as their owner (suEXEC), and may set nothing but .htaccess.  Once
# in a folder, https://host/~ann/mx, and once at the root of a domain; beside pages
# that have rewriting of their own.
T=cgi

# Who ann is, and where suEXEC lets her have programs, nobody else is told: it is
# so in a mount namespace only.
skip() { echo "1..0 # SKIP $1"; exit 0; }
suexec=/etc/apache2/suexec/www-data
[ "$(id -u)" = 0 ] || skip 'only root can let Apache run programs as somebody else'
[ -f "$suexec" ] || skip 'apache2-suexec-custom is not installed'
if [ -z "${NAMESPACE-}" ]; then
	unshare -m true 2>/dev/null || skip 'there are no mount namespaces'
	NAMESPACE=yes exec unshare -m sh "$0"
fi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"

id=1999
home=$tmp/home/ann
web=$home/public_html
ann() { setpriv --reuid $id --regid $id --clear-groups env HOME="$home" "$@"; }

an_account() {
	chmod 755 "$tmp"
	mkdir -p "$web" "$home/mxcgi" "$tmp/suexec.log"
	{ cat /etc/passwd; echo "ann:x:$id:$id::$home:/bin/sh"; } >"$tmp/passwd"
	{ cat /etc/group; echo "ann:x:$id:"; } >"$tmp/group"
	printf '%s\npublic_html\n' "$tmp/home" >"$tmp/suexec"
	mount --bind "$tmp/passwd" /etc/passwd &&
	    mount --bind "$tmp/group" /etc/group &&
	    mount --bind "$tmp/suexec" "$suexec" &&
	    mount --bind "$tmp/suexec.log" /var/log/apache2 ||
	    bail_out 'there is no account for ann'
	cp "$BUILD"/cgi-bin/* "$BUILD/admin/housekeeper" "$mxcgi" "$home/mxcgi" 2>/dev/null
	chown -R $id:$id "$home"
}

# What a host allows at least, and no more.
an_apache() {
	port=$(free_port)
	domain=$port
	while [ "$domain" = "$port" ]; do domain=$(free_port); done
	{
		apache_head suexec userdir dir cgid
		cat <<-END
		Listen 127.0.0.1:$port
		Listen 127.0.0.1:$domain
		DirectoryIndex index.html
		<Directory "$web">
			AllowOverride FileInfo Options=ExecCGI,SymLinksIfOwnerMatch
			Require all granted
		</Directory>
		<VirtualHost *:$port>
			DocumentRoot $tmp/suexec.log
			UserDir public_html
		</VirtualHost>
		<VirtualHost *:$domain>
			DocumentRoot $web
			SuexecUserGroup ann ann
		</VirtualHost>
		END
	} >"$tmp/apache.conf"
	apache_start
}

own_pages_of_ann() {
	echo 'the own page' >"$web/index.html"
	cat >"$web/.htaccess" <<-'END'
	RewriteEngine On
	RewriteRule ^index\.html$ - [L]
	RewriteCond %{REQUEST_FILENAME} !-f
	RewriteCond %{REQUEST_FILENAME} !-d
	RewriteRule . /index.html [L]
	END
}

# server URL: ann configures it.
server() {
	conf server base_url "$1"
	make_conf
	install -o $id -g $id -m 600 "$tmp/mxcgi.conf" "$home/mxcgi/mxcgi.conf"
	ann "$home/mxcgi/mxcgi" init --config "$home/mxcgi/mxcgi.conf" >"$tmp/log" 2>&1 ||
	    bail_out 'mxcgi init failed'
	: >"$tmp/log"
	rm -rf "$home/web"
	ann sh "$tmp/share/fill" --bin "$home/mxcgi" \
	    --config "$home/mxcgi/mxcgi.conf" "$home/web" ||
	    bail_out 'nginx/fill failed'
}

conf server data_dir "$home/mxcgi/data"
conf server run_dir "$home/mxcgi/run"
conf store durability process
an_account
own_pages_of_ann
an_apache
# As `make install` leaves it.
mkdir "$tmp/share"
cp -R "$SRC"/nginx/* "$BUILD"/gen/routes.list "$BUILD"/gen/*-routes.conf \
    "$BUILD"/gen/paths "$tmp/share"
slashes=no

# ------------------------------------------------------------- in a folder
base_path=/~ann/mx
server https://example.org/~ann/mx
ann mkdir "$web/mx"
ann cp -R "$home/web/mxcgi-htaccess/_matrix" "$home/web/mxcgi-htaccess/_synapse" "$web/mx"
ann cp "$home/web/mxcgi-htaccess/page.htaccess" "$web/mx/.htaccess"
url=http://127.0.0.1:$port$base_path
exchange folder
req GET /;	is_page 200 'folder: a page that says that it works'
url=http://127.0.0.1:$port/%7Eann/mx
req GET /_matrix/client/versions
is_status 200 'folder: as browsers may write it'
req GET /nothing;	is_status 404 'folder: and nothing else there'
url=http://127.0.0.1:$port/~ann
req GET /;	like '^the own page$' 'folder: the other pages are there'
is "$(find "$home/mxcgi/data" ! -user ann | wc -l)" 0 'all data is hers'
grep -q "uid: (1999/ann)" "$tmp/suexec.log/suexec.log"
ok $? 'and so are the programs'

url=http://127.0.0.1:$port$base_path
echo secret >"$web/mx/_matrix/secret"
echo secret >"$web/mx/_matrix/cgi/secret"
for path in secret cgi/secret cgi/ cgi/rooms .htaccess ''; do
	req GET "/_matrix/$path"
	[ "$status" = 403 ] || [ "$status" = 404 ]
	ok $? "/_matrix/$path: nothing to see"
	! grep -q 'secret$\|RewriteRule\|exec ' "$tmp/body"
	ok $? "/_matrix/$path: and it is not shown"
done
chmod g+w "$web/mx/_matrix/cgi"
req GET /_matrix/client/versions
is_status 500 'where others may write suEXEC runs nothing'
chmod g-w "$web/mx/_matrix/cgi"

ann sh -c "$(sed 's/^[* ]*//' "$home/web/mxcgi-crontab")" >"$tmp/body" 2>&1
is "$? $(cat "$tmp/body")" '0 ' 'the line for cron works, and has nothing to say'
sed "s,mxcgi.conf,no.conf," "$home/web/mxcgi-crontab" >"$tmp/crontab"
ann sh -c "$(sed 's/^[* ]*//' "$tmp/crontab")" >"$tmp/body" 2>&1
like 'no.conf: ' 'and says so when it does not'

# ------------------------------------------------------ the root of a domain
base_path=
server https://example.org
ann cp -R "$home/web/mxcgi-htaccess/_matrix" "$home/web/mxcgi-htaccess/_synapse" \
    "$home/web/mxcgi-htaccess/.well-known" "$web"
url=http://127.0.0.1:$domain
exchange domain
req GET /.well-known/matrix/client
is_json '.["m.homeserver"].base_url' '"https://example.org"' 'domain: the address is discovered'
req GET /.well-known/matrix/nothing
is_err 404 M_UNRECOGNIZED 'domain: and nothing else'
for path in / /a/page /.well-known/other; do
	req GET $path;	like '^the own page$' "domain: $path is the site's"
done

# Here nobody can have slashes arrive, and rooms have no ids with them.
doctor() {
	asked="mxcgi doctor $*"
	ann "$home/mxcgi/mxcgi" doctor --quick --web-conf "$tmp/none" --config \
	    "$home/mxcgi/mxcgi.conf" --url "http://localhost:$domain" "$@" \
	    >"$tmp/body" 2>"$tmp/said"
	status=$?
}
doctor
is_status 0 'doctor: a good installation'
like '^all is well' 'doctor: of which there is nothing to say'
doctor -v
like '^fine: slash: .*a .htaccess cannot change' 'doctor: but what cannot be had, when asked'
printf '[rooms]\nversion = 3\n' >>"$home/mxcgi/mxcgi.conf"
doctor
is_status 2 'doctor: rooms with slashes in ids'
like '^wrong: room-version: ' 'doctor: are wrong there'

apache_stop
cgi_log
[ -s "$tmp/log" ];	ok $? 'the programs log where Apache does'
done_testing
