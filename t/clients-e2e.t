#!/bin/sh
# End-to-end encryption by matrix-js-sdk of today: cross-signing, verification,
# encrypted rooms, and backups of keys.  RUNS=N: so many times, each with a server
# of its own.
T=fcgi
if [ "${RUNS-1}" != 1 ]; then
	for run in $(seq "$RUNS"); do
		RUNS=1 sh "$0" >"${TMPDIR:-/tmp}/mxcgi-e2e.$$" 2>&1
		ended=$?
		grep -q '^not ok' "${TMPDIR:-/tmp}/mxcgi-e2e.$$" && ended=1
		if [ $ended = 0 ]; then
			echo "ok $run - run $run"
		else
			sed 's/^/# /' "${TMPDIR:-/tmp}/mxcgi-e2e.$$"
			echo "not ok $run - run $run"
		fi
		rm -f "${TMPDIR:-/tmp}/mxcgi-e2e.$$"
	done
	echo "1..$RUNS"
	exit 0
fi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"
client e2e.mjs
