#!/bin/sh
# Inviting addresses: invite and createRoom with them, what identity servers are
# asked, joining by proof, and what they say when an address is bound; with an
# identity server that says what this test wants.  t/sydent.t has a real one.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/tools/idserver.sh"
# One that takes connections and never says a word.
silent=$(perl -MIO::Socket::INET -e '$| = 1; my $s = IO::Socket::INET->new(
    Listen => 9, LocalAddr => "127.0.0.1"); open my $f, ">", shift; print $f
    $s->sockport; close $f; sleep 600' "$tmp/silent" >/dev/null 2>&1 & echo $!)
trap 'end=$?; trap - EXIT; kill $silent; idserver_stop; stop
    rm -rf "$tmp"; exit $end' EXIT
until [ -s "$tmp/silent" ]; do kill -0 $silent || bail_out 'a partner is missing'; done
idserver_start
mute=localhost:$(cat "$tmp/silent")
conf identity servers "$idserver"
conf outbound allow 127.0.0.1
conf outbound ca_file "$tmp/ca.pem"
conf outbound timeout 3s
start
v1=/_matrix/client/api/v1
r0=/_matrix/client/r0
v3=/_matrix/client/v3

# A room of the caller's; later requests go there.
room() {
	req POST $v3/createRoom "${1-{\}}"
	room=$(get_json .room_id)
	[ "$room" != null ] || { show; bail_out 'no room'; }
	here=rooms/$(enc "$room")
}
# invite NAME [MEMBERS]: in today's form.
invite() {
	req POST "$v3/$here/invite" "{\"id_server\":\"$idserver\",\"id_access_token\":\"${3-tok}\",\"medium\":\"email\",\"address\":\"$1@example.org\"${2-}}"
}
invite2015() {
	req "${2-POST}" "$v1/$here/invite${3-}" "{\"id_server\":\"$idserver\",\"medium\":\"email\",\"address\":\"$1@example.org\",\"display_name\":\"A friend\"}"
}
# What the room knows of somebody, and of an invitation.
member() { req GET "$v3/$here/state/m.room.member/$(enc "$1")"; }
invitation() { req GET "$v3/$here/state/m.room.third_party_invite/$1"; }
none() {
	invitation "$1"
	is_status 404 "$2"
}
# join PROOF [MEMBERS]
join() { req POST "${3-$v3}/$here/join" "{\"third_party_signed\":$1${2-}}"; }
proof() { sign "$user" "t.$1" "$user_alice"; }
# Tasks are worked off between requests, as CGI after them.
soon() {
	tries=0
	until "$@"; do
		[ $((tries += 1)) -le 5000 ] || return 1
	done
}
is_invited() {
	member "$1"
	[ "$(get_json .membership)" = invite ]
}
is_there() {
	invitation "$1"
	[ "$status" = 200 ]
}

user bound
user bob
user carol
user alice

# ------------------------------------------------------------ what is asked
room
req POST "$v3/$here/invite" '{"medium":"email","address":"a@example.org"}'
is_err 400 M_MISSING_PARAM 'inviteBy3PID: without id_server'
req POST "$v3/$here/invite" "{\"id_server\":\"$idserver\",\"medium\":\"email\",\"address\":\"a@example.org\"}"
is_err 400 M_MISSING_PARAM 'inviteBy3PID: without id_access_token'
req POST "$v1/$here/invite" "{\"id_server\":\"$idserver\",\"medium\":\"email\",\"address\":\"a@example.org\"}"
is_err 400 M_BAD_JSON '13.4, in 2015 display_name is required'
req POST "$v1/$here/invite" "{\"id_server\":\"$idserver\",\"medium\":\"email\",\"address\":\"Ann@example.org\",\"display_name\":\"Is ann@EXAMPLE.org\"}"
is_err 400 M_INVALID_PARAM '13.5, and must not hold the address'
for bad in '"id_server":"a b"' '"medium":"pigeon"' '"address":"x"' '"id_access_token":"a b"'; do
	req POST "$v3/$here/invite" "$(printf '{"id_server":"%s","id_access_token":"x","medium":"email","address":"a@example.org"}' "$idserver" | jq -c ". + {$bad}")"
	is_err 400 M_INVALID_PARAM "inviteBy3PID: $bad is none"
