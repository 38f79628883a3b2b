#!/bin/sh
# What the columns of routes.tab promise, for every line of it.
. "$(dirname "$0")/lib.sh"
start
# A new session for `as`, after what may have ended the one before.
log_in() {
	token=
	req POST /_matrix/client/v3/login "{\"type\":\"m.login.password\",
	    \"user\":\"$1\",\"password\":\"secret of $1\"}"
	eval "token_$1=$(get_json .access_token)"
}

for name in ann lee sue; do
	user $name
done
echo 'secret of boss' >"$tmp/line"
admin user add boss --admin <"$tmp/line"
log_in boss
admin user lock lee
admin user suspend sue

# It was answered, and otherwise than that.
is_not() {
	[ "$status" -ge 200 ] && [ "$status" -lt 500 ] &&
	    jq -e --arg code "$1" '.errcode != $code and
	    .errcode != "M_UNKNOWN_TOKEN" and .errcode != "M_MISSING_TOKEN"' \
	    "$tmp/body" >/dev/null 2>&1
	ok $? "$2"
}

# Path arguments that fit the grammar and name nothing that exists.
real() {
	printf %s "$1" | sed 's/{roomId[^}]*}/!nowhere:localhost/
		s/{userId}/@ann:localhost/; s/{[^}]*}/x/g'
}

# Every answer may be read by a page of any origin, and is JSON.
is_open() {
	grep -iq '^access-control-allow-origin: \*$' "$tmp/head" &&
	    grep -iq '^content-type: application/json' "$tmp/head" &&
	    jq -e type "$tmp/body" >/dev/null 2>&1
	ok $? "$1"
}

lines=0
while read -r program method path auth guest body tx limit once handler; do
	lines=$((lines + 1))
	name="$method $path"
	path=$(real "$path")

	token=
	req PATCH "$path"
	if [ "$auth" = page ]; then
		is_page 405 "$name: not by PATCH, says a page (security 22)"
	else
		is_err 405 M_UNRECOGNIZED "$name: not by PATCH"
		is_open "$name: a refusal is open"
	fi
	req OPTIONS "$path";	is_status 200 "$name: OPTIONS"
	is_open "$name: OPTIONS is open"
	is_head '^access-control-allow-headers:.*authorization' "$name: a token may be sent"
	is_head "^access-control-allow-methods:.*$method" "$name: $method may be used"

	case $auth in
	user | suspended | locked | admin)
		req "$method" "$path" '{}'
		is_err 401 M_MISSING_TOKEN "$name: without a token"
		token=nobodys
		req "$method" "$path" '{}'
		is_err 401 M_UNKNOWN_TOKEN "$name: with a wrong token" ;;
	esac
	case $auth in
	maybe | user | suspended | admin)
		as lee
		req "$method" "$path" '{}'
		is_err 401 M_USER_LOCKED "$name: with a locked account"
		is_json .soft_logout true "$name: which keeps its session" ;;
	esac
	if [ "$auth" = admin ]; then
		as ann
		req "$method" "$path" '{}'
		is_err 403 M_FORBIDDEN "$name: for administrators alone (security 33)"
		token=$token_boss
		if [ "$method" != GET ]; then
			admin user suspend boss
			req "$method" "$path" '{}'
			is_err 403 M_USER_SUSPENDED "$name: not for a suspended one"
			admin user unsuspend boss
		fi
	fi
	case $auth,$method in
	user,GET | suspended,* | locked,*)
		as sue
		req "$method" "$path" '{}'
		is_not M_USER_SUSPENDED "$name: a suspended account may"
		[ "$auth" = user ] || log_in sue ;;
	user,*)
		as sue
		req "$method" "$path" '{}'
		is_err 403 M_USER_SUSPENDED "$name: a suspended account may not" ;;
	esac
	case $body in
	json | maybe | value)
		as ann
		[ "$auth" != admin ] || token=$token_boss
		req "$method" "$path" '{'
		is_err 400 M_NOT_JSON "$name: half an object"
		is_open "$name: and says so to all" ;;
	form)
		req "$method" "$path" 'a=%zz'
		is_page 400 "$name: a broken form" ;;
	esac
done <"$BUILD/gen/routes.list"
[ "$lines" -gt 30 ]; ok $? 'there are routes'

token=
for path in /_matrix/ /_matrix/client/nothing /_matrix/client/v3/nothing \
    /_matrix/client/v3 /_matrix/client/v99/login /_matrix/client/v3/login/x/y \
    /_matrix/client/v3//login /_matrix/client/v3/rooms/ /_matrix/nothing/x \
    '/_matrix/client/v3/rooms/a?b/state' ; do
	req GET "$path"
	is_err 404 M_UNRECOGNIZED "$path is unknown"
	is_open "$path: and says so to all"
done

# API versions: all of them, or those that the line names.
for version in api/v1 v2_alpha r0 v3 unstable; do
	req GET /_matrix/client/$version/login;	is_status 200 "login in $version"
done
req GET /_matrix/client/v3/login/;		is_status 200 'a slash at the end'
req GET '/_matrix/client/v3/login?x=%2F';	is_status 200 'a query'
req POST /_matrix/client/api/v1/user/@ann:localhost/filter '{}'
is_err 404 M_UNRECOGNIZED 'no filters in api/v1'

# Each path was answered by the program of its line, and by no other.
stop
want=$(cut -f1 "$BUILD/gen/routes.list" | sort | uniq -c)
got=$(sed -n 's/^[^ ]* \([a-z]*\) info PATCH .*/\1/p' "$tmp/log" | sort | uniq -c)
is "$got" "$want" 'paths reach their programs'
done_testing
