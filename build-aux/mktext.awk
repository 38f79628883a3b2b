# mktext.awk - text files become constants in C.
#
# usage: awk -f mktext.awk FILE...
#
# page/admin.js becomes page_admin_js.

FNR == 1 {
	if (NR > 1)
		print "    ;\n"
	name = FILENAME
	sub(/^.*\//, "", name)
	gsub(/[^a-z0-9]/, "_", name)
	printf "static const char page_%s[] =\n", name
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "    \"%s\\n\"\n", $0
}
END { print "    ;" }
