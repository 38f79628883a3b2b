#!/bin/sh
# m.login.recaptcha: whoever makes the puzzles is asked whether it was solved.
# nginx plays that part, by what the response says.
. "$(dirname "$0")/lib.sh"
judge=$(free_port)
mkdir -p "$tmp/judge"
cat >"$tmp/judge/nginx.conf" <<END
daemon on;
pid $tmp/judge.pid;
error_log $tmp/nginx.log warn;
$([ "$(id -u)" != 0 ] || echo 'user root;')
events { worker_connections 64; }
http {
	log_format form escape=none '\$request_method \$request_body';
	access_log $tmp/judge.log form;
	client_body_temp_path $tmp/judge;
	client_body_in_single_buffer on;
	proxy_temp_path $tmp/judge;
	fastcgi_temp_path $tmp/judge;
	uwsgi_temp_path $tmp/judge;
	scgi_temp_path $tmp/judge;
	map \$request_body \$verdict {
		default '{"success":false,"error-codes":["invalid-input-response"]}';
		"~response=solved&" '{"success":true}';
		"~response=rubbish&" 'success';
	}
	server {
		listen 127.0.0.1:$judge;
		# The body is known when the request is handed on.
		location = /verify {
			proxy_set_header Verdict \$verdict;
			proxy_pass http://127.0.0.1:$judge/say;
		}
		location = /say { return 200 '\$http_verdict'; }
	}
}
END
conf uia register recaptcha
conf recaptcha public_key 'the public key'
conf recaptcha secret 'a very secret key'
conf recaptcha verify_url "http://127.0.0.1:$judge/verify"
conf outbound allow 127.0.0.1
start
r=/_matrix/client/v3/register
begin() { req POST $r "{\"username\":\"$1\",\"password\":\"x\"}"; session=$(get_json .session); }
solve() { req POST ${path:-$r} "{\"username\":\"$1\",\"password\":\"x\",\"auth\":{\"type\":\"m.login.recaptcha\",\"session\":\"$session\",\"response\":\"$2\"}}"; }

begin ann
is_json '[.flows, .params]' \
    '[[{"stages":["m.login.recaptcha"]}],{"m.login.recaptcha":{"public_key":"the public key"}}]' \
    'm.login.recaptcha: what the client needs to know'
solve ann solved
is_err 503 M_UNKNOWN 'm.login.recaptcha: nobody can be asked'
is_head '^retry-after: ' 'so try again'
nginx -p "$tmp/judge" -c "$tmp/judge/nginx.conf" -e "$tmp/nginx.log" 2>/dev/null
trap 'end=$?; trap - EXIT; kill $(cat "$tmp/judge.pid"); stop; rm -rf "$tmp"; exit $end' EXIT
until [ -s "$tmp/judge.pid" ]; do :; done
solve ann wrong
is "$status $(get_json .errcode)" '401 M_CAPTCHA_INVALID' 'm.login.recaptcha: not solved'
solve ann rubbish
is_err 503 M_UNKNOWN 'm.login.recaptcha: an answer that is none'
req POST $r "{\"username\":\"ann\",\"password\":\"x\",\"auth\":{\"type\":\"m.login.recaptcha\",\"session\":\"$session\"}}"
is_err 400 M_MISSING_PARAM 'm.login.recaptcha: no response'
solve ann 'solved&success=true'
is "$status $(get_json .errcode)" '401 M_CAPTCHA_INVALID' \
    'm.login.recaptcha: a response is one value, whatever it holds'
solve ann solved
is_status 200 'm.login.recaptcha: solved'
path=/_matrix/client/v2_alpha/register
begin bob
solve bob solved
is_status 200 'm.login.recaptcha: by the path of 2015'
req POST /_matrix/client/api/v1/register '{"type":"m.login.recaptcha","challenge":"c","response":"solved"}'
is_json .next '"m.login.password"' 'm.login.recaptcha: as in the attic'
grep -q 'secret=a%20very%20secret%20key\|secret=a+very+secret+key' "$tmp/judge.log"
ok $? 'the judge hears the secret'
! grep -q 'very secret' "$tmp/log" "$tmp/body" "$tmp/head"
ok $? 'nobody else does (security 32)'
done_testing
