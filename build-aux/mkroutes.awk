# mkroutes.awk - what cgi-bin/routes.tab says, for the compiler and the web server.
#
# usage: awk -v want=WHAT [-v program=NAME] -f mkroutes.awk routes.tab
#
#   h        declarations of NAME's handlers (NAME.routes.h)
#   c        NAME's table
#   program  NAME's struct program, to stand behind the table and the rights
#   nginx    map files for the http{} block: $request_uri to $mxcgi_program
#   apache   RewriteRules that set MXCGI_PROGRAM from the raw request line
#   lighttpd rewriting of the raw URL to /_mxcgi/PROGRAM
#   list     one line an endpoint, tabs between, a real path: for the tests
#   programs the names of all programs
#   paths    every path with its versions and its program, for dispatch.c
#
# In what is for web servers @prefix@ stands for a regular expression: what comes
# before /_matrix/.

BEGIN {
	split("api/v1 v2_alpha r0 v3 unstable v1", name, " ")
	split("API_V1_2015 API_V2_ALPHA API_R0 API_V3 API_UNSTABLE API_V1", flag, " ")
	for (i = 1; i <= 6; i++)
		bit["client", name[i]] = flag[i]
	bit["media", "v1"] = "API_MEDIA_V1"
	bit["media", "r0"] = "API_MEDIA_R0"
	bit["media", "v3"] = "API_MEDIA_V3"
	group["2015"] = "api/v1,v2_alpha"
	group["today"] = "r0,v3,unstable"
	group[""] = "api/v1,v2_alpha,r0,v3,unstable"
	split("none page maybe user suspended locked admin", v, " "); for (i in v) is_auth[v[i]]
	split("yes no", v, " "); for (i in v) is_guest[v[i]]
	split("none json maybe value form file", v, " "); for (i in v) is_body[v[i]]
	split("none read write wait", v, " "); for (i in v) is_tx[v[i]]
	split("yes -", v, " "); for (i in v) is_once[v[i]]
	c_auth["none"] = "AUTH_NONE"; c_auth["maybe"] = "AUTH_OPTIONAL"
	c_auth["page"] = "AUTH_PAGE"
	c_auth["user"] = "AUTH_USER"; c_auth["suspended"] = "AUTH_SUSPENDED"
	c_auth["locked"] = "AUTH_LOCKED"; c_auth["admin"] = "AUTH_ADMIN"
	c_tx["none"] = "TX_NONE"; c_tx["read"] = c_tx["wait"] = "TX_READ"
	c_tx["write"] = "TX_WRITE"
}

function fault(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
	failed = 1
	exit 1
}

# Versions named in "(a,b)", groups opened up, as a comma list.
function versions(what, list,    n, part, i, out) {
	n = split(list, part, ",")
	if (n == 0)
		return what == "media" ? "v1,r0,v3" : group[""]
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? "," : "") (part[i] in group ? group[part[i]] : part[i])
	return out
}

function flags(what, list,    n, part, i, out) {
	n = split(list, part, ",")
	for (i = 1; i <= n; i++) {
		if (!((what, part[i]) in bit))
			fault("no API version \"" part[i] "\"")
		out = out (i > 1 ? " | " : "") bit[what, part[i]]
	}
	return out
}

# For Apache or lighttpd: the path, then the query or, with `behind`, anything.
function rule(program, path, behind) {
	if (want == "apache") {
		print "RewriteCond %{ENV:MXCGI_PROGRAM} =\"\""
		print "RewriteCond %{THE_REQUEST} \"^[A-Z]+ @prefix@" path \
		    (behind ? "" : "[? ]") "\""
		print "RewriteRule ^ - [E=MXCGI_PROGRAM:" program "]"
		return
	}
	gsub(/\\[.]/, "[.]", path)
	print "\t\"^@prefix@" path (behind ? "" : "(?:[?].*)?$") \
	    "\" => \"/_mxcgi/" program "\","
}

