# mkconfine.awk - the line of confine.tab that concerns one program becomes C.
#
# usage: awk -v program=NAME -f mkconfine.awk cgi-bin/confine.tab

/^[ \t]*(#|$)/ { next }

$1 == program {
	for (i = 2; i <= NF; i++)
		if ($i != "-")
			reach = reach " | REACH_" toupper($i)
	found = 1
}

END {
	if (!found) {
		printf "%s: no line for %s\n", FILENAME, program > "/dev/stderr"
		exit 1
	}
	print "#include \"base/confine.h\"\n"
	print "enum { PROGRAM_REACH = " (reach ? substr(reach, 4) : "0") " };"
}
