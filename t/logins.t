#!/bin/sh
# Fifty logins at once: passwords are hashed by so many as the configuration
# says, never by more.
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
counts=$tmp/run/hashing
logins=50
login() { printf '{"type":"m.login.password","user":"ann","password":"%s"}' "$1"; }
# now, most and all of t/faults/hashing.c
counted() { od -An -t u4 "$counts" 2>/dev/null | awk -v n="$1" '{ print $n }'; }

env="LD_PRELOAD=$BUILD/t/faults/hashing.so MXCGI_HASHING=$counts"
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0

for workers in 1 3; do
	conf accounts hash_workers $workers
	start
	[ $workers != 1 ] || user ann
	token=
	rm -f "$counts"
	: >"$counts.hold"
	n=0
	while [ $((n += 1)) -le $logins ]; do
		case $((n % 3)) in
		0) bg "l$n" POST $v3/login "$(login "secret of ann")" ;;
		*) bg "l$n" POST $v3/login "$(login "wrong $n")" ;;
		esac
	done
	# They begin, and none gets on; others are served meanwhile.
	tries=0
	until [ "$(counted 1)" = $workers ] || [ $((tries += 1)) -gt 500 ]; do
		req GET $v3/login
	done
	is "$(counted 1)" $workers "$workers at once, and the others wait"
	req GET $v3/login
	is_status 200 'who hashes nothing does not'
	rm "$counts.hold"
	n=0 right=0 refused=0
	while [ $((n += 1)) -le $logins ]; do
		bg_wait "l$n"
		case $((n % 3)).$status in
		0.200) right=$((right + 1)) ;;
		[12].403) refused=$((refused + 1)) ;;
		*) show ;;
		esac
	done
	is "$right $refused" '16 34' 'all are answered, each as it should be'
	is "$(counted 3)" $logins 'each hashed once'
	is "$(counted 2)" $workers "never more than $workers at once (security 13)"
	stop
done

done_testing
