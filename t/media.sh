# media.sh - what the tests of the media repository share.  Sourced after lib.sh.
#
# upload FILE TYPE [NAME]    POST it; $mxc is SERVER/ID of what was made
# fetch [PATH] [MORE]        download $mxc, or PATH, by the endpoint of today
# files                      how many files the media directory holds, one a word:
#                            contents, and marks of what is unfinished
# same FILE NAME             the body is that file's

media=/_matrix/media/v3
v1=/_matrix/client/v1/media

upload() {
	type=$2
	req_file POST "$media/upload${3+?filename=$(enc "$3")}" "$1"
	type=application/json
	mxc=$(get_json .content_uri)
	mxc=${mxc#mxc://}
}
fetch() { req GET "$v1/download/${1-$mxc}${2-}"; }
files() {
	mkdir -p "$tmp/data/media/unfinished"
	echo "$(find "$tmp/data/media" -type f -path '*/??/*' | wc -l)" \
	    "$(find "$tmp/data/media/unfinished" -type f | wc -l)"
}
same() { cmp -s "$1" "$tmp/body"; ok $? "$2"; }
