#!/bin/sh
# The folder for web hosts that `make bundle` makes, in a tree that has nothing else:
# no compiler, no library, no shell; with what Linux 3.10 had.  Apache goes into
# that tree once it has started.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"
. "$SRC/t/setup.sh"

[ "$(id -u)" = 0 ] || bail_out 'only root can go into such a tree'
archive=$(ls -t "$BUILD"/bundle/mxcgi-*-"$(uname -m)".tar.gz 2>/dev/null | head -n 1)
[ -n "$archive" ] || bail_out "there is no bundle in $BUILD: make bundle"

root=$tmp/root
# Apache looks for its path before it goes into the tree, too.
www=$tmp/ann/www
home=$root$tmp/ann
setup_at=/mxcgi
folder=$home/www$setup_at
private=$home/mxcgi-data

# Newer than Linux 3.10, of what programs and C libraries ask for.
newer='getrandom,memfd_create,renameat2,execveat,membarrier,mlock2,copy_file_range
    preadv2,pwritev2,statx,rseq,openat2,faccessat2,pidfd_open,clone3,close_range
    epoll_pwait2,io_uring_setup'
newer=$(echo $newer | tr ' ' ',')

make_tree() {
	mkdir -p "$root/dev" "$root/tmp" "$root/etc" "$www"
	chmod 1777 "$root/tmp"
	chmod 755 "$tmp"
	mknod -m 666 "$root/dev/null" c 1 3
	mknod -m 444 "$root/dev/urandom" c 1 9
}
put_folder() {
	mkdir -p "$home/www"
	tar -C "$home/www" -xf "$archive"
	chmod 644 "$folder/programs"/* "$folder/matrix.cgi"
	give "$home"
}

serve() {
	port=$(free_port)
	url=http://127.0.0.1:$port
	base_path=
	{
		echo "ServerRoot $tmp"
		echo "ServerName localhost"
		echo "PidFile $tmp/apache.pid"
		echo "ErrorLog $tmp/apache.log"
		echo "Mutex sem"
		echo "User $owner"
		echo "Group $group"
		echo "ChrootDir $root"
		for module in mpm_prefork unixd authz_core rewrite env mime cgi headers; do
			[ ! -f "$modules/mod_$module.so" ] ||
			    echo "LoadModule ${module}_module $modules/mod_$module.so"
		done
		setup_shown "$www"
	} >"$tmp/apache.conf"
	# When it ends it takes its process group with it.
	setsid strace -f -qq -o /dev/null -e trace=none -e "inject=$newer:error=ENOSYS" \
	    "$apache" -f "$tmp/apache.conf" -DFOREGROUND >>"$tmp/httpd.log" 2>&1 &
	httpd=$!
	tries=0
	until curl -s -o "$tmp/body" "$url/"; do
		[ $((tries += 1)) -lt 50 ] || {
			sed 's/^/# /' "$tmp/httpd.log" "$tmp/apache.log"
			bail_out 'Apache does not start'
		}
		sleep 0.2
	done
}
leave() {
	[ -z "${httpd-}" ] || {
		apache_stop
		wait "$httpd"
	} 2>/dev/null
	httpd=
}
trap 'end=$?; trap - EXIT; leave; rm -rf --one-file-system "$tmp"; exit $end' EXIT

# From the first look at the page to an image that arrives.
from_first_to_last() {	# LABEL
	serve
	setup_all
	setup_open
	url=$url$setup_at/matrix.cgi base_path=$setup_at/matrix.cgi
	exchange "$1"
	url=${url%"$base_path"}
	for path in private/mxcgi.conf private/mxcgi.db programs/mxcgi README.txt \
	    data/mxcgi.conf data/mxcgi.db; do
		req GET "$setup_at/$path"
		is_status 403 "$1: $path is shown to nobody (security 29)"
	done
	leave
}

slashes=no programs=$folder/programs
make_tree
put_folder
for program in "$folder"/*.cgi "$folder"/programs/*; do
	! ldd "$program" >/dev/null 2>&1 || echo "$program"
done >"$tmp/body"
[ ! -s "$tmp/body" ];	ok $? 'no program needs a library'
[ ! -e "$root/bin" ] && [ ! -e "$root/lib" ] && [ ! -e "$root/usr" ]
ok $? 'and there is none'
from_first_to_last bundle
is "$(readlink "$folder/private")" "$tmp/ann/mxcgi-data" \
    'the data are where nothing is shown'

# A host where everything that one may write to is shown.
rm -rf --one-file-system "$home"
put_folder
chown root "$home"
private=$folder/data
from_first_to_last shown
is "$(readlink "$folder/private")" "$www$setup_at/data" \
    'the data are in the folder, where there is no other place'
grep -q '^.Require all denied' "$private/.htaccess"
ok $? 'closed by a .htaccess of their own besides'
done_testing
