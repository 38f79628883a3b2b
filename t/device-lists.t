#!/bin/sh
# Whose devices a client is to look at anew, and whose no more: device_lists of
# /sync, and GET /keys/changes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$(dirname "$0")/devices.sh"
start
for name in alice bob carol dave; do
	user $name
	identity $name
done
lists='.device_lists | map_values(map(.[1:-10]) | sort)'
publish() {
	extra=$((${extra:-0} + 1))
	upload "$1" "{\"device_keys\":$(device_keys "$1" "{\"x\":$extra}")}"
}
# quiet NAME: sync and remember the place as $since_NAME; since_of NAME.
quiet() { sync "$1" "$(eval "printf %s \"\$since_$1\"")"; eval "since_$1=\$since"; }
changes() {
	as "$1"
	eval "from=\$from_$1"
	sync "$1" "$from"
	to=$since
	req GET "$v3/keys/changes?from=$from&to=$to"
}

# -------------------------------------------------------- devices that change
sync alice
is_json 'has("device_lists")' false 'sync.device_lists: a first sync has none'
since_alice=$since
create alice '{"preset":"public_chat"}'
main=$room
come bob
quiet alice
quiet bob
sync alice "$since_alice"
is_json .device_lists '{"changed":[],"left":[]}' 'sync.device_lists: nothing changed'
publish bob
quiet alice
is_json "$lists" '{"changed":["bob"],"left":[]}' 'sync.device_lists: changed: new keys of who shares a room'
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: once'
quiet bob
is_json "$lists" '{"changed":["bob"],"left":[]}' "sync.device_lists: changed: the caller's own"
upload bob "{\"device_keys\":$(device_keys bob "{\"x\":$extra}")}"
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: the same keys again are no change'
sync carol
since_carol=$since
publish dave
publish carol
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: nobody hears of who shares no room (security 12)'
quiet carol
is_json "$lists" '{"changed":["carol"],"left":[]}' 'sync.device_lists: nor the other way round (security 12)'
device bob desk
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: a login without keys is no change'
identity desk
publish desk
quiet alice
is_json "$lists" '{"changed":["bob"],"left":[]}' 'sync.device_lists: changed: keys of a new device'
as desk
req POST $v3/logout
quiet alice
is_json "$lists" '{"changed":["bob"],"left":[]}' 'sync.device_lists: changed: a device with keys is gone'
publish bob
publish bob
quiet alice
is_json "$lists" '{"changed":["bob"],"left":[]}' 'sync.device_lists: changed: twice is once'

# A filter takes rooms away, not who is in them.
publish bob
sync alice "$since_alice" "filter=$(enc '{"room":{"rooms":[]}}')"
is_json "$lists" '{"changed":["bob"],"left":[]}' 'sync.device_lists: whatever rooms a filter wants'
quiet alice

# ------------------------------------------------------------ coming, going
in_room "$main"
from_alice=$since_alice
quiet bob
come carol
quiet alice
is_json "$lists" '{"changed":["carol"],"left":[]}' 'sync.device_lists: changed: who comes in'
quiet carol
is_json "$lists" '{"changed":["alice","bob"],"left":[]}' 'sync.device_lists: changed: all whom one comes to'
member carol carol '{"membership":"join","displayname":"C"}'
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: a new name is no coming'
invite bob dave
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: an invitation is none either'
sync dave; since_dave=$since
go dave
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: who never was in does not go'
quiet dave
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: nor learns who is in (security 12)'
go carol
quiet alice
is_json "$lists" '{"changed":[],"left":["carol"]}' 'sync.device_lists: left: who goes'
come dave
quiet carol
is_json "$lists" '{"changed":[],"left":["alice","bob"]}' \
    'sync.device_lists: left: all whom one leaves, and nobody who came later (security 12)'
quiet alice
is_json "$lists" '{"changed":["dave"],"left":[]}' 'sync.device_lists: changed: another comes'
quiet dave

# Who comes and goes in between was never there for others.
come carol
go carol
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: who came and went is in neither'
quiet carol
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: nor are they to them'

