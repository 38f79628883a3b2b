# idserver.sh - an identity server for tests that says what it is told, made of
# nginx:  . "$SRC/t/tools/idserver.sh", then
#
# idserver_start     listens by https on 127.0.0.1; sets $idserver (host:port),
#                    $nobind (the same by another name), and writes $tmp/ca.pem
# certificate NAME   makes $tmp/NAME.pem and NAME.key, for localhost
# asked REGEX        a line of $tmp/idserver.log matches
# idserver_stop
# $tmp/idserver.log  a line for each request: method, path, form, token
#
# sign MXID TOKEN [SENDER]
#                    prints a proof, the invitation of TOKEN accepted by MXID,
#                    signed by the key that invitations are sent with
#
# Of addresses, bound@example.org is @bound:localhost's, in both versions, and
# taken@example.org became so only after it was looked up.  An invitation of
# NAME@example.org has the token t.NAME; but `refuse` is refused, `mute` gets an
# answer that is none, `bad` half of one, the keys of `revoked` are not valid,
# and for those of `down` nobody answers.  With the access token `rotate` the
# pepper is never right, with `plain` addresses are not hashed.
#
# A session is told by its secret: `good` is confirmed for $good_address, `mine`
# for mine@example.org, `old` was years ago, `wait` is not confirmed, `lie` is confirmed for nothing,
# `long` answers without end, `away` sends elsewhere, any other is unknown.  As
# $nobind it publishes nothing.  Of the tokens, `terms` is refused, and `nobody`
# is nobody's.

good_address=good@example.org idserver_port= idserver_ms=$(date +%s)000

certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -days 2 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
	    -keyout "$tmp/$1.key" -out "$tmp/$1.pem" 2>/dev/null ||
	    bail_out 'openssl makes no certificate'
}

idserver_start() {
	[ -s "$tmp/ca.pem" ] || certificate ca
	[ -s "$tmp/sign.key" ] ||
	    openssl genpkey -algorithm ed25519 -out "$tmp/sign.key" ||
	    bail_out 'openssl makes no key'
	public_key=$(openssl pkey -in "$tmp/sign.key" -pubout -outform DER |
	    tail -c 32 | base64 | tr -d =)
	mkdir -p "$tmp/idserver"
	head -c 70000 /dev/zero | tr '\0' x >"$tmp/idserver/long"
	for try in 1 2 3; do
		# Begun again it is the same one.
		[ -n "$idserver_port" ] && [ "$try" = 1 ] ||
		    idserver_port=$(free_port) plain_port=$(free_port)
		idserver=localhost:$idserver_port nobind=127.0.0.1:$idserver_port
		idserver_conf >"$tmp/idserver/nginx.conf"
		nginx -p "$tmp/idserver" -c "$tmp/idserver/nginx.conf" \
		    -e "$tmp/nginx.log" 2>"$tmp/nginx.err" && {
			until [ -s "$tmp/idserver.pid" ]; do sleep 0.02; done
			return
		}
	done
	cat "$tmp/nginx.err" >>"$tmp/log"
	bail_out 'nginx does not start'
}

# Canonical JSON, so the members stand in their order.
sign() {
	printf '{"mxid":"%s"%s,"token":"%s"}' "$1" "${3:+,\"sender\":\"$3\"}" \
	    "$2" >"$tmp/to-sign"
	openssl pkeyutl -sign -rawin -inkey "$tmp/sign.key" \
	    -in "$tmp/to-sign" -out "$tmp/signature" ||
	    bail_out 'openssl does not sign'
	jq -c --arg by "$(base64 -w 0 "$tmp/signature" | tr -d =)" \
	    '. + {signatures: {"ids.example.org": {"ed25519:0": $by}}}' \
	    "$tmp/to-sign"
}
# An address as it is looked up.
hashed() {
	printf '%s email pepper' "$1" | openssl dgst -sha256 -binary |
	    base64 | tr '+/' '-_' | tr -d =
}

# Of an answered request the line is there once another one is answered.
asked() {
	curl -sS "http://127.0.0.1:$plain_port/elsewhere" >"$tmp/idserver/out"
	grep -Eq -- "$1" "$tmp/idserver.log"
}

idserver_stop() {
	pid=$(cat "$tmp/idserver.pid" 2>/dev/null) || return 0
	while kill "$pid" 2>/dev/null && [ -f "$tmp/idserver.pid" ]; do
		sleep 0.02
	done
}