done
invite bound ',"user_id":7'
is_err 400 M_BAD_JSON 'a user_id that is no text'
asked /lookup
is $? 1 'so far nobody was asked'

as bob
invite new
is_err 403 M_FORBIDDEN 'inviteBy3PID: who is not in the room'
as alice
room '{"preset":"public_chat","power_level_content_override":{"invite":50}}'
as bob
req POST "$v3/$here/join"
invite new
is_err 403 M_FORBIDDEN 'inviteBy3PID: who has no power to invite'
asked /lookup
is $? 1 'no identity server hears of it'

# ------------------------------------------------------- somebody's address
as alice
room
invite bound ',"reason":"come"'
is_json . '{}' 'inviteBy3PID: an address that is bound'
member "$user_bound"
is_json '[.membership, .reason, .third_party_invite]' '["invite","come",null]' \
    'TPI-5: its user is invited, like by id'
asked "POST /_matrix/identity/v2/lookup .*$(hashed bound@example.org).*Bearer tok"
ok $? 'it was looked up hashed'
asked 'POST /_matrix/identity/v2/lookup .*bound@'
is $? 1 'and not by itself'
invite bound
is_status 200 'once more changes nothing'
room
invite2015 bound
is_json . '{}' '13.5, in 2015 too'
member "$user_bound"
is_json .membership '"invite"' 'its user is invited'
asked 'GET /_matrix/identity/api/v1/lookup\?medium=email&address=bound'
ok $? 'version 1 was asked'
req PUT "$v3/$here/state/m.room.member/$(enc "$user_bound")" '{"membership":"ban"}'
invite bound
is_err 403 M_FORBIDDEN 'inviteBy3PID: somebody banned'
room
invite bound '' plain
is_status 200 'a server that hashes nothing'
room
invite taken
is_status 200 'one who got the address meanwhile'
is_invited "$user_bound"
ok $? 'is invited as well'
room
before=$(grep -c hash_details "$tmp/idserver.log")
invite bound '' rotate
is_err 400 M_UNKNOWN 'a pepper that is never right'
asked .
is $(($(grep -c hash_details "$tmp/idserver.log") - before)) 2 'was asked for twice'
invite bound '' nobody
is_err 400 M_UNKNOWN 'a token that the identity server does not know'
member "$user_bound"
is_status 404 'nobody is invited by that'

# --------------------------------------------------------- nobody's address
req PUT "$v3/$here/state/m.room.name" '{"name":"A room"}'
invite New
is_json . '{}' 'inviteBy3PID: an address that is nobody'"'"'s'
invitation t.new
key="{\"key_validity_url\":\"https://$idserver/valid/yes\",\"public_key\":\"$public_key\"}"
other="{\"key_validity_url\":\"https://$idserver/valid/no\",\"public_key\":\"VXuGitF39UH5iRfvbIknlvlAVKgD1BsLDMvBf0pmp7c\"}"
is_json . "{\"display_name\":\"new...\",\"key_validity_url\":\"https://$idserver/valid/yes\",\"public_key\":\"$public_key\",\"public_keys\":[$key,$other]}" \
    'the room has an m.room.third_party_invite'
asked 'POST /_matrix/identity/v2/store-invite .*room_name[^:]*:[^:]*A room.*Bearer tok'
ok $? 'the identity server knows what the room is called'
for what in "$room" "$user_alice" invite; do
	asked "/v2/store-invite .*$what"
	ok $? "and $what"
done
invite2015 early PUT /txn1
is_json . '{}' '13.5, in 2015'
invitation t.early
is_json '[.display_name, (.public_keys | length)]' '["A friend",2]' \
    'by the name that its client gave'
