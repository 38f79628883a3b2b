# server.sh - a server of its own for a benchmark, sourced: builds nothing,
# needs BUILD.  Two nginx workers, limits off, log level warn, cheap passwords,
# commits durable.  Sets $url, $tmp and set -e; ends with the script.
#
# Before it is sourced LOG_N may say what a password hash costs, and PRESENCE=yes
# that presence is kept and told, and CONFINE=no that programs are not confined.
#
# server_init    its configuration and database
# server_nginx   nginx in front of it; $tmp/also.conf, when there is one, is part
#                of its http {}
# server_start   all of it, and it runs
# processes      the memory of its programs

: "${BUILD:?BUILD names the build directory}"
SRC=$(cd "$(dirname "$0")/.." && pwd)
BUILD=$(cd "$BUILD" && pwd)
PATH=$PATH:/usr/sbin:/sbin
: "${ROOMS:=1}" "${EVENTS:=1}" "${PORT:=8018}"
set -e
tmp=$(mktemp -d "${DATA:-/var/tmp}/mxbench.XXXXXX")
url=http://127.0.0.1:$PORT
trap 'end=$?; trap - EXIT; set +e; server_stop; rm -rf "$tmp"; exit $end' EXIT
trap 'exit 1' HUP INT PIPE TERM

server_init() {
	cat >"$tmp/mxcgi.conf" <<-END
	[server]
	name = localhost
	data_dir = $tmp/data
	run_dir = $tmp/run
	log_level = warn
	idle_exit = ${IDLE_EXIT:-300s}
	confine = ${CONFINE:-yes}
	[accounts]
	registration = open
	password_log_n = ${LOG_N:-4}
	[presence]
	enabled = ${PRESENCE:-no}
	[limits]
	enabled = no
	[serve]
	processes_rooms = $ROOMS
	processes_events = $EVENTS
	END
	chmod 600 "$tmp/mxcgi.conf"
	"$BUILD/admin/mxcgi" init --config "$tmp/mxcgi.conf" >/dev/null
}

server_start() {
	server_init
	"$BUILD/admin/mxcgi" run --config "$tmp/mxcgi.conf" --daemon \
	    --bin "$BUILD/cgi-bin:$BUILD/admin" --log "$tmp/log"
	server_nginx
}

server_nginx() {
	mkdir "$tmp/nginx"
	sh "$SRC/nginx/fill" --gen "$BUILD/gen" --config "$tmp/mxcgi.conf" \
	    "$tmp/nginx"
	cat >"$tmp/nginx/nginx.conf" <<-END
	$([ "$(id -u)" != 0 ] || echo 'user root;')
	daemon on;
	pid $tmp/nginx.pid;
	error_log $tmp/nginx.log warn;
	worker_processes 2;
	worker_rlimit_nofile 65536;
	events { worker_connections 32768; }
	http {
		access_log off;
		keepalive_requests 1000000;
		keepalive_timeout 1h;
		client_body_temp_path $tmp/nginx/body;
		fastcgi_temp_path $tmp/nginx/fastcgi;
		proxy_temp_path $tmp/nginx/proxy;
		uwsgi_temp_path $tmp/nginx/uwsgi;
		scgi_temp_path $tmp/nginx/scgi;
		include $tmp/nginx/mxcgi-http.conf;
		include $tmp/also.con[f];
		server {
			listen 127.0.0.1:$PORT backlog=4096;
			location = /static { return 200 "x"; }
			include $tmp/nginx/mxcgi-server.conf;
		}
	}
	END
	nginx -p "$tmp/nginx" -c "$tmp/nginx/nginx.conf" -e "$tmp/nginx.log"
}

server_stop() {
	[ ! -f "$tmp/nginx.pid" ] || kill "$(cat "$tmp/nginx.pid")"
	[ ! -f "$tmp/mxcgi.conf" ] ||
	    "$BUILD/admin/mxcgi" stop --config "$tmp/mxcgi.conf" >/dev/null 2>&1
	[ ! -s "$tmp/log" ] || { echo 'The log holds:'; head -n 20 "$tmp/log"; } >&2
}

processes() { sh "$SRC/bench/memory" "$BUILD" "$tmp"; }