/^#/ || NF == 0 { next }
NF == 3 && $2 == "tasks" {
	if ($1 in tasks)
		fault("the tasks of " $1 " stand here twice")
	tasks[$1] = $3
	next
}
NF != 10 { fault("want 10 columns, found " NF) }
{
	if (!($4 in is_auth)) fault("auth: " $4)
	if (!($5 in is_guest)) fault("guest: " $5)
	if (!($6 in is_body)) fault("body: " $6)
	if (!($7 in is_tx)) fault("tx: " $7)
	if (!($9 in is_once)) fault("once: " $9)
	path = $3
	what = path ~ /^\/client[(\/]/ ? "client" : path ~ /^\/media[(\/]/ ? "media" : ""
	if (what != "") {
		path = substr(path, length(what) + 2)
		list = ""
		if (match(path, /^[(][^)]*[)]/)) {
			list = substr(path, 2, RLENGTH - 2)
			path = substr(path, RLENGTH + 1)
		}
		list = versions(what, list)
		apis = flags(what, list)
		split(list, one, ",")
		prefix = "/_matrix/" what "/" (list ~ /(^|,)v3(,|$)/ ? "v3" : one[1])
	} else {
		apis = "API_BARE"
		prefix = ""
	}
	if (gsub(/[{]/, "{", path) > 5)
		fault("more arguments than ROUTE_MAXARGS")
	if (($2, path, apis) in seen)
		fault("the endpoint stands here twice")
	seen[$2, path, apis]
	if (!($1 in is_program)) {
		is_program[$1]
		programs[++count] = $1
	}

	# A path belongs to one program, whatever the method and version.
	literal = re = (what == "media" ? "/_matrix/media" : "") path
	gsub(/[.]/, "\\.", re)
	gsub(/[{][^}]*[}]/, "[^/]+", re)
	if (re in owner && owner[re] != $1)
		fault(path " is " owner[re] "'s already")
	# The rest of a host is mxcgi's only where its configuration says so: the
	# templates of nginx/ ask discovery for it.
	tools = path ~ /^\/_synapse\/admin\//
	outside = prefix == "" && !tools && path !~ /^\/_matrix\//
	if (outside && $1 != "discovery")
		fault("what is not under /_matrix/ is for discovery to answer")
	if (tools && $4 != "admin")
		fault("what is under /_synapse/admin/ is for administrators")
	if (!(re in owner) && !outside) {
		if (path ~ /[{]/)
			pattern[$1] = pattern[$1] (pattern[$1] ? "|" : "") re
		else
			literals = literals sprintf("\t%s %s;\n", literal, $1)
		inner = what == "media" ? substr(re, length("/_matrix/media") + 1) : re
		all[$1, what] = all[$1, what] (all[$1, what] ? "|" : "") inner
	}
	owner[re] = $1
}

want == "list" {
	real = prefix path
	print $1 "\t" $2 "\t" real "\t" $4 "\t" $5 "\t" $6 "\t" $7 "\t" $8 "\t" $9 "\t" $10
}

want == "paths" && !((path, apis) in told) {
	told[path, apis]
	printf "{ %s,\n    \"%s\", \"%s\" },\n", apis, path, $1
}

$1 == program {
	if (!($10 in declared))
		decl = decl "handler_fn\t" $10 ";\n"
	declared[$10]
	if ($7 == "wait")
		waits = 1
	if ($6 == "file")
		uploads = 1
	rows = rows sprintf("\t{ \"%s\", %s,\n\t    \"%s\", \"%s\",\n\t    %s, %s, BODY_%s, %s, LIMIT_%s, %s, %s, %s },\n",
	    $2, apis, path, $10, c_auth[$4], $5 == "yes" ? "true" : "false",
	    toupper($6), c_tx[$7], $8 == "-" ? "none" : $8,
	    $9 == "yes" ? "true" : "false", $7 == "wait" ? "true" : "false", $10)
}

END {
	if (failed)
		exit 1
	if (want == "h") {
		print "/* Made by build-aux/mkroutes.awk from routes.tab; do not edit. */"
		print "#include \"serve/serve.h\"\n"
		printf "%s", decl
		if (waits)
			print "\nextern const struct waits waits;"
		if (uploads)
			print "\nextern const struct uploads uploads;"
		if (program in tasks)
			printf "\n#include \"store/task.h\"\nextern const struct task_kind %s[];\n", tasks[program]
	} else if (want == "c") {
		print "/* Made by build-aux/mkroutes.awk from routes.tab; do not edit. */"
		printf "#include \"%s.routes.h\"\n\n", program
		printf "static const struct route routes[] = {\n%s\t{ .method = NULL }\n};\n\n", rows
	} else if (want == "program") {
		printf "\nconst struct program program = {\n\t.name = \"%s\",\n\t.routes = routes,\n", program
		printf "\t.rights = { \"%s\", rights_list },\n", program
		print "\t.reach = PROGRAM_REACH,"
		printf "\t.waits = %s,\n", waits ? "&waits" : "NULL"
		printf "\t.tasks = %s,\n", program in tasks ? tasks[program] : "NULL"
		printf "\t.uploads = %s,\n};\n", uploads ? "&uploads" : "NULL"
	} else if (want == "nginx") {
		print "# Made by build-aux/mkroutes.awk from routes.tab; do not edit."
		print "# The raw request line decides, before nginx decodes %2F or merges slashes."
		print "map $request_uri $mxcgi_path {"
		print "\t\"~^@prefix@/_matrix/client/(?:api/v1|v2_alpha|r0|v3|unstable|v1)(?<mxcgi_in>/[^?]*?)/?(?:[?]|$)\" $mxcgi_in;"
		print "\t\"~^@prefix@/_matrix/media/(?:v1|r0|v3)(?<mxcgi_media>/[^?]*?)/?(?:[?]|$)\" /_matrix/media$mxcgi_media;"
		print "\t\"~^@prefix@(?<mxcgi_bare>/(?:_matrix|_synapse/admin)/[^?]*?)/?(?:[?]|$)\" $mxcgi_bare;"
		print "\tdefault \"\";"
		print "}"
		print "map $mxcgi_path $mxcgi_program {"
		print "\tdefault discovery;"
		printf "%s", literals
		for (i = 1; i <= count; i++)
			if (pattern[programs[i]])
				printf "\t\"~^(?:%s)$\" %s;\n", pattern[programs[i]], programs[i]
		print "}"
	} else if (want == "apache" || want == "lighttpd") {
		print "# Made by build-aux/mkroutes.awk from routes.tab; do not edit."
		split("client media ", prefixes, " ")
		prefixes[3] = ""
		before["client"] = "/_matrix/client/(?:api/v1|v2_alpha|r0|v3|unstable|v1)"
		before["media"] = "/_matrix/media/(?:v1|r0|v3)"
		if (want == "apache")
			print "# THE_REQUEST is the raw request line; Apache decodes everything else."
		for (i = 1; i <= count; i++)
			for (k = 1; k <= 3; k++)
				if (all[programs[i], prefixes[k]])
					rule(programs[i], before[prefixes[k]] "(?:" all[programs[i], prefixes[k]] ")/?")
		rule("discovery", "/(?:_matrix|_synapse/admin)/", "behind")
	} else if (want == "programs") {
		for (i = 1; i <= count; i++)
			print programs[i]
	}
}
