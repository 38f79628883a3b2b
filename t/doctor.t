#!/bin/sh
# mxcgi doctor: it has nothing to say of a good installation, and names what is
# wrong with others.  A second server {} of nginx in front of the first spoils
# requests as a proxy or another configuration would.
T=fcgi
. "$(dirname "$0")/lib.sh"
faults=$BUILD/t/faults/faults.so
expect_log '(open\(\)|a client request body|too large body|upstream timed out|connect\(\)|rewrite)'
expect_log 'was ended by signal|directory index'

conf store durability process
conf media handover nginx

# doctor ARGUMENT...: of this server, by the name that it has.
doctor() { admin doctor --quick --web-conf "$tmp/none" --url "$url" "$@"; }

# finds GRADE CHECK REGEX NAME: the last call said this, with what it means and
# what to do, and its status says so, too.
finds() {
	[ "$1" = wrong ] && want=2 || want='[12]'
	# shellcheck disable=SC2254
	case $status in
	$want) ;;
	*) false ;;
	esac &&
	    grep -Eq "^$1: $2: .*$3" "$tmp/body" &&
	    grep -Ec '^    ' "$tmp/body" | grep -qvx '[01]'
	ok $? "$4"
}
# alone NAME: and it said nothing else.
alone() {
	is "$(grep -c '^[a-z]' "$tmp/body")" 1 "$1"
}

# ------------------------------------------------------------ the web server

# What the second server {} does, and where.
front_port=$(free_port)
spoil() {
	cat >"$tmp/nginx/spoiled.conf" <<-END
	server {
		listen 127.0.0.1:$front_port;
		root $tmp/web;
		client_max_body_size ${most:-0};
		$1
		location / {
			proxy_pass http://127.0.0.1:$port${slash-};
			proxy_set_header X-Forwarded-For \$remote_addr;
			$2
		}
	}
	END
	reload
}
reload() {
	workers=$(pgrep -P "$(cat "$tmp/nginx.pid")")
	nginx -p "$tmp/nginx" -c "$tmp/nginx/nginx.conf" -e "$tmp/nginx.log" \
	    -s reload
	for worker in $workers; do
		while kill -0 "$worker" 2>/dev/null; do sleep 0.05; done
	done
}
# through ARGUMENT...: the second server {} is the front door.
through() { admin doctor --quick --web-conf "$tmp/none" \
    --url "http://localhost:$front_port" "$@"; }

start tcp
url=http://localhost:$port
mkdir -p "$tmp/web"
sed "s,^http {,&\n	include $tmp/nginx/spoiled*.conf;," \
    "$tmp/nginx/nginx.conf" >"$tmp/nginx/more.conf"
mv "$tmp/nginx/more.conf" "$tmp/nginx/nginx.conf"
user ann
printf 'a picture' >"$tmp/picture"
type=image/png
req_file POST /_matrix/media/v3/upload "$tmp/picture"
is_status 200 'there is something to download'
type=application/json
until [ -e "$tmp/run/housekeeper.done" ]; do sleep 0.05; done

doctor
is_status 0 'a good installation'
like '^all is well: [0-9]+ checks$' 'is well'
alone 'and nothing else is said'
is "$(ls "$tmp/data" "$tmp/run" | grep -c doctor)" 0 'nothing is left behind'
doctor -v
is_status 0 '-v'
is "$(grep -Ec '^(fine|not looked at): ' "$tmp/body")" 29 '-v names all that was looked at'
like '^fine: handover: ' 'media are written by nginx'
doctor --json
is_status 0 '--json'
is_json '[.verdict, .web_server, (.findings | map(.grade) | unique)]' \
    '["fine","nginx",["fine","skipped"]]' '--json: one object'
admin doctor --web-conf "$tmp/none" --url "$url"
is_status 0 'with a request that waits 35 s'
like 'all is well' 'which is not cut off'
exec 8>"$tmp/run/doctor.key"
flock -n 8
doctor
is_status 75 'two doctors at once'
exec 8>&-
admin doctor --url ftp://localhost;	is_status 64 'an address that is none'
admin doctor --nothing;	is_status 64 'an option that is none'
admin doctor more;	is_status 64 'an argument'
admin doctor --help;	is_status 0 '--help'
like '^usage: mxcgi doctor' 'says how it is called'

req GET /_matrix/client/unstable/org.mxcgi/doctor/0123456789012345678901234567890123456789012
is_err 404 M_UNRECOGNIZED 'what it asks the programs nobody else may'

