#!/bin/sh
# What this server is and can: versions, capabilities, what is found by its name
# alone, and other networks.
. "$(dirname "$0")/lib.sh"
conf accounts guests yes
start

v3=/_matrix/client/v3
u=/_matrix/client/versions
req GET $u
is_status 200 'versions'
is_json '[.versions[] | select(startswith("r"))] | join(" ")' \
    '"r0.0.1 r0.1.0 r0.2.0 r0.3.0 r0.4.0 r0.5.0 r0.6.0 r0.6.1"' 'getVersions: all of r0'
is_json '[.versions[] | select(startswith("v"))]' \
    "$(jq -nc '[range(1; 20) | "v1.\(.)"]')" 'getVersions: all since'
is_json '.unstable_features | keys' "$(jq -nc '[$ARGS.positional[]]' --args \
    org.matrix.e2e_cross_signing \
    org.matrix.msc2285.stable \
    org.matrix.msc3440.stable \
    org.matrix.msc3715.stable \
    org.matrix.msc3771 \
    org.matrix.msc3773 \
    org.matrix.msc3814 \
    org.matrix.msc3827.stable \
    org.matrix.msc3856.stable \
    org.matrix.msc3916.stable \
    org.matrix.msc3952_intentional_mentions \
    org.matrix.msc3981 \
    org.matrix.simplified_msc3575 \
    uk.half-shot.msc2666.query_mutual_rooms \
    uk.tcpip.msc4133.stable)" \
    'what is whole besides'
is_json '.unstable_features | all' true 'nothing is named that is not so'
is_head '^access-control-allow-origin: \*$' 'for pages of any origin'
is_head '^content-type: application/json' 'as JSON'

token=nonsense
req GET $u
is_status 200 'a token that is not known does not matter'
token=

req POST $u '{}'
is_err 405 M_UNRECOGNIZED 'only GET'
req GET /_matrix/client/v1/auth_metadata
is_err 404 M_UNRECOGNIZED 'getAuthMetadata: there is no OAuth 2.0 here'

# -------------------------------------------------------------- capabilities

user ann
for version in r0 v3 unstable; do
	req GET /_matrix/client/$version/capabilities
	is_status 200 "capabilities in $version"
done
is_json '.capabilities["m.room_versions"] | [.default, (.available | length),
    (.available | del(.["12"]) | length), .available["12"], .available["1"]]' \
    '["12",12,11,"stable","stable"]' 'all room versions'
is_json '.capabilities | del(.["m.room_versions"])' '{"m.3pid_changes":{"enabled":true},"m.change_password":{"enabled":true},"m.forget_forced_upon_leave":{"enabled":false},"m.get_login_token":{"enabled":true},"m.profile_fields":{"enabled":true},"m.set_avatar_url":{"enabled":true},"m.set_displayname":{"enabled":true}}' \
    'getCapabilities: what a user can do'

admin user add root --admin --no-password
req POST "/_matrix/client/v3/register?kind=guest" '{}'
guest=$(get_json .access_token)
token=$guest
req GET $v3/capabilities
is_json '.capabilities | del(.["m.room_versions"])' '{"m.3pid_changes":{"enabled":false},"m.change_password":{"enabled":false},"m.forget_forced_upon_leave":{"enabled":false},"m.get_login_token":{"enabled":false},"m.profile_fields":{"allowed":["displayname"],"enabled":true},"m.set_avatar_url":{"enabled":false},"m.set_displayname":{"enabled":true}}' \
    'getCapabilities: what a guest can do'
req PUT "$v3/profile/$(enc "$(req GET $v3/account/whoami; get_json .user_id)")/avatar_url" \
    '{"avatar_url":"mxc://localhost/a"}'
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'which is so'

printf 'secret of root\n' | "$mxcgi" user passwd root --config "$tmp/mxcgi.conf" >/dev/null
token=
req POST $v3/login '{"type":"m.login.password","password":"secret of root",
    "identifier":{"type":"m.id.user","user":"root"}}'
token=$(get_json .access_token)
req GET $v3/capabilities
is_json '.capabilities["m.account_moderation"]' '{"lock":true,"suspend":true}' \
    'getCapabilities: what an administrator can do'

# ------------------------------------------------------------ other networks

as ann
req GET $v3/thirdparty/protocols
is_json . '{}' 'getProtocols: no other network'
# nothing PATH NAME: it leads nowhere.
nothing() {
	req GET "$v3/thirdparty/$1"
	is_err 404 M_NOT_FOUND "$2"
}
nothing protocol/irc 'getProtocolMetadata: none of that name'
nothing 'location/irc?channel=x' 'queryLocationByProtocol: no place there'
nothing 'user/irc?nickname=x' 'queryUserByProtocol: nobody there'
nothing 'location?alias=%23x:localhost' 'queryLocationByAlias: no room leads there'
nothing 'user?userid=@ann:localhost' 'queryUserByID: nor does a user'
for kind in location user; do
	req GET $v3/thirdparty/$kind
	is_err 400 M_MISSING_PARAM "$kind of what?"
	req GET "$v3/thirdparty/$kind?alias=x&userid=x"
	is_err 400 M_INVALID_PARAM "$kind of no id"
done
token=$guest
req GET $v3/thirdparty/protocols
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'nothing for guests'

# ------------------------------------------------------ by the name alone

token=
known=/.well-known/matrix
for what in client server support; do
	req GET $known/$what
	is_err 404 M_NOT_FOUND "$what: nothing is configured"
	is_head '^access-control-allow-origin: \*$' "$what: which any page may hear"
done
req GET $known/nothing
is_err 404 M_UNRECOGNIZED 'what is not known there'
stop
conf server base_url https://matrix.example.org
conf server delegate matrix.example.org:443
conf support contact 'admin @ann:example.org ann@example.org'
conf support page https://example.org/help
conf accounts registration closed
start
req GET $known/client
is_json . '{"m.homeserver":{"base_url":"https://matrix.example.org"}}' \
    'getWellknown: the address for clients'
is_head '^access-control-allow-origin: \*$' 'for pages of any origin'
is_head '^content-type: application/json' 'as JSON'
req GET $known/server
is_json . '{"m.server":"matrix.example.org:443"}' 'getWellKnown: and for servers'
req GET $known/support
is_json . '{"contacts":[{"email_address":"ann@example.org","matrix_id":"@ann:example.org","role":"m.role.admin"}],"support_page":"https://example.org/help"}' \
    'getWellknownSupport: and whom to turn to'
req GET /
is_page 200 'the page of the server'
like '<p class="value">https://matrix\.example\.org</p>' 'says what to enter'
like '<code>https://localhost/\.well-known/matrix/client</code>' 'and where to look'
like 'strangers cannot register' 'and who makes accounts'
req PUT $known/client '{}'
is_err 405 M_UNRECOGNIZED 'which nobody changes'

# ----------------------------------------------------------------- limits

stop
conf limits enabled yes
conf limits account 2/0.01
start
as ann
for n in 1 2 3; do req GET $v3/capabilities; done
is_err 429 M_LIMIT_EXCEEDED 'not too often (security 16)'

done_testing