# Two rooms: to leave one of them is to share the other.
create alice '{"preset":"public_chat"}'
second=$room
come bob
quiet alice; quiet bob
go bob
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: left: nobody with whom another room is shared'
quiet bob
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: left: on neither side'
in_room "$main"
member alice dave '{"membership":"ban"}'
quiet alice
is_json "$lists" '{"changed":[],"left":["dave"]}' 'sync.device_lists: left: who is banned'
quiet dave
is_json "$lists" '{"changed":[],"left":["alice","bob"]}' 'sync.device_lists: left: for whom it is the same'
publish dave
quiet alice
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: then nobody hears of them any more (security 12)'

# Leaving and coming again: all that one missed.
quiet bob
go bob
publish alice
come bob
quiet bob
is_json "$lists" '{"changed":["alice"],"left":[]}' 'sync.device_lists: changed: who comes again looks at all'
quiet alice
is_json "$lists" '{"changed":["alice","bob"],"left":[]}' 'sync.device_lists: changed: and is looked at'
go bob
as bob
req POST "$here/forget"
quiet bob
is_json "$lists" '{"changed":[],"left":["alice"]}' 'sync.device_lists: left: also of a room that is forgotten'
quiet alice
is_json "$lists" '{"changed":[],"left":["bob"]}' 'sync.device_lists: left: on the other side'
come bob
quiet alice; quiet bob

# ------------------------------------------------------------------- waiting
as alice
bg heard GET "$v3/sync?timeout=20000&since=$since_alice"
publish bob
bg_wait heard
is_json "$lists" '{"changed":["bob"],"left":[]}' 'sync.device_lists: who waits is woken'
since_alice=$(get_json .next_batch)
quiet bob
bg own GET "$v3/sync?timeout=20000&since=$since_bob"
publish bob
bg_wait own
is_json "$lists" '{"changed":["bob"],"left":[]}' "sync.device_lists: by one's own change, too"
quiet alice
quiet carol
as carol
bg other GET "$v3/sync?timeout=1500&since=$since_carol"
publish bob
bg_wait other
is_json "$lists" '{"changed":[],"left":[]}' 'sync.device_lists: who shares no room waits on'

# ------------------------------------------------------------- /keys/changes
changes alice
is_status 200 'getKeysChanges: the changes of several syncs'
is_json 'map_values(map(.[1:-10]) | sort)' '{"changed":["alice","bob"],"left":[]}' \
    'getKeysChanges: as if they had been one'
go bob
changes alice
is_json 'map_values(map(.[1:-10]) | sort)' '{"changed":["alice"],"left":["bob"]}' \
    'getKeysChanges: who left'
req GET "$v3/keys/changes?from=$to&to=$to"
is_json . '{"changed":[],"left":[]}' 'getKeysChanges: since now nothing'
for query in '' "from=$to" "to=$to"; do
	req GET "$v3/keys/changes?$query"
	is_err 400 M_MISSING_PARAM "getKeysChanges: asked with $query"
done
for bad in x '' t1-1 s99999999_0_x.0 s1_5_x.0; do
	req GET "$v3/keys/changes?from=$bad&to=$to"
	is_err 400 M_INVALID_PARAM "getKeysChanges: from $bad"
	req GET "$v3/keys/changes?from=$to&to=$bad"
	is_err 400 M_INVALID_PARAM "getKeysChanges: to $bad"
done
token=
req GET "$v3/keys/changes?from=$to&to=$to"
is_err 401 M_MISSING_TOKEN 'getKeysChanges: without a token'

# --------------------------------------------------------------------- ended
in_room "$main"
come bob
quiet alice
deactivate bob
[ "$T" = fcgi ] || MXCGI_CONFIG=$tmp/mxcgi.conf \
    "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
# First their devices are gone, then they.
wait=20000
quiet alice
[ "$(get_json '.device_lists.left | length')" != 0 ] || quiet alice
is_json "$lists" '{"changed":[],"left":["bob"]}' 'sync.device_lists: left: whose account ended'
done_testing