spoil '' ''
through
is_status 0 'a proxy that changes nothing'
slash=/
spoil '' ''
through
finds wrong slash 'decoded' 'slashes: a proxy decodes paths'
alone 'slashes: and that is all'
like '^    nginx: .*REQUEST_URI \$request_uri' 'slashes: what to change in nginx'
slash=
spoil '' 'proxy_set_header Authorization "";'
through
finds wrong token 'does not arrive' 'tokens: the header is lost'
like 'fastcgi_param HTTP_AUTHORIZATION' 'tokens: what to change'
most=100k
spoil '' ''
through
finds wrong body '1048576 bytes' 'bodies: a limit below body_max'
finds wrong upload '52428800 bytes' 'uploads: nor do files get through'
most=5m
spoil '' ''
through
finds wrong upload '52428800 bytes' 'uploads: a limit below upload_max'
alone 'uploads: though bodies are let through'
most=
spoil '' 'add_header Access-Control-Allow-Origin * always;'
through
finds wrong cors 'more than once' 'browsers: a header twice'
spoil '' 'proxy_hide_header Access-Control-Allow-Origin;'
through
finds wrong cors 'is missing' 'browsers: a header is lost'
spoil '' 'limit_except GET POST PUT DELETE { deny all; }'
through
finds wrong cors 'OPTIONS gets status 403' 'browsers: OPTIONS is refused'
spoil '' 'proxy_bind 127.0.0.3;'
through
finds warning address '127.0.0.3' 'addresses: all come from a proxy'
is_status 1 'addresses: a warning'
like 'trusted_proxy = 127.0.0.3' 'addresses: the line to add'
spoil '' 'proxy_read_timeout 2s;'
admin doctor --web-conf "$tmp/none" --url "http://localhost:$front_port"
finds wrong poll 'cut off after 2 s' 'waiting: a proxy cuts it off'
spoil 'location /_matrix/ { return 404; }' ''
through
finds wrong front 'status 404: /_matrix/ is not handed on' 'nothing is handed on'
like 'include mxcgi-http.conf' 'nothing is handed on: what to include'
spoil "server_tokens off; location ^~ /.well-known/ { return 404; }" ''
sed "s,^name = .*,&\nbase_url = http://localhost:$front_port," "$tmp/mxcgi.conf" >"$tmp/other.conf"
chmod 600 "$tmp/other.conf"
other() { # ARGUMENT...
	asked="mxcgi doctor $* (other.conf)"
	env ${fault:+LD_PRELOAD="$faults" "$fault"} \
	    ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" \
	    "$mxcgi" doctor --quick --web-conf "$tmp/none" \
	    --config "$tmp/other.conf" --url "$url" "$@" >"$tmp/body" 2>"$tmp/said"
	status=$?
}
fault=
other --url "http://localhost:$front_port"
finds wrong well-known 'tells no address .status 404' 'the address is not discovered'
other
finds wrong well-known 'tells no address|and base_url is' 'nor at another'
admin doctor --quick --web-conf "$tmp/none" --url "http://127.0.0.1:$port"
finds warning well-known 'base_url does not say so' 'an address that nobody is told of'

# -------------------------------------------------------------------- TLS

# certificate NAME DAYS
certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/tls.key" \
	    -out "$tmp/tls.pem" -subj "/CN=$1" -days "$2" \
	    -addext "subjectAltName=DNS:$1" 2>/dev/null
}
secure() {
	certificate "$1" "$2"
	spoil "listen 127.0.0.1:$tls_port ssl; ssl_certificate $tmp/tls.pem;
		ssl_certificate_key $tmp/tls.key;" ''
	sed '/^base_url/d' "$tmp/other.conf" >"$tmp/tls.conf"
	printf '[outbound]\nca_file = %s\n' "$tmp/tls.pem" >>"$tmp/tls.conf"
	cp "$tmp/tls.conf" "$tmp/other.conf"
	sed -i '/^\[outbound/,$d' "$tmp/tls.conf"
}
tls_port=$(free_port)
secure localhost 90
other --url "https://localhost:$tls_port"
is_status 0 'TLS: a certificate that is good'
cp "$tmp/tls.conf" "$tmp/other.conf"
secure localhost 3
other --url "https://localhost:$tls_port"
finds warning tls 'expires in [23] days' 'TLS: it expires soon'
alone 'TLS: and works until then'
cp "$tmp/tls.conf" "$tmp/other.conf"
other --url "https://localhost:$tls_port"
finds wrong front 'is not trusted' 'TLS: of nobody whom clients trust'
secure elsewhere.example 90
other --url "https://localhost:$tls_port"
finds wrong front 'is not trusted' 'TLS: for another name'
cp "$tmp/tls.conf" "$tmp/other.conf"

