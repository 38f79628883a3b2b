"""usage: pdus.py KEYS ROOM...

Checks all events of rooms with the code of Synapse.  KEYS is the answer to
/_matrix/key/v2/server; each ROOM is a file with an object: version, pdus (as
servers see them, from the first on) and ids (what clients call them).

A line for each thing that was looked at: "0" or "1", a blank, what should hold.
0 means that it does.
"""
import json
import sys

from canonicaljson import encode_canonical_json
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import SignatureVerifyException, verify_signed_json
from synapse.api.errors import SynapseError
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS
from synapse.crypto.event_signing import (
    check_event_content_hash,
    compute_event_reference_hash,
)
from synapse.event_auth import (
    auth_types_for_event,
    check_state_dependent_auth_rules,
)
from synapse.events import make_event_from_dict
from synapse.events.utils import prune_event
from unpaddedbase64 import decode_base64, encode_base64


def keys_of(path):
    with open(path) as f:
        answer = json.load(f)
    return answer["server_name"], {
        key_id: decode_verify_key_bytes(key_id, decode_base64(key["key"]))
        for key_id, key in answer["verify_keys"].items()
    }


class Room:
    def __init__(self, path, server, keys):
        with open(path) as f:
            room = json.load(f)
        self.server, self.keys = server, keys
        self.version = KNOWN_ROOM_VERSIONS[room["version"]]
        self.ids = room["ids"]
        self.pdus = room["pdus"]
        self.events = [self.event(pdu) for pdu in room["pdus"]]
        self.by_id = {e.event_id: e for e in self.events}

    def event(self, pdu):
        return make_event_from_dict(json.loads(json.dumps(pdu)), self.version)

    def is_signed(self, event):
        pdu = prune_event(event).get_pdu_json()
        try:
            for key_id in pdu["signatures"][self.server]:
                one = dict(pdu)
                one["signatures"] = {
                    self.server: {key_id: pdu["signatures"][self.server][key_id]}
                }
                verify_signed_json(one, self.server, self.keys[key_id])
        except (KeyError, SignatureVerifyException):
            return False
        return True

    def is_whole(self, event):
        """By its content hash; else it is what redaction leaves."""
        try:
            return check_event_content_hash(event)
        except SynapseError:
            return False

    def is_whole_or_redacted(self, event):
        return self.is_whole(event) or (
            encode_canonical_json(event.get_pdu_json())
            == encode_canonical_json(prune_event(event).get_pdu_json())
        )

    def names(self, pairs_or_ids):
        return [p if isinstance(p, str) else p[0] for p in pairs_or_ids]

    def hashes_fit(self, pdu):
        """Room versions 1 and 2 name events with their hashes."""
        old = self.version.identifier in ("1", "2")
        for pair in pdu["prev_events"] + pdu["auth_events"]:
            if not old:
                if not isinstance(pair, str):
                    return False
                continue
            name, digest = compute_event_reference_hash(self.by_id[pair[0]])
            if pair[1] != {name: encode_base64(digest)}:
                return False
        return True

    def is_linked(self):
        """No room here has more than one end."""
        before = []
        for pdu in self.pdus:
            if self.names(pdu["prev_events"]) != before:
                return False
            before = [self.event(pdu).event_id]
        return True

    def is_allowed(self, event):
        auth = [self.by_id[i] for i in event.auth_event_ids()]
        wanted = auth_types_for_event(self.version, event)
        if any((e.type, e.state_key) not in wanted for e in auth):
            return False
        if "12" == self.version.identifier and event.type != "m.room.create":
            auth.append(self.events[0])
        try:
            check_state_dependent_auth_rules(event, auth)
        except SynapseError as e:
            print("#", event.type, e, file=sys.stderr)
            return False
        return True

    def forged(self, key, value):
        """The last event with another value."""
        return self.event({**self.pdus[-1], key: value})

    def look(self):
        e = self.events
        yield [x.event_id for x in e] == self.ids, "their ids"
        yield all(map(self.is_signed, e)), "their signatures"
        yield all(map(self.is_whole_or_redacted, e)), "their content hashes"
        yield sum(map(self.is_whole, e)) > len(e) / 2, "which most still fit"
        yield all(map(self.hashes_fit, self.pdus)), "what they name events by"
        yield self.is_linked(), "each hangs from the one before"
        yield all(map(self.is_allowed, e)), "what they cite allows them"
        content = {**self.pdus[-1]["content"], "forged": 1}
        yield not self.is_whole(self.forged("content", content)), (
            "another content has another hash")
        yield not self.is_signed(self.forged("type", "org.example.forged")), (
            "another type is not signed")


def main():
    server, keys = keys_of(sys.argv[1])
    for path in sys.argv[2:]:
        room = Room(path, server, keys)
        for holds, what in room.look():
            print(0 if holds else 1, f"{room.version.identifier}: {what}")


main()
