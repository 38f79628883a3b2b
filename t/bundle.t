#!/bin/sh
# The folder for web hosts that `make bundle` makes, in a tree that has nothing but
# busybox: no compiler, no library, no other C library; with what Linux 3.10 had.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/host.sh"
. "$SRC/t/exchange.sh"
. "$SRC/t/setup.sh"

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}
[ "$(id -u)" = 0 ] || skip 'only root can go into such a tree'
busybox=$(command -v busybox) && "$busybox" --list | grep -qx httpd ||
    skip 'there is no busybox that has httpd (Debian: busybox-static)'
! ldd "$busybox" >/dev/null 2>&1 || skip 'busybox is not static here'
archive=$(ls -t "$BUILD"/bundle/mxcgi-*-"$(uname -m)".tar.gz 2>/dev/null | head -n 1)
[ -n "$archive" ] || skip 'there is no bundle/: make bundle'

root=$tmp/root
home=$root/home/ann
setup_at=/cgi-bin/mxcgi
folder=$home/www$setup_at
private=$home/mxcgi-data

# Newer than Linux 3.10, of what programs and C libraries ask for.
newer='getrandom,memfd_create,renameat2,execveat,membarrier,mlock2,copy_file_range
    preadv2,pwritev2,statx,rseq,openat2,faccessat2,pidfd_open,clone3,close_range
    epoll_pwait2,io_uring_setup'
newer=$(echo $newer | tr ' ' ',')

make_tree() {
	mkdir -p "$root/bin" "$root/dev" "$root/tmp" "$root/etc" "$home/www/cgi-bin"
	chmod 1777 "$root/tmp"
	chmod 755 "$tmp"
	cp "$busybox" "$root/bin/busybox"
	mknod -m 666 "$root/dev/null" c 1 3
	mknod -m 444 "$root/dev/urandom" c 1 9
	echo 'ann:x:1234:1234::/home/ann:/bin/busybox' >"$root/etc/passwd"
	echo 'ann:x:1234:' >"$root/etc/group"
	tar -C "$home/www/cgi-bin" -xf "$archive"
	chmod 644 "$folder/programs"/* "$folder/matrix.cgi"
	chown -R 1234:1234 "$root/home/ann"
}

# In the foreground of strace, which ends with it.
serve() {
	port=$(free_port)
	url=http://127.0.0.1:$port
	strace -f -qq -o /dev/null -e trace=none -e "inject=$newer:error=ENOSYS" \
	    chroot "$root" /bin/busybox httpd -f -u ann:ann \
	    -p "127.0.0.1:$port" -h /home/ann/www >>"$tmp/httpd.log" 2>&1 &
	httpd=$!
	for try in 1 2 3 4 5 6 7 8 9 10; do
		! curl -s -o "$tmp/body" "$url/" || return 0
		sleep 0.2
	done
	sed 's/^/# /' "$tmp/httpd.log"
	bail_out 'busybox httpd does not start'
}
leave() {
	[ -z "${httpd-}" ] || { kill "$httpd"; wait "$httpd"; } 2>/dev/null
	httpd=
}
trap 'end=$?; trap - EXIT; leave; rm -rf --one-file-system "$tmp"; exit $end' EXIT

make_tree
for program in "$folder"/*.cgi "$folder"/programs/*; do
	! ldd "$program" >/dev/null 2>&1 || echo "$program"
done >"$tmp/body"
[ ! -s "$tmp/body" ];	ok $? 'no program needs a library'
serve
setup_all
setup_open
url=$url$setup_at/matrix.cgi prefix=$setup_at/matrix.cgi slashes=no chunks= programs=$folder/programs
exchange bundle
leave
done_testing
