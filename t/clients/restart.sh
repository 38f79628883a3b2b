#!/bin/sh
# usage: restart.sh MXCGI_PID SIGNAL
#
# Ends every program of a server, and returns when their successors run; its
# clients notice nothing but requests that fail.
children() { cat "/proc/$1/task/"*/children; }
old=$(children "$1")
kill "-$2" $old
for pid in $old; do
	while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
done
until [ "$(children "$1" | wc -w)" -ge "$(echo $old | wc -w)" ]; do sleep 0.02; done
