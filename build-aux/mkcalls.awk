# mkcalls.awk - calls.tab becomes a table in C.  Not every machine has each call.
#
# usage: awk -f mkcalls.awk common/base/calls.tab

BEGIN { print "static const struct call calls[] = {" }

/^[ \t]*(#|$)/ { next }

{
	for (i = 2; i <= NF; i++)
		printf "#ifdef __NR_%s\n\t{ __NR_%s, CALLS_%s },\n#endif\n",
		    $i, $i, toupper($1)
}

END { print "};" }
