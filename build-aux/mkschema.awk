# mkschema.awk - the schemas in sql/ become C.
#
# usage: awk -f mkschema.awk sql/NNNN-*.sql sql/volatile.sql
#
# The migrations must come in order and count from 1 without a gap.  Comments
# are left out: SQLite keeps the text of each table, and every program parses
# all of it when it starts.

function fault(what) {
	printf "%s: %s\n", FILENAME, what > "/dev/stderr"
	failed = 1
	exit 1
}

# The line without a comment at its end; quotes may hold two dashes.
function bare(line,    i, c, quoted) {
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "'")
			quoted = !quoted
		else if (!quoted && substr(line, i, 2) == "--")
			return substr(line, 1, i - 1)
	}
	return line
}

FNR == 1 {
	file = FILENAME
	sub(/^.*\//, "", file)
	if (file == "volatile.sql") {
		key = "volatile"
	} else if (file ~ /^[0-9][0-9][0-9][0-9]-.*\.sql$/) {
		key = ++last
		if (substr(file, 1, 4) + 0 != last)
			fault("is not number " last)
		name[key] = substr(file, 1, length(file) - 4)
	} else {
		fault("is neither a migration nor volatile.sql")
	}
}

{
	line = bare($0)
	sub(/^[ \t]+/, "", line)
	sub(/[ \t]+$/, "", line)
	if (line == "")
		next
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	text[key] = text[key] sprintf("\n\t    \"%s\\n\"", line)
}

END {
	if (failed)
		exit 1
	print "/* Made by build-aux/mkschema.awk from sql/; do not edit. */"
	print "#include <stddef.h>\n"
	print "#include \"store/schema.h\"\n#include \"store/store.h\"\n"
	printf "const int schema_version = %d;\n\n", last
	print "const struct migration migrations[] = {"
	for (i = 1; i <= last; i++)
		printf "\t{ %d, \"%s\",%s },\n", i, name[i], text[i]
	print "\t{ 0, NULL, NULL }\n};\n"
	printf "const char volatile_schema[] =%s;\n", text["volatile"]
}
