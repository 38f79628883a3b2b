# mkstmt.awk - named statements of sql/*.sql become an enum and a table.
#
# usage: awk -v want=h|c -f mkstmt.awk FILE...
#
#   -- :name event_add            begins a statement; it ends at the next one
#   -- :name bucket_get @volatile for the volatile store
#   -- :scan WHY                  it may read a whole table (t/unit/sql.c asks)
#   -- :part event                begins what stands for $event in statements of
#                                 all files, with its parameters as they stand
#
# Named parameters (:room_id) become ?1, ?2, ... in the order in which they
# first appear; a handler binds them in that order.

function number(line,    out, word) {
	out = ""
	while (match(line, /'[^']*'|:[a-z_][a-z_0-9]*/)) {
		word = substr(line, RSTART, RLENGTH)
		out = out substr(line, 1, RSTART - 1)
		if (word ~ /^:/) {
			if (!((name, word) in param))
				param[name, word] = ++params[name]
			word = "?" param[name, word]
		}
		out = out word
		line = substr(line, RSTART + RLENGTH)
	}
	return out line
}

function fault(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
	failed = 1
	exit 1
}

# Parts may stand behind their use, so they are put in at the end; and only
# then parameters have numbers.
function whole(body,    out, word, rest) {
	out = ""
	while (match(body, /\$[a-z_]+/)) {
		word = substr(body, RSTART + 1, RLENGTH - 1)
		if (!(word in part)) {
			print "sql/: there is no part " word > "/dev/stderr"
			failed = 1
			exit 1
		}
		rest = substr(body, RSTART + RLENGTH)
		out = out substr(body, 1, RSTART - 1) whole(part[word])
		body = rest
	}
	return out body
}

# As a C string, a line of it each.
function quoted(body,    out, line, i, n) {
	out = ""
	n = split(whole(body), line, "\n")
	for (i = 2; i <= n; i++) {
		gsub(/\\/, "\\\\", line[i])
		gsub(/"/, "\\\"", line[i])
		out = out sprintf("\n\t    \"%s \"", number(line[i]))
	}
	return out
}

FNR == 1 { name = piece = "" }

/^-- :name / {
	name = toupper($3)
	piece = ""
	if (name in where)
		fault("statement " $3 " is already in " where[name])
	order[++n] = name
	where[name] = FILENAME ":" FNR
	sub(/^.*\/sql\//, "sql/", where[name])
	volatile[name] = ($4 == "@volatile")
	next
}

/^-- :part / {
	piece = $3
	if (piece in part)
		fault("there is a part " piece " already")
	part[piece] = ""
	next
}

/^-- :scan ./ {
	scan[name] = substr($0, 10)
	gsub(/["\\]/, "\\\\&", scan[name])
	next
}

/^[ \t]*--/ || /^[ \t]*$/ { next }
name piece == "" { fault("text before the first -- :name") }
piece != "" {
	sub(/^[ \t]+/, "")
	if (/[;"\\]/)
		fault("a part has no ends and quotes")
	part[piece] = part[piece] (part[piece] == "" ? "" : " ") $0
	next
}
{
	sub(/[ \t]+--.*$/, "")
	sub(/^[ \t]+/, "")
	sub(/;[ \t]*$/, "")
	if ($0 != "")
		text[name] = text[name] "\n" $0
}

END {
	if (failed)
		exit 1
	print "/* Made by build-aux/mkstmt.awk from sql/; do not edit. */"
	if (want == "h") {
		print "#ifndef MXCGI_STMT_H\n#define MXCGI_STMT_H\n"
		print "#include <stdbool.h>\n"
		print "enum stmt {"
		for (i = 1; i <= n; i++)
			printf "\tSTMT_%s,\n", order[i]
		print "\tSTMT__MAX\n};\n"
		print "struct stmt_def {"
		print "\tconst char\t*name;"
		print "\tconst char\t*sql;"
		print "\tunsigned\t params;"
		print "\tbool\t\t is_volatile;\t/* of the volatile store */"
		print "\tconst char\t*scan;\t\t/* why it may read a whole table */"
		print "};"
		print "extern const struct stmt_def stmt_defs[STMT__MAX];\n"
		print "#endif"
	} else {
		print "#include <stddef.h>\n\n#include \"stmt.h\"\n"
		print "const struct stmt_def stmt_defs[STMT__MAX] = {"
		for (i = 1; i <= n; i++) {
			name = order[i]
			body = quoted(text[name])
			printf "\t/* %s */\n\t[STMT_%s] = { \"%s\",%s,\n\t    %d, %s, %s },\n",
			    where[name], name, tolower(name),
			    body, params[name] + 0,
			    volatile[name] ? "true" : "false",
			    name in scan ? "\"" scan[name] "\"" : "NULL"
		}
		print "};"
	}
}
