#!/bin/sh
# matrix-js-sdk of today follows a conversation by sliding sync, while every
# program is ended again and again.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"

# Ends every program and waits for their successors, which the client does not
# notice but for requests that fail.
cat >"$tmp/restart" <<END
#!/bin/sh
children() { cat "/proc/\$(cat "$tmp/run/mxcgi.pid")/task/"*/children; }
old=\$(children)
kill \$old
for pid in \$old; do
	while kill -0 "\$pid" 2>/dev/null; do sleep 0.02; done
done
until [ "\$(children | wc -w)" -ge "\$(echo \$old | wc -w)" ]; do sleep 0.02; done
END
chmod +x "$tmp/restart"
expect_log 'upstream prematurely closed|Connection refused|recv\(\) failed|Connection reset|Broken pipe|no live upstreams'
client sliding.mjs "$tmp/restart"
