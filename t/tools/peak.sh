#!/bin/sh
# peak.sh - run a program and note how much memory it had at most.
#
# usage: peak.sh FILE PROGRAM...
#
# FILE gets the resident kilobytes (VmHWM of proc(5)).
out=$1
shift
exec 3<&0
"$@" <&3 3<&- &
pid=$!
exec 3<&-
while peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) &&
    [ -n "$peak" ]; do
	echo "$peak" >"$out"
	sleep 0.02
done
wait $pid