asked '/v1/store-invite .*address=early%40example.org'
ok $? 'version 1 was told, by a form'
before=$(grep -c store-invite "$tmp/idserver.log")
invite2015 early PUT /txn1
asked .
is "$(grep -c store-invite "$tmp/idserver.log")" "$before" 'a repeated request is done once'
req POST "$r0/$here/invite" "{\"id_server\":\"$idserver\",\"medium\":\"email\",\"address\":\"later@example.org\"}"
is_json . '{}' 'r0, which has neither token nor name'
invitation t.later
is_json .display_name '"later..."' 'gets the name that the identity server gave'

# ------------------------------------------------------ an identity server
# that does not do it
invite refuse
is_err 400 M_UNKNOWN 'inviteBy3PID: refused'
like 'not such' 'in the words of the identity server'
none t.refuse 'nothing is in the room'
invite mute
is_err 503 M_UNKNOWN 'inviteBy3PID: no answer'
is_head '^retry-after: ' 'try again'
none t.mute 'nothing is in the room'
invite bad
is_err 503 M_UNKNOWN 'half an answer is none'
none t.bad 'nothing is in the room'
kept=$idserver
idserver=$mute
bg never POST "$v3/$here/invite" "{\"id_server\":\"$mute\",\"id_access_token\":\"tok\",\"medium\":\"email\",\"address\":\"slow@example.org\"}"
req PUT "$v3/$here/send/m.room.message/1" '{"msgtype":"m.text","body":"x"}'
is_status 200 'while one is asked that never answers'
[ ! -s "$tmp/bg.never.status" ]
ok $? 'others go on'
bg_wait never
is_err 503 M_UNKNOWN 'in the end it is given up'
idserver=$kept
idserver_stop
invite slow
is_err 503 M_UNKNOWN 'nobody there'
none t.slow 'nothing is in the room'
idserver_start
invite slow
is_status 200 'the same again, when it is back'
is_there t.slow
ok $? 'and now it is'

# -------------------------------------------------------------------- to join
as bob
req POST "$v3/$here/join"
is_err 403 M_FORBIDDEN 'without a proof nobody comes in'
join "$(proof new | jq -c 'del(.sender)')"
is_err 400 M_MISSING_PARAM 'a proof without a sender'
join "$(proof new | jq -c '.signatures["ids.example.org"]["ed25519:0"] |= sub("^..."; "AAA")')"
is_err 403 M_FORBIDDEN 'TPI-1: a signature that is wrong'
join "$(proof new | jq -c '.signatures = {}')"
is_err 403 M_FORBIDDEN 'TPI-1: no signature'
join "$(sign "$user_carol" t.new "$user_alice")"
is_err 403 M_FORBIDDEN 'a proof of somebody else'
join "$(sign "$user_carol" t.new "$user_alice" | jq -c --arg me "$user" '.mxid = $me')"
is_err 403 M_FORBIDDEN 'TPI-1: with another name put in'
join "$(proof unknown)"
is_err 403 M_FORBIDDEN 'a token that nobody knows'
join "$(sign "$user" t.new "$user_carol")"
is_err 403 M_FORBIDDEN 'an invitation that somebody else sent'
asked /valid/
is $? 1 'nobody was asked about keys so far'
member "$user"
is_err 403 M_FORBIDDEN 'and bob is not in'
join "$(proof new)" ',"reason":"hello"'
is_json .room_id "\"$room\"" 'TPI-7: joining with third_party_signed'
asked "GET /valid/yes\\?public_key="
ok $? 'TPI-2: key_validity_url was asked'
asked '/valid/no'
is $? 1 'about the key that signed, and no other'
req GET "$v3/$here/state"
is_json ".[] | select(.type == \"m.room.member\" and .state_key == \"$user\") | .content" \
    '{"membership":"join","reason":"hello"}' 'bob is in'
req GET "$v3/$here/messages?dir=b&limit=2"
is_json '.chunk[1] | [.sender, .state_key, .content.membership, .content.third_party_invite.display_name, .content.third_party_invite.signed.token]' \
    "[\"$user_alice\",\"$user_bob\",\"invite\",\"new...\",\"t.new\"]" \
    'TPI-5: before that alice has invited him, by the proof'