# ------------------------------------------------------- data that is shown

printf 'server {\n\troot %s;\n}\n' "$tmp" >"$tmp/site.conf"
other --web-conf "$tmp/site.conf"
finds wrong web-root "root .*in $tmp/site.conf" 'data lies where pages are (security 29)'
like "location \^~ /data" 'data lies where pages are: what forbids it'
printf '<VirtualHost *>\n\tDocumentRoot "%s"\n' "$tmp" >"$tmp/site.conf"
other --web-conf "$tmp/site.conf"
finds wrong web-root 'DocumentRoot' 'as Apache says it'
line=$(sed -n 's/^    nginx: \(location.*data .*\)/\1/p' "$tmp/body")
printf 'server {\n\troot %s;\n\t%s\n}\n' "$tmp" "$line" >"$tmp/site.conf"
other --web-conf "$tmp/site.conf"
! grep -q '^wrong: web-root: data_dir' "$tmp/body";	ok $? 'the line that was shown mends it'
grep -q '^wrong: web-root: run_dir' "$tmp/body";	ok $? 'but not the other places'
printf 'Require all denied\n' >"$tmp/run/.htaccess"
other --web-conf "$tmp/site.conf"
finds wrong web-root 'run_dir' 'a .htaccess is no fence to nginx (security 29)'
rm "$tmp/site.conf" "$tmp/run/.htaccess"
ln -s "$tmp/data" "$tmp/web/hidden"
spoil "location /data/ { alias $tmp/data/; }" ''
through
finds wrong private 'signing.key can be downloaded' 'the key can be downloaded (security 29)'
finds wrong private 'mxcgi.db can be downloaded' 'and the database (security 29)'
spoil "location /data/ { deny all; }" ''
through
is_status 0 'forbidden, they cannot'

# ------------------------------------------------------------------- inside

cp "$tmp/mxcgi.conf" "$tmp/other.conf"
chmod 644 "$tmp/data/signing.key"
doctor
finds wrong owners 'signing.key has mode 0644' 'a key that others may read (security 29)'
like "chmod go-rwx $tmp/data/signing.key" 'a key that others may read: how to mend it'
chmod 600 "$tmp/data/signing.key"
chmod 755 "$tmp/data"
doctor
finds wrong owners 'data has mode 0755' 'a directory that others may enter'
chmod 700 "$tmp/data"

fault=MXCGI_FREE=1000000
other
finds wrong space 'data_dir .* 0 MiB are left' 'no space'
fault=MXCGI_FREE=300000000
other
finds warning space '286 MiB are left' 'little space'
fault=MXCGI_CLOCK=-600
other
finds wrong time 'the clock was set back' 'a clock that was set back (security 37)'
finds warning date '(599|600|601) s apart' 'and is not that of the front door'
echo 'ENOSPC write' >"$tmp/fault"
fault=MXCGI_FAULT=$tmp/fault
other
finds wrong wal 'cannot make a database|does not work' 'a full disk'
fault=

echo 'EIO sync' >"$tmp/fault"
fault=MXCGI_FAULT=$tmp/fault
sed 's/^durability = .*/durability = power/' "$tmp/mxcgi.conf" >"$tmp/other.conf"
other
finds wrong sync 'cannot be written' 'a disk that loses what is written'
fault=
cp "$tmp/mxcgi.conf" "$tmp/other.conf"
echo 'STALL write' >"$tmp/stall"
env LD_PRELOAD="$faults" MXCGI_FAULT="$tmp/stall" \
    ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" \
    "$mxcgi" user add bob --no-password --config "$tmp/mxcgi.conf" >/dev/null 2>>"$tmp/log" &
writer=$!
fault=MXCGI_UP=100
until other -v; ! grep -q '^fine: lock' "$tmp/body"; do sleep 0.1; done
finds wrong lock "process $writer has been writing for 1[0-9][0-9] s" 'somebody keeps others from writing'
like "kill $writer" 'and who that is'
rm "$tmp/stall"
wait $writer
fault=

sed 's/^name = .*/name = example.org/' "$tmp/mxcgi.conf" >"$tmp/other.conf"
other
finds wrong database 'belongs to localhost' 'the database of another server'
sed "s,^run_dir = .*,run_dir = $tmp/run2," "$tmp/mxcgi.conf" >"$tmp/other.conf"
mkdir -m 700 "$tmp/run2"
other
finds wrong answers 'others than those' 'another configuration than that of the programs'
printf '[mail]\nfrom = a@example.org\nsmtp = smtp://127.0.0.1:%s\n' \
    "$(free_port)" | cat "$tmp/mxcgi.conf" - >"$tmp/other.conf"
