# mkrights.awk - the lines of rights.tab that concern one program become C.
#
# usage: awk -v program=NAME -f mkrights.awk cgi-bin/rights.tab
#
# The lines of `serve` are every program's.  A table may have several lines;
# what one of them grants is granted.

function columns(word) { return word == "-" ? "" : word }

/^[ \t]*(#|$)/ { next }

NF != 4 {
	printf "%s:%d: not program, table, read, write\n", FILENAME, FNR > "/dev/stderr"
	failed = 1
	exit 1
}

$1 == program || $1 == "serve" {
	lines = lines sprintf("\t{ \"%s\", \"%s\", \"%s\" },\n", $2,
	    columns($3), columns($4))
}

END {
	if (failed)
		exit 1
	print "static const struct right rights_list[] = {"
	printf "%s\t{ NULL, NULL, NULL }\n};\n", lines
}
