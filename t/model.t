#!/bin/sh
# What clients put together of the answers to /sync is the truth, whatever
# happens and whenever they ask: random scripts, as t/model/model.c says.
#
# SEEDS=1000 FIRST=1 JOBS=4 ACTIONS=5000 in the environment: so many, beginning
# with that one, so many at once.  A seed that failed is played again by
# FIRST=N SEEDS=1.
T=fcgi
. "$(dirname "$0")/lib.sh"

: "${SEEDS:=20}" "${FIRST:=1}" "${JOBS:=4}" "${ACTIONS:=5000}"

conf store durability process
start tcp
"$BUILD/t/model/model" --url "$url" --first "$FIRST" --seeds "$SEEDS" \
    --jobs "$JOBS" --actions "$ACTIONS" >"$tmp/played" 2>&1
ended=$?
while IFS= read -r line; do
	case $line in
	'ok '*) ok 0 "${line#ok }" ;;
	'not ok '*) ok 1 "${line#not ok }" ;;
	*) echo "$line" ;;
	esac
done <"$tmp/played"
is "$tests" "$SEEDS" 'every seed came to its end'
is "$ended" 0 'and the model says so too'
done_testing
