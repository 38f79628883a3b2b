#!/bin/sh
# The manual pages: nothing to say to mandoc, and each program, command and setting
# has its text.
. "$(dirname "$0")/lib.sh"
command -v mandoc >/dev/null || bail_out 'mandoc is not installed'

# lacks PAGE REGEX: the words of standard input of which it has no such line, where
# WORD in the expression is the word.
lacks() {
	while read -r word; do
		grep -Eq "$(printf %s "$2" | sed "s/WORD/$word/")" "$SRC/man/$1" ||
		    echo "$word"
	done
}

for page in "$SRC"/man/*; do
	# Pages of others need not be installed.
	mandoc -Tlint "$page" 2>&1 |
	    grep -Ev 'referenced manual not found|outdated mandoc.db' >"$tmp/body"
	is "$(cat "$tmp/body")" '' "$(basename "$page") is as pages are written"
done
printf '.Dd November 23, 2026\n.Dt X 8\n.Os\n.Sh NAME\n.Nm x\n.Cm\n' >"$tmp/x.8"
mandoc -Tlint "$tmp/x.8" >"$tmp/body" 2>&1
like 'empty macro' 'which mandoc would say'

{ cut -f 1 "$BUILD/gen/routes.list" | sort -u; printf 'housekeeper\nthumbnailer\n'; } |
    lacks mxcgi-programs.8 '^\.It Nm WORD( |$)' >"$tmp/body"
is "$(cat "$tmp/body")" '' 'each program has its text'
"$mxcgi" --help | sed -n 's/^    \([a-z][a-z]*\) .*/\1/p' >"$tmp/commands"
[ "$(wc -l <"$tmp/commands")" -ge 17 ];	ok $? 'there are commands'
lacks mxcgi.8 '^\.It Cm WORD( |$)|^\.Cm WORD ' <"$tmp/commands" >"$tmp/body"
is "$(cat "$tmp/body")" '' 'each has its text'
sed -n 's/^	[KEY({ ]*"[a-z]*", "\([a-z0-9_]*\)".*/\1/p' "$SRC/common/base/conf_key.c" |
    sort -u >"$tmp/keys"
[ "$(wc -l <"$tmp/keys")" -ge 80 ];	ok $? 'there are settings'
lacks mxcgi.conf.5 '^\.It Cm WORD( |$)' <"$tmp/keys" >"$tmp/body"
is "$(cat "$tmp/body")" '' 'each has its text, too'
# What they answer.
grep -Ev '^(run|stop)$' "$tmp/commands" | while read -r command; do
	"$mxcgi" "$command" --help 2>&1 | grep -q -- --json || echo "$command"
done >"$tmp/body"
is "$(cat "$tmp/body")" '' 'each command that has an answer takes --json'
done_testing
