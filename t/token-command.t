#!/bin/sh
# mxcgi token: registration tokens are made, listed and revoked.
. "$(dirname "$0")/lib.sh"
start
says() { grep -Eq -- "$1" "$tmp/said"; ok $? "$2"; }
is_empty() { [ ! -s "$tmp/body" ]; ok $? "$1"; }

for words in 'token' 'token dance' 'token add a b' 'token list a' 'token revoke' \
    'token revoke a --uses=1'; do
	# shellcheck disable=SC2086
	admin $words
	is_status 64 "wrong: $words"
	says '^ +mxcgi token ' 'and says what is right'
done
for verb in add list revoke; do
	admin token $verb --help
	is_status 0 "$verb --help"
done
for n in 0 -1 x 1.5 '' 99999999999999999999; do
	admin token add "--uses=$n"
	is_status 64 "add: --uses $n"
	admin token add "--length=$n"
	is_status 64 "add: --length $n"
done
for time in 7 d 0d -1d 7days '' 99999999999d; do
	admin token add "--expires=$time"
	is_status 64 "add: --expires $time"
	says '7d' "add: --expires $time: and says how"
done
admin token add mine --length 5
is_status 64 'add: a token of its own, and a length'
admin token add --length 65
is_status 64 'add: too long'
for token in 'a b' a/b ü '' "$(printf %065d 0)"; do
	admin token add "$token"
	is_status 65 "add: no token: $(printf %.20s "$token")"
done
token=
admin token list --json
is_empty 'none of these made one'

admin token add
is_status 0 'add'
like '^[A-Za-z0-9]{24}$' 'add: prints the token'
made=$(cat "$tmp/body")
admin token add
[ "$(cat "$tmp/body")" != "$made" ]
ok $? 'add: another one each time'
other=$(cat "$tmp/body")
admin token add --length 8
like '^[A-Za-z0-9]{8}$' 'add --length'
short=$(cat "$tmp/body")
admin token add A.token_of~mine-1
like '^A\.token_of~mine-1$' 'add: one of its own'
admin token add A.token_of~mine-1 --uses 3
is_status 73 'add: once more'
says 'exists' 'add: once more, it says'
admin token add --uses 3 --expires 7d --json
is_json keys '["created_at","expires_at","state","token","used","uses"]' 'add, as JSON'
is_json '[.uses, .used, .state, .expires_at - .created_at]' '[3,0,"valid",604800000]' \
    'add: what the JSON says'
limited=$(get_json .token)

admin token list
is "$(sed 1d "$tmp/body" | wc -l)" 5 'list: all of them'
like "^$made +valid +0 +any +never$" 'list: for ever'
like "^$limited +valid +0 +3 +20.*Z$" 'list: with bounds'
admin token list --json
is "$(jq -r .token "$tmp/body" | sort)" \
    "$(printf '%s\n' "$made" "$other" "$short" A.token_of~mine-1 "$limited" | sort)" \
    'list, as JSON'
is "$(jq -c "select(.token == \"A.token_of~mine-1\") | [.uses, .expires_at]" "$tmp/body")" \
    '[null,null]' 'list: the first of two stands'

# More than are read at once.
for i in 1 2 3 4 5 6 7 8 9 10; do
	for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do
		admin token add "many.$i.$j"
	done
done
admin token list --json
is "$(jq -r .token "$tmp/body" | grep -c '^many')" 210 'list: many'
is "$(jq -r .token "$tmp/body" | sort | uniq -d)" '' 'list: none of many twice'
jq -r .token "$tmp/body" | sort -c
ok $? 'list: in order'
for i in 1 2 3 4 5 6 7 8 9 10; do
	for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do
		admin token revoke "many.$i.$j"
	done
done

# A second is soon over.
admin token add fleeting --expires 1s
expired() { admin token list --json && [ "$(jq -r 'select(.token == "fleeting") | .state' "$tmp/body")" = expired ]; }
tries=0
until expired || [ $tries -gt 1000 ]; do
	tries=$((tries + 1))
done
expired
ok $? 'list: expired'

admin token revoke "$made"
is_status 0 'revoke'
admin token revoke "$made"
is_status 67 'revoke: once more'
says 'no such token' 'revoke: once more, it says'
admin token revoke "$short" --json
is_json .token "\"$short\"" 'revoke, as JSON'
admin token list --json
is "$(jq -s length "$tmp/body")" 4 'revoke: the others stay'
done_testing
