# client.sh - run a script of t/clients/ against a fresh server; its lines
# "ok NAME" and "not ok NAME" become assertions.  Sourced after lib.sh.

client() {	# SCRIPT [ARGUMENT]
	start tcp
	sh "$SRC/t/clients/install" "$BUILD/clients" ||
	    bail_out 'npm cannot install the client libraries'
	asked="node $1 $url"
	timeout 300 node "$BUILD/clients/$1" "$url" ${2:+"$2"} \
	    >"$tmp/said" 2>"$tmp/body"
	ended=$?
	while read -r verdict name; do
		case $verdict in
		ok) ok 0 "$name" ;;
		not) ok 1 "${name#ok }" ;;
		esac
	done <"$tmp/said"
	ok $ended 'the client came to its end'
	done_testing
}
