"""mime.py - what a message says, as JSON, by a parser that is not ours.

usage: mime.py FILE

headers (names in lower case, decoded), type, parts (type and content of each,
decoded), links (the targets of links of the HTML), defects that were found.
"""
import email
import email.policy
import html.parser
import json
import sys


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.text = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs)["href"])

    def handle_data(self, data):
        self.text.append(data)


with open(sys.argv[1], "rb") as f:
    raw = f.read()
message = email.message_from_bytes(raw, policy=email.policy.default)
links = Links()
parts = []
defects = [repr(d) for d in message.defects]
for part in message.iter_parts():
    defects += [repr(d) for d in part.defects]
    parts.append({"type": part.get_content_type(),
                  "content": part.get_content()})
    if part.get_content_type() == "text/html":
        links.feed(part.get_content())
for value in message.values():
    defects += [repr(d) for d in getattr(value, "defects", ())]
print(json.dumps({
    "headers": {k.lower(): str(v) for k, v in message.items()},
    "names": [k.lower() for k in message.keys()],
    "type": message.get_content_type(),
    "parts": parts,
    "links": links.found,
    "words": "".join(links.text).split(),
    "longest": max(len(line) for line in raw.splitlines()),
    "defects": defects}))