join "$(proof new)"
is_status 200 'who is in is in'
req POST "$v3/$here/leave"
join "$(proof new)"
is_err 403 M_FORBIDDEN 'a proof is good once'
join "$(proof early)" '' $v1
is_json .room_id "\"$room\"" 'TPI-6: by the path of 2015'
req POST "$v3/$here/leave"

# The keys.
as alice
invite revoked
invite down
as bob
join "$(proof revoked)"
is_err 403 M_FORBIDDEN 'TPI-2: a key that is not valid any more'
join "$(proof down)"
is_err 503 M_UNKNOWN 'TPI-2: nobody says whether it is'
member "$user"
is_json .membership '"leave"' 'bob is not in'
as alice
room
one=$here
room
two=$here
here=$one
invite there
here=$two
as bob
join "$(proof there)"
is_err 403 M_FORBIDDEN 'a token of another room'
here=$one

# Taken back.
as alice
invite back
req PUT "$v3/$here/state/m.room.third_party_invite/t.back" '{}'
is_status 200 'an invitation is taken back'
as bob
join "$(proof back)"
is_err 403 M_FORBIDDEN 'and then good for nothing'
as alice
req PUT "$v3/$here/state/m.room.member/$(enc "$user_carol")" '{"membership":"ban"}'
as carol
join "$(proof there)"
is_err 403 M_FORBIDDEN 'who is banned has no use for a proof'
as alice
req PUT "$v3/$here/state/m.room.member/$(enc "$user_bob")" "{\"membership\":\"invite\",\"third_party_invite\":{\"display_name\":\"x\",\"signed\":$(sign "$user_bob" t.there "$user_alice")}}"
member "$user_bob"
is_json '[.membership, .third_party_invite]' '["invite",null]' \
    'TPI-2: no client says that a key was asked about'
as bob
join "$(proof back)"
is_status 200 'who is invited needs no proof'

# The URL may be anybody's, who may invite.
room
for at in 127.0.0.2 127.0.0.1; do
	req PUT "$v3/$here/state/m.room.third_party_invite/t.at.$at" \
	    "{\"display_name\":\"x\",\"public_key\":\"$public_key\",\"key_validity_url\":\"http://$at:$plain_port/valid/yes?at=$at\"}"
done
inviter=$user_bob
as carol
join "$(sign "$user" t.at.127.0.0.2 "$inviter")"
is_err 503 M_UNKNOWN 'a key_validity_url inside of the network is not asked (security 26)'
asked at=127.0.0.2
is $? 1 'indeed not'
join "$(sign "$user" t.at.127.0.0.1 "$inviter")"
is_status 200 'one that may be asked is'

# TPI-3: this server takes part in all its rooms, so it is the one that asks.
as alice
room
invite revoked
as bob
join "$(proof revoked)"
is_err 403 M_FORBIDDEN 'TPI-3: the server of the room asks about the key'

