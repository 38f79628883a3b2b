# client.sh - run a script of t/clients/ against a fresh server; its lines
# "ok NAME" and "not ok NAME" become assertions.  Sourced after lib.sh.

client() {	# SCRIPT ARGUMENT... (behind the server's URL)
	script=$1
	shift
	[ -n "$started" ] || start tcp
	sh "$SRC/t/clients/install" "$BUILD/clients" ||
	    bail_out 'npm cannot install the client libraries'
	asked="node $script $url"
	timeout 300 node "$BUILD/clients/$script" "$url" "$@" \
	    >"$tmp/said" 2>"$tmp/body"
	verdicts $? 'the client came to its end'
}

# Of what wrote $tmp/said, and ended so.
verdicts() {	# STATUS NAME
	while read -r verdict name; do
		case $verdict in
		ok) ok 0 "$name" ;;
		not) ok 1 "${name#ok }" ;;
		esac
	done <"$tmp/said"
	ok "$1" "$2"
	done_testing
}
