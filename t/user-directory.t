#!/bin/sh
# Looking for users: POST /user_directory/search.
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3
for name in alice bob bobby carol dora eve; do user $name; done
search() { # TERM [MEMBERS]
	req POST $v3/user_directory/search "$(jq -cn --arg term "$1" "{search_term: \$term} + {${2-}}")"
}
found() { is_json '[.results[].user_id]' "$(printf '%s\n' "$2" | jq -cR 'split(" ") | map(select(. != "") | "@\(.):localhost")')" "searchUserDirectory: $3"; }
name() { as "$1"; req PUT "$v3/profile/$(enc "@$1:localhost")/displayname" "{\"displayname\":$2}"; }
room() { as "$1"; req POST $v3/createRoom "$2"; room=$(get_json .room_id); }
join() { as "$1"; req POST "$v3/join/$(enc "$room")" '{}'; }

# -------------------------------------------------------------- who is visible
as alice
search bob
is_json . '{"limited":false,"results":[]}' 'searchUserDirectory: nobody whom one has nothing to do with'
room alice '{"invite":["@bob:localhost"]}'
as alice; search bob;	found bob '' 'an invitation is not enough'
join bob
as alice; search bob
is_json . '{"limited":false,"results":[{"user_id":"@bob:localhost"}]}' 'searchUserDirectory: who is in a room together'
as bob; search alice;	found bob alice 'and the other way round'
as carol; search bob;	found carol '' 'but nobody else'
room bobby '{"preset":"public_chat"}'; public=$room
as alice; search bob;	found alice 'bob bobby' 'who is in a room that anybody may enter'
as bobby
req PUT "$v3/rooms/$(enc "$public")/state/m.room.join_rules" '{"join_rule":"invite"}'
as alice; search bobby;	found alice '' 'it is open no more'
as bobby
req PUT "$v3/rooms/$(enc "$public")/state/m.room.history_visibility" '{"history_visibility":"world_readable"}'
as alice; search bobby;	found alice bobby 'anybody may read it'
as bobby
req POST "$v3/rooms/$(enc "$public")/leave" '{}'
as alice; search bobby;	found alice '' 'who has left it'
room dora '{"preset":"public_chat"}'; public=$room
for n in bob bobby carol eve; do join $n; done

# ------------------------------------------------------------- what is found
as alice
search alice;		found alice '' 'nobody looks for oneself'
search BOB;		found alice 'bob bobby' 'letter case is nothing; a whole word comes first'
search @bob:localhost;	found alice 'bob bobby' 'by the whole id'
search bo;		found alice 'bob bobby' 'by a beginning'
search ob;		found alice '' 'not from the middle'
search '';		found alice '' 'nothing finds nobody'
search '@"*^(';		found alice '' 'nor what is no word'
for term in 'bob" OR "carol' 'bob*' 'words:bob' 'bob AND named:n' '{words}:bob' 'bob) OR (carol' \
    "bob'; DROP TABLE user" 'NEAR(bob carol)' '-bob' '%' '_'; do
	search "$term"
	is_status 200 "searchUserDirectory: no syntax: $term (security 20)"
done
search 'bob OR carol';	found alice '' 'all words must be there (security 20)'
name carol '"Zoë van Dyck"'
as alice
search zoe;		found alice carol 'by a name, whatever its accents'
search 'dyck zoë';	found alice carol 'by several words in any order'
search 'zoe bob';	found alice '' 'by all of them'
search carol
is_json .results '[{"display_name":"Zoë van Dyck","user_id":"@carol:localhost"}]' 'searchUserDirectory: with what is shown of them'
name carol '"Yves"'
as alice
search zoe;		found alice '' 'not by the name of before'
search yves;		found alice carol 'but by that of now'
name eve '"Bob"'
as eve
req PUT "$v3/profile/@eve:localhost/avatar_url" '{"avatar_url":"mxc://localhost/a"}'
as alice
search bob;		found alice 'eve bob bobby' 'who shows something comes first'
is_json '.results[0].avatar_url' '"mxc://localhost/a"' 'searchUserDirectory: with their picture'
name dora '"山田太郎"'
as alice; search '太';	found alice dora 'by a character where no spaces are written'

# ------------------------------------------------------------------- limits
search bo '"limit":2'
is_json '[(.results | length), .limited]' '[2,true]' 'searchUserDirectory: so many, and there are more'
search bo '"limit":3'
is_json '[(.results | length), .limited]' '[3,false]' 'searchUserDirectory: there are no more'
search bo '"limit":0';		is_err 400 M_INVALID_PARAM 'searchUserDirectory: a limit of 0'
search bo '"limit":"x"';	is_err 400 M_BAD_JSON 'searchUserDirectory: a limit that is a text'
search "$(seq -s ' ' 33)";	is_err 400 M_INVALID_PARAM 'searchUserDirectory: 33 words (security 19)'
search "$(seq -s ' ' 32)";	is_status 200 'searchUserDirectory: 32 words'
search "$(printf '%05000d' 1)";	is_status 200 'searchUserDirectory: a long word (security 19)'
req POST $v3/user_directory/search '{}'
is_err 400 M_MISSING_PARAM 'searchUserDirectory: without a term'
req POST $v3/user_directory/search '{"search_term":5}'
is_err 400 M_BAD_JSON 'searchUserDirectory: a number for a term'
token=
search bob;		is_err 401 M_MISSING_TOKEN 'searchUserDirectory: not for strangers'

# ------------------------------------------------------------- who is gone
admin user lock eve
as alice; search eve;	found alice '' 'not who is locked'
admin user unlock eve
as alice; search eve;	found alice eve 'until they are not'
deactivate eve true
as alice; search eve;	found alice '' 'nor who is gone'

# --------------------------------------------------------------- everybody
stop
conf accounts find_everybody yes
start
user frank
as frank
search 'bo';		found frank 'bob bobby' 'everybody, where it is configured so'
as alice; search frank;	found alice frank 'with whom one has nothing to do, too'
search eve;		found alice '' 'but not who is gone'
done_testing