# ------------------------------------------------------------------ onbind
onbind() {
	req PUT /_matrix/federation/v1/3pid/onbind "{\"medium\":\"email\",\"address\":\"x@example.org\",\"mxid\":\"$1\",\"invites\":[$2]}"
}
# pending TOKEN [ROOM]: as an identity server tells it of the caller.
pending() {
	printf '{"medium":"email","address":"x@example.org","mxid":"%s","room_id":"%s","sender":"%s","signed":%s}' \
	    "$user" "${2-$room}" "$user_alice" "$(sign "$user" "$1")"
}
room_of_alice() {
	as alice
	room
	for name; do invite "$name"; done
	as carol
}
room_of_alice first second
first=$room
onbind "$user" "$(pending t.first | jq -c '.signed.signatures = {}')"
is_json . '{}' 'onBindThirdPartyIdentifier: what is not proved'
onbind "$user" "$(pending t.nobody), 7, {}, {\"room_id\":\"!x:y\"}, $(pending t.first '!no:where')"
is_json . '{}' 'what is nonsense'
onbind "$user_bob" "$(pending t.first)"
is_json . '{}' 'and what is about somebody else'
onbind @nobody:localhost ''
is_json . '{}' 'is answered like all'
req PUT /_matrix/federation/v1/3pid/onbind '{"medium":"email","address":"x@example.org","mxid":"@a:b"}'
is_err 400 M_MISSING_PARAM 'onBindThirdPartyIdentifier: without invites'
req POST /_matrix/federation/v1/3pid/onbind '{'
is_err 400 M_NOT_JSON 'or no JSON'
req GET "$v3/sync"
is_json '.rooms.invite // {}' '{}' 'nothing came of it'
since=$(get_json .next_batch)
as alice
room
invite other
second=$room
as carol
onbind "$user" "$(pending t.other), $(pending t.first "$first")"
is_json . '{}' 'onBindThirdPartyIdentifier: two invitations'
invited() {
	[ "$T" = fcgi ] || { as alice; is_invited "$user_carol"; as carol; }
	req GET "$v3/sync?since=$since&timeout=100"
	[ "$(get_json '.rooms.invite | length')" = 2 ]
}
soon invited
ok $? 'become invites of the user'
is_json ".rooms.invite[\"$first\"].invite_state.events[] | select(.type == \"m.room.member\" and .state_key == \"$user\") | [.sender, .content.membership, .content.third_party_invite.signed.token]" \
    "[\"$user_alice\",\"invite\",\"t.first\"]" 'by who sent them, with the proof'
room=$first here=rooms/$(enc "$first")
req POST "$v3/$here/join"
is_status 200 'which is good for joining'
req POST "$v3/$here/leave"
onbind "$user" "$(pending t.first)"
as alice
is_invited "$user_carol"
is $? 1 'and once: who left is not invited again by the same'

# A key that is not good any more, and one that nobody answers for.
expect_log 'task [0-9]+ failed; it is tried again'
room_of_alice revoked down
onbind "$user" "$(pending t.revoked)"
refused() {
	member x && grep -q "not invited to $1 by address: $2" "$tmp/log"
}
as alice
soon refused "$room" 'the key'
ok $? 'TPI-2: the identity server says that a key is not valid'
is_invited "$user_carol"
is $? 1 'and nobody is invited'
as carol
onbind "$user" "$(pending t.down), $(pending t.down)"
is_json . '{}' 'nobody answers about another'
onbind "$user" "$(pending t.down)"
tried() {
	member "$user" && grep -q 'is tried again' "$tmp/log"
}
as alice
soon tried
ok $? 'then it is tried again'
is_invited "$user_carol"
is $? 1 'and nobody is invited'
as alice
room
invite gone
gone=$room
deactivate alice
ok $? 'who sent an invitation goes'
as carol
onbind "$user" "$(pending t.gone "$gone")"
is_json . '{}' 'and their invitation with them'
join "$(proof gone)"
is_err 403 M_FORBIDDEN 'for good'

# ---------------------------------------------------------------- createRoom
as bob
wish() {
	req POST "${2-$v3}/createRoom" "{\"name\":\"New\",\"invite_3pid\":[$1]}"
}
one() {
	printf '{"id_server":"%s","id_access_token":"tok","medium":"email","address":"%s@example.org"}' \
	    "$idserver" "$1"
}
for bad in '"x"' '{}' "$(one a | jq -c 'del(.id_access_token)')" "$(one a | jq -c '.address = 7')"; do
	wish "$(one a),$bad"
	[ "$status" = 400 ]
	ok $? "createRoom: invite_3pid with $bad"
done
wish "$(one a | jq -c '.medium = "pigeon"')"
is_err 400 M_INVALID_PARAM 'createRoom: invite_3pid of another kind'
wish "$(i=0; while [ $((i += 1)) -le 20 ]; do one "a"; printf ,; done; one a)"
is_err 400 M_INVALID_PARAM 'createRoom: more invite_3pid than can be'
req GET "$v3/sync"
is_json '.rooms.join // {} | length' "$(req GET "$v3/sync"; get_json '.rooms.join // {} | length')" \
    'no room was made'
