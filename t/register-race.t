#!/bin/sh
# Two registrations of one name at the same instant: one wins, each time.
. "$(dirname "$0")/lib.sh"
conf accounts hash_workers 2
start
perl "$SRC/t/tools/race.pl" "$tmp/http.sock" 200 >"$tmp/race" 2>&1
is "$(cat "$tmp/race")" '200 200 400 M_USER_IN_USE' \
    '200 times one of two gets the name, the other hears that it is taken (security 15)'
done_testing
