# mktext.awk - text files become constants in C.
#
# usage: awk -f mktext.awk FILE...
#
# page/admin.js becomes page_admin_js, and those that stand behind it as
# page/admin-PART.js are the rest of it.

FNR == 1 {
	before = name
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/-[^.]*/, "", name)
	gsub(/[^a-z0-9]/, "_", name)
}
FNR == 1 && name != before {
	if (NR > 1)
		print "    ;\n"
	printf "static const char page_%s[] =\n", name
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "    \"%s\\n\"\n", $0
}
END { print "    ;" }
