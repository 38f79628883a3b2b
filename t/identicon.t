#!/bin/sh
# Pictures for who has none, as clients of 2015 ask for them.
. "$(dirname "$0")/lib.sh"
start
path=/_matrix/media/v1/identicon

# is_picture JQ WANT NAME: of the answer, as zlib and Python read it: is it a whole
# PNG, its size, how many colours, are left and right alike, and the squares, a
# line each.
cat >"$tmp/picture.py" <<'END'
import json, struct, sys, zlib
data = open(sys.argv[1], "rb").read()
good = data[:8] == b"\x89PNG\r\n\x1a\n"
at, chunks = 8, {}
while at < len(data):
    n, kind = struct.unpack(">I4s", data[at:at + 8])
    body = data[at + 8:at + 8 + n]
    good &= struct.unpack(">I", data[at + 8 + n:at + 12 + n])[0] == \
        zlib.crc32(kind + body)
    chunks[kind] = body
    at += 12 + n
w, h, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
good &= (depth, colour, rest, kind) == (1, 3, [0, 0, 0], b"IEND")
lines = zlib.decompress(chunks[b"IDAT"])
step = (w + 7) // 8 + 1
good &= len(lines) == step * h and not any(lines[::step])
rows = ["".join(f"{b:08b}" for b in lines[y * step + 1:(y + 1) * step])[:w]
        for y in range(h)]
mid = lambda i, n: (2 * i + 2) * n // 12
print(json.dumps({
    "format": "PNG" if good else "broken", "size": [w, h],
    "colours": len(set("".join(rows))) if len(chunks[b"PLTE"]) == 6 and
        chunks[b"PLTE"][:3] != chunks[b"PLTE"][3:] else 0,
    "alike": w % 12 != 0 or all(row == row[::-1] for row in rows),
    "cells": ["".join(".x"[int(rows[mid(y, h)][mid(x, w)])]
                      for x in range(5)) for y in range(5)]}))
END
is_picture() {
	is "$(python3 "$tmp/picture.py" "$tmp/body" | jq -c "$1")" "$2" "$3"
}
bytes() { sha256sum <"$tmp/body"; }

req GET "$path/@ann:example.org?width=96&height=96"
is_status 200 'identicon: without a token'
is_head '^content-type: image/png$' 'identicon: a PNG'
is_head '^content-security-policy: .*sandbox' 'that does nothing in a page (security 25)'
is_head '^x-content-type-options: nosniff$' 'and is nothing else (security 25)'
is_head '^cross-origin-resource-policy: cross-origin$' 'for every page (security 25)'
is_head '^cache-control: public, max-age=31536000, immutable$' 'for ever'
is_head '^access-control-allow-origin: [*]$' 'and for every client'
is_picture '[.format, .size, .colours, .alike]' '["PNG",[96,96],2,true]' 'of the size that is asked for, in two colours, alike left and right'
is_picture '.cells | map(. == (explode | reverse | implode)) | all' true 'its squares are alike'
is_picture '.cells | map(test("^[.x]{5}$")) | all' true 'five by five'
etag=$(sed -n 's/^[Ee][Tt]ag: //p' "$tmp/head")
whole=$(bytes)
header="If-None-Match: $etag"
req GET "$path/%40ann%3Aexample.org?width=96&height=96"
is_status 304 'identicon: who has it need not get it again, however the id is written'
header=
req GET "$path/@ann:example.org?height=96&width=96"
is "$(bytes)" "$whole" 'identicon: always the same'
python3 "$tmp/picture.py" "$tmp/body" | jq -c .cells >"$tmp/cells"
req GET "$path/@ann:example.org"
is_picture .size '[64,64]' 'identicon: 64 by 64'
is_picture .cells "$(cat "$tmp/cells")" 'the same in another size'
for ident in @bob:example.org @ann:example.com a '%F0%9F%90%B1' '%22%3E%3Cb%3E' ..%2F..%2Fetc%2Fpasswd; do
	req GET "$path/$ident?width=96&height=96"
	is_picture '[.format, .colours]' '["PNG",2]' "identicon: of $ident"
	[ "$(bytes)" != "$whole" ]; ok $? 'is another'
done
req GET "$path/x?width=1&height=1"
is_picture .size '[1,1]' 'identicon: a pixel'
req GET "$path/x?width=13&height=200"
is_picture .size '[13,200]' 'identicon: of any shape'
req GET "$path/x?width=512&height=512"
is_picture '[.format, .size]' '["PNG",[512,512]]' 'identicon: a large one'
req GET "$path/x?width=99999999&height=513"
is_picture .size '[512,512]' 'identicon: 512 at most'
for bad in width=0 width=-1 height=x height= width=1.5 width=99999999999999999999; do
	req GET "$path/x?$bad"
	is_err 400 M_INVALID_PARAM "identicon: $bad"
done
req GET "$path/"
is_err 404 M_UNRECOGNIZED 'identicon: of nobody'
req GET /_matrix/media/v3/identicon/x
is_err 404 M_UNRECOGNIZED 'identicon: a path of 2015 only'
done_testing