other
finds wrong mail 'smtp://127.0.0.1' 'a mail server that is not there'
printf '[mail]\nfrom = a@example.org\ncommand = /no/sendmail -t\n' |
    cat "$tmp/mxcgi.conf" - >"$tmp/other.conf"
other
finds wrong mail '/no/sendmail: No such file' 'a mail program that is not there'
mkdir "$tmp/mails"
sh "$SRC/t/tools/smtpd" "$tmp/mails" 2>"$tmp/smtpd.log" &
smtpd=$!
until [ -s "$tmp/mails/port" ] || ! kill -0 $smtpd; do sleep 0.05; done
printf '[mail]\nfrom = a@example.org\nsmtp = smtp://127.0.0.1:%s\n' \
    "$(cat "$tmp/mails/port")" | cat "$tmp/mxcgi.conf" - >"$tmp/other.conf"
other
is_status 0 'a mail server that is there'
kill $smtpd
[ ! -e "$tmp/mails/1" ];	ok $? 'and gets no mail'

printf '[rooms]\nversion = 3\n' | cat "$tmp/mxcgi.conf" - >"$tmp/other.conf"
other
is_status 0 'rooms whose events have slashes in their ids'
slash=/
spoil '' ''
other --url "http://localhost:$front_port"
finds wrong room-version 'version 3' 'where slashes are lost'
slash=
mv "$tmp/data/media" "$tmp/away"
doctor
finds wrong handover 'does not send them .status 404' 'nginx cannot read what it is to send'
rm -rf "$tmp/data/media"
mv "$tmp/away" "$tmp/data/media"

touch -d '2 hours ago' "$tmp/run/housekeeper.done"
doctor
finds wrong housekeeper '1[12][0-9] minutes ago' 'the housekeeper does not work'
touch "$tmp/run/housekeeper.done"

setsid perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Listen => 1,
    Local => $ARGV[0]) or die; open STDIN, "<&", $s; $ENV{MXCGI_CONFIG} = $ARGV[1];
    exec $ARGV[2]' "$tmp/orphan" "$tmp/mxcgi.conf" "$BUILD/cgi-bin/rooms" \
    2>>"$tmp/log" &
orphan=$!
until [ "$(readlink /proc/$orphan/exe)" = "$BUILD/cgi-bin/rooms" ]; do
	sleep 0.05
done
doctor
finds warning orphans "process $orphan .rooms. serves" 'a program that nobody looks after'
like "kill $orphan" 'a program that nobody looks after: how to end it'
kill $orphan
wait $orphan

# frozen: its socket is open, and nobody answers.
frozen=$(pids_of profile)
kill -STOP "$frozen"
doctor
finds wrong run 'profile.sock: no answer' 'a program that hangs'
kill -CONT "$frozen"

sed "s,^data_dir = .*,data_dir = $tmp/old," "$tmp/mxcgi.conf" >"$tmp/other.conf"
"$BUILD/t/schema/older" "$tmp/other.conf" >/dev/null || bail_out 'no old database; make t/schema/older t/schema/newer'
other
finds wrong database 'schema 1,' 'a database of an older version'
like 'do: mxcgi migrate' 'a database of an older version: how to mend it'
"$BUILD/t/schema/newer" "$tmp/mxcgi.conf" >/dev/null || bail_out 'no new database; make t/schema/older t/schema/newer'
doctor
finds wrong database 'schema 9999.*newer' 'a database of a newer version'

"$mxcgi" stop --config "$tmp/mxcgi.conf" >/dev/null
doctor
finds wrong front 'status 503' 'nothing runs'
like 'mxcgi run' 'nothing runs: how to mend it'
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Listen => 1,
    Local => $ARGV[0]) or die' "$tmp/run/rooms.sock"
doctor
finds wrong run 'mxcgi run. is not at work .rooms.sock: nobody listens' 'sockets at which nobody listens'
admin doctor --quick --url "http://127.0.0.1:$(free_port)"
finds wrong front 'does not answer' 'no web server'
if [ "$(id -u)" = 0 ]; then
	chown nobody "$tmp/data"
	doctor
	is_status 77 'it is not for other users'
	grep -q 'belongs to user nobody' "$tmp/said";	ok $? 'and says whose it is'
	chown root "$tmp/data"
fi
expect_log 'has schema|ended with status 1|the schema has|signal process started'
expect_log 'forbidden by rule|unlink\(\) .*/http.sock'
done_testing
