#!/bin/sh
# Who am I?  GET /account/whoami.
. "$(dirname "$0")/lib.sh"
start
u=/_matrix/client/v3/account/whoami
user alice
user bob

as alice
req GET $u
is_status 200 'whoami'
is_json . "{\"device_id\":\"$device_alice\",\"is_guest\":false,\"user_id\":\"@alice:localhost\"}" \
    'user, device, no guest'
as bob
req GET $u
is_json .user_id '"@bob:localhost"' 'another token, another user'

token=
req GET "$u?access_token=$token_alice"
is_json .user_id '"@alice:localhost"' 'the token in the query'
for version in api/v1 v2_alpha r0 unstable; do
	req GET "/_matrix/client/$version/account/whoami?access_token=$token_alice"
	is_json .user_id '"@alice:localhost"' "under $version"
done

req GET $u
is_err 401 M_MISSING_TOKEN 'no token'
token=nonsense
req GET $u
is_err 401 M_UNKNOWN_TOKEN 'a wrong token'
token=$(printf %s "$token_alice" | tr 'a-zA-Z' 'A-Za-z')
req GET $u
is_err 401 M_UNKNOWN_TOKEN 'the token in other letters'

done_testing
