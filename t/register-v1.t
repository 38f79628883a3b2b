#!/bin/sh
# Registration as it was before User-Interactive Authentication: GET and POST
# /register of api/v1 (2015.md 5.1, "Legacy v1").
. "$(dirname "$0")/lib.sh"
conf terms policy 'tos 1 en https://example.org/tos Terms'
start
u=/_matrix/client/api/v1/register

req GET $u
is_json . '{"flows":[{"stages":["m.login.password"],"type":"m.login.password"}]}' \
    'LOG-4: the flows of /register'
req POST $u '{"type":"m.login.password","user":"alice","password":"secret of alice"}'
is_status 200 'a password is all it takes'
is_json '[.user_id, .home_server, (.access_token | type), (.refresh_token | type)]' \
    '["@alice:localhost","localhost","string","string"]' 'the answer'
token=$(get_json .access_token)
req GET /_matrix/client/v3/account/whoami
is_json .user_id '"@alice:localhost"' 'PFX-2: the token works everywhere'
token=
req POST $u '{"type":"m.login.password","password":"x"}'
is_json '.user_id | test("^@[a-z0-9]+:localhost$")' true 'without a name one is made up'
req POST $u '{"type":"m.login.password","user":"alice","password":"x"}'
is_err 400 M_USER_IN_USE 'a name that is taken'
req POST $u '{"type":"m.login.password","user":"Not a name","password":"x"}'
is_err 400 M_INVALID_USERNAME 'what is no name'
req POST $u '{"type":"m.login.password","user":"bob"}'
is_err 400 M_BAD_JSON 'LOG-4: no password'
req POST $u '{"user":"bob","password":"x"}'
is_err 400 M_BAD_JSON 'LOG-4: no type'
is_json .error '"Missing JSON keys."' 'in the words of the text'
req POST $u '{"type":"m.login.dance"}'
is_err 400 M_UNKNOWN 'LOG-4: another type'
is_json .error '"Bad login type."' 'in the words of the text'
req POST $u '{"type":"m.login.application_service","user":"bot"}'
is_err 401 M_MISSING_TOKEN 'REG-2: no application service without its token'

# More stages.
stop
conf uia register 'terms dummy'
start
req GET $u
is_json .flows \
    '[{"stages":["m.login.terms","m.login.password"],"type":"m.login.terms"}]' \
    'LOG-4: all stages are mentioned'
req POST $u '{"type":"m.login.password","user":"bob","password":"secret of bob"}'
is_err 403 M_FORBIDDEN 'the last stage before the first'
req POST $u '{"type":"m.login.terms"}'
is_status 200 'the first'
is_json '[.next, (.session | type)]' '["m.login.password","string"]' \
    'LOG-4: what comes next, and a session'
session=$(get_json .session)
req POST $u '{"type":"m.login.password","session":"nonsense","user":"bob","password":"x"}'
is_err 403 M_FORBIDDEN 'another session'
req POST $u "{\"type\":\"m.login.password\",\"session\":\"$session\",\"user\":\"bob\",\"password\":\"secret of bob\"}"
is_json .user_id '"@bob:localhost"' 'the last'
req POST $u "{\"type\":\"m.login.password\",\"session\":\"$session\",\"user\":\"carol\",\"password\":\"x\"}"
is_err 403 M_FORBIDDEN 'a session is used once (security 15)'
req POST /_matrix/client/v3/account/password \
    "{\"new_password\":\"x\",\"auth\":{\"session\":\"$session\"}}"
[ "$status" != 200 ]
ok $? 'and for nothing else'

stop
conf accounts registration closed
start
req GET $u
is_err 403 M_FORBIDDEN 'closed'
req POST $u '{"type":"m.login.password","user":"carol","password":"x"}'
is_err 403 M_FORBIDDEN 'for everybody'
done_testing
