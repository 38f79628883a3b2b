#!/bin/sh
# Debian's packages: built, looked through by lintian, installed in a tree of
# their own with nginx in front of them, upgraded while it runs, purged; and
# installed with the name known before, with Apache.
T=fcgi

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}
[ "$(id -u)" = 0 ] || skip 'only root can make such a tree'
for command in dpkg-buildpackage dh debconf-updatepo lintian debootstrap; do
	command -v $command >/dev/null || skip "there is no $command"
done
# Its programs have the same paths and user in each such tree: the doctor must see
# no others.
if [ -z "${NAMESPACE-}" ]; then
	unshare -pf --mount-proc true 2>/dev/null || skip 'there are no namespaces'
	NAMESPACE=yes exec unshare -pf --mount-proc --kill-child sh "$0"
fi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/host.sh"
. "$SRC/t/exchange.sh"

root=$tmp/root
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
export DEBIAN_FRONTEND=noninteractive

inside() { chroot "$root" env HOME=/root LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
as_mxcgi() { inside runuser -u mxcgi -G www-data -- "$@"; }
# try NAME COMMAND...: it succeeds.
try() {
	name=$1
	shift
	asked="$*"
	"$@" >"$tmp/all" 2>&1
	done=$?
	tail -n 30 "$tmp/all" >"$tmp/body"
	ok $done "$name"
}

# Nothing in the tree may go on when it is removed.
leave() {
	[ -d "$root" ] || return 0
	for link in /proc/[0-9]*/root; do
		[ "$(readlink "$link")" != "$root" ] ||
		    kill -9 "$(echo "$link" | tr -cd 0-9)"
	done 2>/dev/null
	umount "$root/proc" 2>/dev/null
	return 0
}
trap 'end=$?; trap - EXIT; leave; rm -rf --one-file-system "$tmp"; exit $end' EXIT

packages() {
	mkdir "$tmp/deb"
	make -C "$BUILD" -s distdir distdir="$tmp/deb/mxcgi" >"$tmp/body" 2>&1 ||
	    { show; bail_out 'make distdir failed'; }
	cd "$tmp/deb/mxcgi" || exit 1
	try 'the packages are built' env -u MAKEFLAGS PATH="/usr/lib/ccache:$PATH" \
	    dpkg-buildpackage -us -uc -b
	try 'lintian finds nothing wrong' lintian --allow-root --fail-on error,warning \
	    "$tmp/deb"/*.changes
	cd "$SRC" || exit 1
}

# Its base is kept for the next time.
tree() {
	[ -s "$BUILD/debian-$suite.tar" ] || {
		debootstrap --variant=minbase --make-tarball="$BUILD/debian-$suite.tar.new" \
		    "$suite" "$tmp/base" >"$tmp/body" 2>&1 ||
		    { show; bail_out 'debootstrap failed'; }
		mv "$BUILD/debian-$suite.tar.new" "$BUILD/debian-$suite.tar"
	}
	debootstrap --variant=minbase --unpack-tarball="$BUILD/debian-$suite.tar" \
	    "$suite" "$root" >"$tmp/body" 2>&1 || { show; bail_out 'debootstrap failed'; }
	mount -t proc proc "$root/proc" || bail_out 'there is no /proc in the tree'
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod +x "$root/usr/sbin/policy-rc.d"
	cp /etc/resolv.conf "$root/etc"
	inside apt-get update >"$tmp/body" 2>&1 || { show; bail_out 'apt-get update failed'; }
}

install_packages() {	# mxcgi-nginx | mxcgi-apache
	rm -f "$root"/tmp/*.deb
	cp "$tmp/deb"/mxcgi_*.deb "$tmp/deb/$1"_*.deb "$root/tmp"
	inside sh -c 'apt-get install -y --no-install-recommends /tmp/mxcgi*.deb' \
	    </dev/null
}

# All may register, as often as they like.
run_mxcgi() {
	port=$(free_port)
	url=http://localhost:$port
	sed -i "s,^#base_url.*,base_url = $url,
	    s/^registration.*/registration = open/" "$root/etc/mxcgi/mxcgi.conf"
	printf '%s\n' '[limits]' 'enabled = no' '[presence]' 'enabled = no' \
	    >>"$root/etc/mxcgi/mxcgi.conf"
	as_mxcgi mxcgi run --group www-data --daemon --log /var/lib/mxcgi/log
}

serve_nginx() {
	run_mxcgi
	sed -i "s/listen 80;/listen 127.0.0.1:$port;/; /listen \[/d" \
	    "$root/etc/nginx/sites-available/mxcgi"
	rm -f "$root/etc/nginx/sites-enabled/default"
	ln -s ../sites-available/mxcgi "$root/etc/nginx/sites-enabled/mxcgi"
	inside nginx
}

serve_apache() {
	run_mxcgi
	echo "Listen 127.0.0.1:$port" >"$root/etc/apache2/ports.conf"
	echo 'ServerName localhost' >"$root/etc/apache2/conf-available/name.conf"
	sed -i "s/:80>/:$port>/" "$root/etc/apache2/sites-available/mxcgi.conf"
	inside a2dissite 000-default &&
	    inside a2enconf name &&
	    inside a2enmod rewrite proxy_fcgi &&
	    inside a2ensite mxcgi &&
	    inside apache2ctl start
}

# The programs that run in the tree, as files.
programs() {
	for link in /proc/[0-9]*/root; do
		[ "$(readlink "$link")" != "$root" ] || readlink "${link%root}exe"
	done 2>/dev/null | sed -n "s,^$root\(/usr/libexec/mxcgi/\),\1,p"
}
renewed() {
	tries=0
	while programs | grep -q ' (deleted)$'; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		sleep 0.1
	done
	[ "$(programs | wc -l)" -ge 10 ]
}

# version N+1, of the same files
next_version() {
	for package in "$tmp/deb"/mxcgi_*.deb "$tmp/deb"/mxcgi-nginx_*.deb; do
		rm -rf "$tmp/next"
		dpkg-deb -R "$package" "$tmp/next"
		sed -i 's/^Version: .*/&+next1/' "$tmp/next/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$tmp/next" \
		    "$root/tmp/next.$(basename "$package")" >/dev/null
	done
}

# What dpkg, apt and debconf keep for themselves is not ours.
purge() {
	cat "$root/var/lib/mxcgi/log" >>"$tmp/log"
	try "$1: purged while it runs" inside apt-get purge -y mxcgi "mxcgi-$1"
	{
		find "$root" -xdev -iname '*mxcgi*' ! -path "$root/tmp/*"
		grep -s mxcgi "$root/etc/passwd" "$root/etc/group" \
		    "$root/etc/shadow" "$root/var/cache/debconf/config.dat" \
		    "$root/var/lib/dpkg/status"
		programs
	} >"$tmp/body"
	[ ! -s "$tmp/body" ];	ok $? "$1: and nothing is left"
}

packages
tree

# ------------------------------------------------------------------ nginx

try 'installed, and nothing is asked' install_packages mxcgi-nginx
[ ! -e "$root/etc/mxcgi/mxcgi.conf" ]
ok $? 'without a name nothing is set up'
is "$(inside stat -c '%U %a' /etc/mxcgi /var/lib/mxcgi /run/mxcgi | tr '\n' ' ')" \
    'mxcgi 700 mxcgi 700 mxcgi 710 ' 'there is a place for everything'
[ ! -e "$root/etc/systemd/system/multi-user.target.wants/mxcgi.target" ]
ok $? 'and nothing starts'
try 'the administrator gives the name' as_mxcgi mxcgi init --server-name localhost
! command -v systemctl >/dev/null ||
    try 'and has it start' systemctl --root="$root" enable mxcgi.target \
    mxcgi-housekeeper.service
try 'and tells nginx of it' serve_nginx
exchange nginx
try 'nginx: the doctor finds all well' as_mxcgi mxcgi doctor --quick
as annnginx

next_version
echo '# of the administrator' >>"$root/etc/nginx/snippets/mxcgi-site.conf"
try 'upgraded while it runs' inside sh -c 'dpkg -i /tmp/next.*.deb'
cp "$tmp/all" "$tmp/body"
like 'mxcgi[.]db' 'the database is brought to the new version'
renewed;	ok $? 'the programs that run are the new ones'
req GET $v3/account/whoami
is_json .user_id "\"$user\"" 'the user is still there'
req GET "$here/state/m.room.create/"
is_status 200 'and so is the room'
grep -q 'of the administrator' "$root/etc/nginx/snippets/mxcgi-site.conf"
ok $? 'and what the administrator changed'
purge nginx
try 'nginx goes on without it' inside nginx -t
inside nginx -s stop 2>/dev/null

# ----------------------------------------------------------------- Apache

echo 'mxcgi mxcgi/server-name string localhost' |
    inside debconf-set-selections
try 'installed with the name known before' install_packages mxcgi-apache
name=$(sed -n 's/^name = //p' "$root/etc/mxcgi/mxcgi.conf")
is "$name" localhost 'the server is set up'
[ -L "$root/etc/systemd/system/multi-user.target.wants/mxcgi.target" ]
ok $? 'and is started with the machine'
try 'Apache is told of it' serve_apache
exchange apache
try 'apache: the doctor finds all well' as_mxcgi mxcgi doctor --quick
purge apache
try 'Apache goes on without it' inside apache2ctl -t
inside apache2ctl stop 2>/dev/null
done_testing
