# setup.sh - the folder of a web host, and the page that sets a server up there.
# Sourced after lib.sh and apache.sh.
#
# setup_put                  the folder as it arrives by FTP, in $tmp/home/web
# setup_serve                Apache shows $tmp/home/web, on $url
# $folder, $private          where it is, and where it keeps configuration and data
# $setup_at                  its path on the web; the page is setup.cgi in it
# setup_form NAME=VALUE...   send it
# setup_open                 once it is done: anybody may register, and no limits,
#                            as tests want it
# setup_all                  from the first look at it to the last, with assertions

setup_at=/mxcgi

# Nobody may run a thing but setup.cgi.
setup_put() {
	folder=$tmp/home/web$setup_at
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

setup_shown() {	# DIR: what is shown, as far as both kinds of test need it
	echo "Listen 127.0.0.1:$port"
	echo "TypesConfig /dev/null"
	echo "DocumentRoot $1"
	echo "<Directory $1>"
	echo "AllowOverride All"
	echo "Require all granted"
	echo "</Directory>"
}

setup_serve() {
	port=$(free_port)
	url=http://127.0.0.1:$port
	{
		apache_head mime dir cgid headers
		setup_shown "$tmp/home/web"
	} >"$tmp/apache.conf"
	apache_start
}

setup_form() {
	body=
	for field in "$@"; do
		body="$body&${field%%=*}=$(enc "${field#*=}")"
	done
	type=application/x-www-form-urlencoded
	req POST "$setup_at/setup.cgi" "${body#&}"
	type=application/json
}

setup_open() {
	sed 's/^registration.*/registration = open\npassword_log_n = 4/' \
	    "$private/mxcgi.conf" >"$tmp/conf"
	printf '%s\n' '[limits]' 'enabled = no' '[presence]' 'enabled = no' \
	    >>"$tmp/conf"
	cat "$tmp/conf" >"$private/mxcgi.conf"
}

# The form with one field that is not as it should be, and what is said of it.
setup_wrong() {
	want=$2
	set -- "$1" key="$key" server_name=example.org address="$url$setup_at" \
	    user=ann password='a long secret' again='a long secret'
	change=$1
	shift
	for field in "$@"; do
		shift
		[ "${field%%=*}" != "${change%%=*}" ] || field=$change
		set -- "$@" "$field"
	done
	setup_form "$@"
	is_page 403 "refused: $change"
	like "$want" "and it says why: $change"
}

# From the page as it is opened first to the one that does nothing any more.
setup_all() {
	req GET $setup_at/setup.cgi
	is_page 200 'the page'
	like 'name="key"' 'asks for a key'
	like 'setup-key[.]txt' 'which is in a file'
	key=$(cat "$private/setup-key.txt")
	! grep -q "$key" "$tmp/body"
	ok $? 'and does not say what is in it'
	is "$(stat -c %a "$private/setup-key.txt")" 600 'which others cannot read'
	req GET $setup_at/setup.cgi
	is "$(cat "$private/setup-key.txt")" "$key" 'it stays the same'

	setup_wrong key= 'not the key'
	setup_wrong key=aaaaaaaaaaaaaaaaaaaaaaaa 'not the key'
	! grep -q "$key" "$tmp/body";	ok $? 'and tells nothing'
	setup_wrong 'server_name=not a name' 'no server name'
	like "value=\"$key\"" 'the right key need not be typed again'
	setup_wrong address=ftp://example.org/x 'begins with https'
	setup_wrong 'address=https://example.org/x;y' 'begins with https'
	setup_wrong 'user=<Ann>' 'class="warning"'
	! grep -q '<Ann>' "$tmp/body";	ok $? 'and nothing gets into the page'
	setup_wrong 'password=another secret' 'not the same'
	setup_form key="$key" server_name=example.org address="$url$setup_at" \
	    user=ann password=short again=short
	is_page 403 'refused: a short password'
	[ ! -e "$private/mxcgi.conf" ]
	ok $? 'nothing was made of those'

	set -- key="$key" server_name=example.org address="$url$setup_at/" \
	    user=ann password='a long secret' again='a long secret'
	setup_form "$@"
	is_page 200 'all is right: it is set up'
	like '@ann:example[.]org' 'who can log in'
	like "base_url.*$url$setup_at/matrix[.]cgi" 'how it is found'
	like 'housekeeper' 'what cron calls'
	is "$(stat -c %a "$private/mxcgi.conf")" 600 'the configuration is private'
	[ ! -e "$private/setup-key.txt" ]
	ok $? 'the key is gone'
	setup_form "$@"
	is_page 403 'it does nothing any more'
	req GET $setup_at/setup.cgi
	is_page 403 'nor does it ask'
}