idserver_conf() {
	[ "$(id -u)" != 0 ] || echo 'user root;'
	cat <<-END
	daemon on;
	pid $tmp/idserver.pid;
	error_log $tmp/nginx.log warn;
	events { worker_connections 64; }
	http {
		log_format asked '\$request_method \$request_uri \$request_body \$http_authorization';
		access_log $tmp/idserver.log asked;
		client_body_temp_path $tmp/idserver/body;
		fastcgi_temp_path $tmp/idserver/fastcgi;
		proxy_temp_path $tmp/idserver/proxy;
		uwsgi_temp_path $tmp/idserver/uwsgi;
		scgi_temp_path $tmp/idserver/scgi;
		default_type application/json;
		map \$arg_client_secret \$said {
			good '{"medium":"email","address":"$good_address","validated_at":$idserver_ms}';
			mine '{"medium":"email","address":"Mine@Example.org","validated_at":$idserver_ms}';
			old  '{"medium":"email","address":"Mine@Example.org","validated_at":1445000000000}';
			lie '{"medium":"email","validated_at":1445000000000}';
			wait '{"errcode":"M_SESSION_NOT_VALIDATED","error":"not yet"}';
			default '{"errcode":"M_NO_VALID_SESSION","error":"no such session"}';
		}
		# Its own headers carry what it heard on to where that is known.
		map \$http_x_body \$who {
			'~"address":"(?<name>[a-z]+)@example.org"' \$name;
			'~(^|&)address=(?<form_name>[a-z]+)%40example.org' \$form_name;
			default nobody;
		}
		map \$who \$key_url {
			revoked https://localhost:$idserver_port/valid/no;
			down    https://localhost:1/valid;
			default https://localhost:$idserver_port/valid/yes;
		}
		map \$who \$invitation {
			bad     '{"token":"t.bad","display_name":"x"}';
			default '{"token":"t.\$who","display_name":"\$who...","public_keys":[{"public_key":"$public_key","key_validity_url":"\$key_url"},{"public_key":"VXuGitF39UH5iRfvbIknlvlAVKgD1BsLDMvBf0pmp7c","key_validity_url":"https://localhost:$idserver_port/valid/no"}]}';
		}
		map \$http_x_body \$mappings {
			'~$(hashed bound@example.org)' '{"$(hashed bound@example.org)":"@bound:localhost"}';
			'~bound@example.org email' '{"bound@example.org email":"@bound:localhost"}';
			default '{}';
		}
		map \$arg_address \$mxid {
			'~*^bound(@|%40)example.org\$' '{"medium":"email","address":"bound@example.org","mxid":"@bound:localhost"}';
			default '{}';
		}
		map \$http_authorization \$hashing {
			'Bearer plain' '["none"]';
			default '["md5","sha256"]';
		}
		server {
			listen 127.0.0.1:$idserver_port ssl;
			listen 127.0.0.1:$plain_port;
			listen 127.0.0.2:$plain_port;
			ssl_certificate $tmp/ca.pem;
			ssl_certificate_key $tmp/ca.key;
			location ~ /3pid/getValidated3pid\$ {
				if (\$arg_client_secret = long) {
					rewrite ^ /long last;
				}
				if (\$arg_client_secret = away) {
					return 302 http://localhost:$plain_port/elsewhere;
				}
				return 200 \$said;
			}
			location ~ /v1/lookup\$ { return 200 \$mxid; }
			location ~ /hash_details\$ {
				return 200 '{"lookup_pepper":"pepper","algorithms":\$hashing}';
			}
			location ~ /(v2/lookup|store-invite)\$ {
				proxy_set_header X-Body \$request_body;
				proxy_pass http://127.0.0.1:$plain_port/said/\$1;
			}
			location = /said/v2/lookup {
				if (\$http_authorization = 'Bearer rotate') {
					return 400 '{"errcode":"M_INVALID_PEPPER","error":"rotated"}';
				}
				if (\$http_authorization = 'Bearer nobody') {
					return 401 '{"errcode":"M_UNKNOWN_TOKEN","error":"who?"}';
				}
				return 200 '{"mappings":\$mappings}';
			}
			location = /said/store-invite {
				if (\$who = refuse) {
					return 400 '{"errcode":"M_UNRECOGNIZED","error":"not such"}';
				}
				if (\$who = taken) {
					return 400 '{"errcode":"M_THREEPID_IN_USE","error":"bound","mxid":"@bound:localhost"}';
				}
				if (\$who = mute) {
					return 502 'nothing';
				}
				return 200 \$invitation;
			}
			location = /valid/yes { return 200 '{"valid":true}'; }
			location = /valid/no { return 200 '{"valid":false}'; }
			location = /long { root $tmp/idserver; }
			location = /elsewhere {
				return 200 '{"medium":"email","address":"a@b.c","validated_at":1}';
			}
			# proxy_pass, so that nginx reads the body and can log it.
			location ~ /3pid/(bind|unbind)\$ {
				proxy_set_header Host \$host;
				proxy_pass http://127.0.0.1:$plain_port/said/\$1;
			}
			location = /said/bind {
				if (\$host = 127.0.0.1) {
					return 403 '{"errcode":"M_FORBIDDEN","error":"no"}';
				}
				if (\$http_authorization = 'Bearer terms') {
					return 403 '{"errcode":"M_TERMS_NOT_SIGNED","error":"sign them"}';
				}
				if (\$http_authorization = 'Bearer nobody') {
					return 401 '{"errcode":"M_UNKNOWN_TOKEN","error":"who?"}';
				}
				return 200 '{"medium":"email","address":"$good_address","mxid":"x"}';
			}
			location = /said/unbind { return 200 '{}'; }
		}
	}
	END
}