wish "$(one Fresh),$(one bound),$(one refuse)"
is_status 200 'createRoom: with invite_3pid'
room=$(get_json .room_id) here=rooms/$(enc "$room")
soon is_there t.fresh
ok $? 'an invitation follows'
soon is_invited "$user_bound"
ok $? 'and an invite of somebody known'
asked '/v2/store-invite .*New'
ok $? 'the identity server knows the name of the room'
soon refused "$room" 'not such'
ok $? 'who is refused is named in the log'
wish "$(one old | jq -c 'del(.id_access_token)')" $r0
room=$(get_json .room_id) here=rooms/$(enc "$room")
soon is_there t.old
ok $? 'r0, which has no token'
asked '/v1/store-invite .*address=old'
ok $? 'asks by version 1'

# Without a server: the program does one, the housekeeper the rest.
stop
mode=$T T=cgi
wish "$(one north),$(one south),$(one east)"
room=$(get_json .room_id) here=rooms/$(enc "$room")
MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
is $? 0 'createRoom: the housekeeper invites'
asked .
for name in north south east; do
	is "$(grep -c "store-invite.*$name@example" "$tmp/idserver.log")" 1 "$name, once"
done
T=$mode
start
for name in north south east; do
	is_there t.$name
	ok $? "and the room has the invitation of $name"
done

# It is not lost.
idserver_stop
wish "$(one late)"
is_status 200 'createRoom: while the identity server is down'
room=$(get_json .room_id) here=rooms/$(enc "$room")
again=$(grep -c 'is tried again' "$tmp/log")
tried_more() {
	member "$user"
	[ "$(grep -c 'is tried again' "$tmp/log")" -gt "$again" ]
}
soon tried_more
ok $? 'the invitation is tried again later'
none t.late 'and waits'
stop
idserver_start
start
soon is_there t.late
ok $? 'it outlives programs, and comes when the identity server is back'
asked .
is "$(grep -c 'store-invite.*late@example' "$tmp/idserver.log")" 1 'once'

# Addresses of accounts here: whose they are is not for everybody to hear.
req POST /_matrix/client/v2_alpha/account/3pid "{\"threePidCreds\":{\"id_server\":\"$idserver\",\"sid\":\"s\",\"client_secret\":\"mine\"},\"bind\":false}"
is_status 200 'bob has an address'
as carol
room
invite mine
is_there t.mine
ok $? 'that belongs to nobody as far as others hear'
stop
conf accounts tell_addresses yes
start
room
invite Mine
is_invited "$user_bob"
ok $? 'but where the administrator lets anybody hear it, its user is invited'
stop
conf limits enabled yes
conf limits identity 1/0.001
start
room
invite one
is_status 200 'identity servers are asked'
invite two
is_err 429 M_LIMIT_EXCEEDED 'not without end (security 16)'
wish "$(one two)"
is_err 429 M_LIMIT_EXCEEDED 'nor with a new room (security 16)'
stop

# Whoever may invite has a key of their own that signs what they like.
conf limits enabled no
mode=$T T=cgi
as bob
room
invite_by() {	# TOKEN URL
	req PUT "$v3/$here/state/m.room.third_party_invite/$1" \
	    "{\"display_name\":\"x\",\"public_key\":\"$public_key\",\"key_validity_url\":\"$2\"}"
}
invite_by t.none https://localhost:1/valid
invite_by t.more "https://localhost:$idserver_port/valid/yes"
user_alice=$user_bob
as carol
i=0
for end in 25 50 75 100; do
	all=
	while [ $((i += 1)) -le $end ]; do
		proof=$(sign "$user" t.none "@x$i:localhost")
		all="$all,{\"room_id\":\"$room\",\"signed\":$proof}"
	done
	i=$end
	onbind "$user" "${all#,}"
done
onbind "$user" "$(pending t.more)"
is_json . '{}' 'onBindThirdPartyIdentifier: a proof behind a hundred others'
again=$(grep -c 'is tried again' "$tmp/log")
MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
is $(($(grep -c 'is tried again' "$tmp/log") - again)) 100 'a hundred wait'
as bob
is_invited "$user_carol"
is $? 1 'and of one inviter no more is taken on (security 16)'
T=$mode
done_testing
