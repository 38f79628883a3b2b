# readers.jq - what each reader may see of a room (t/readers.t): a model of
# "Room history visibility" (client-server API) and of 2015.md 16.7, HIS-1.
#
# usage: jq -rn -f readers.jq answers
#
# Reads the answers, {reader, room, of, status, body} each, several where one
# came in pages; room is FROM-TO, or empty where the answer is of all rooms.
# What alice, who was in from the beginning, was told by messages is what
# happened.  Writes for each reader and question "ok NAME" or "not ok NAME", and
# behind the latter a line "# ..." for each room where the answer is another.

# --------------------------------------------------------- what happened

# What the readers did; what alice said, in that order; what answers what.
def plan: {
	joined: ["join"], invited: ["invite"], asked: ["invite", "join"],
	refused: ["invite", "leave"], left: ["join", "leave"],
	banned: ["join", "ban"], forgot: ["join", "leave"],
	back: ["join", "leave", "invite", "join"], knocked: ["knock"],
	never: [], guest: []
};
def said: ["m1", "m2", "t1", "m3", "m4", "t2", "t3", "m5", "t4", "t5",
	"e1", "m6"];
def threads: { m1: ["t1", "t2", "t4"], m4: ["t3", "t5"] };
# Who has read as far as what.
def receipts: { m4: ["@joined:localhost"], m6: ["@alice:localhost"] };

def said_in: .content.body // empty | ltrimstr("said ") | split(" ")[0];

def is_own($user): .type == "m.room.member" and .state_key == $user;

# Each event with its place, and a name for people.
def numbered:
	to_entries | map(.key as $nr | .value | {
		id: .event_id, nr: $nr, type, state_key, sender, content,
		named: "\($nr):\(said_in // (.content | .history_visibility //
		    .topic // .membership // .alias // "")) \(.type[7:])"
	});

# A room: its events, and the visibility that holds at each.
def room:
	.chunk | numbered | {
		events: .,
		last: (length - 1),
		named: (map({ (.id): .named }) | add),
		nr: (map({ (said_in): .nr }) | add),
		visibility: [foreach .[] as $e ("shared";
		    if $e.type == "m.room.history_visibility" then
			$e.content.history_visibility
		    else . end)]
	};

# ------------------------------------------------------------- the rules

# "A user needs to join a room to view events in that room": what invitations
# and shared history show wants a join that comes later.
def allowed($nr; $visibility; $membership):
	if $visibility == "world_readable" then true
	elif .me.forgot then false
	elif $membership == "join" then true
	elif $visibility == "shared" then .me.last_join > $nr
	elif $visibility == "invited" and $membership == "invite" then
		.me.last_join > $nr
	else false end;

# What changes visibility, or the reader's own membership, is seen from either
# side.  An invitation was shown to whom it invites, and a knock is one's own:
# the text leaves open whether these may be read later; here they may.
def may_see($nr):
	(if $nr > 0 then $nr - 1 else 0 end) as $before |
	.events[$nr] as $e | .visibility as $v | .me.membership as $m |
	allowed($nr; $v[$nr]; $m[$nr]) or
	($e.type == "m.room.history_visibility" and
	    allowed($nr; $v[$before]; $m[$nr])) or
	(.me.user as $user | $e | is_own($user)) and
	    (allowed($nr; $v[$nr]; $m[$before]) or ((.me.forgot | not) and
	    ([$m[$nr], $m[$before]] | any(. == "invite" or . == "knock"))));

# The room as a reader has it: .me.see are the places of the events that they
# may see, .me.view what they may read of the room as a whole: as it is "now",
# as it was "then", up to the event that put them out, or "none".
def seen_by($reader):
	"@\($reader):localhost" as $user |
	.me = { user: $user, forgot: ($reader == "forgot"),
	    guest: ($reader == "guest") } |
	.me.own = [.events[] | select(is_own($user))] |
	.me.membership = [foreach .events[] as $e ("none";
	    if $e | is_own($user) then $e.content.membership else . end)] |
	.me.now = .me.membership[-1] |
	.me.last_join = ([.me.own[] | select(.content.membership == "join").nr]
	    | max // -1) |
	.me.last_join as $join |
	.me.see = [range(.last + 1) as $nr | select(may_see($nr)) | $nr] |
	.me.ended = ([.me.own[] | select(.nr > $join).nr] | min) |
	if .me.now == "join" or .visibility[-1] == "world_readable" then
		.me.view = "now" | .me.upto = .last
	elif $join == -1 or .me.forgot then
		.me.view = "none" | .me.upto = -1
	else
		.me.view = "then" | .me.upto = .me.ended
	end;

# ------------------------------------------------- what they ought to get

# Of places: names.
def name($place): .events[$place].named;
def names($places): .events as $e | $places | map($e[.].named);
def seen($from; $upto):
	.me.see | map(select(. >= $from and . <= $upto));

# Without a gap, up to the last that they see: sync has no other timelines.
def run($upto):
	seen(0; $upto) | [.[1:], .] as [$next, $all] | $all[(
	    [range(length - 1) | select($next[.] != $all[.] + 1)] | max // -1)
	    + 1:];

def state_at($nr):
	reduce (.events[:$nr + 1][] | select(.state_key != null)) as $e ({};
	    .[$e.type + " " + $e.state_key] = $e);
def state($nr): state_at($nr) | map(.named) | sort;

# Replies count only when they are seen.
def replies($root):
	.nr as $nr | .me.see - (.me.see - [threads[$root][] | $nr[.]]);
def all_threads($places):
	. as $room | [threads | keys[] as $root | $room | .nr[$root] as $nr |
	    select($places | index($nr)) | replies($root) as $replies |
	    select($replies != []) | { (name($nr)):
		[name($replies[-1]), ($replies | length)] }] | add // {};

# Whom an invitation or a knock lets see what the room is.
def door_types: ["m.room.create", "m.room.join_rules",
	"m.room.canonical_alias", "m.room.name", "m.room.avatar",
	"m.room.topic", "m.room.encryption"];
def door:
	.me.own[-1] as $own |
	state_at($own.nr) | map(select(
	    (.type as $type | door_types | index($type)) or
	    is_own($own.sender) or is_own($own.state_key))) |
	map({ (.type + " " + .state_key): .content }) | add;

def to_members(what): if .me.now == "join" then what else 403 end;
def in_room(what): if .me.view == "none" then 403 else what end;
def to_users(what): if .me.guest then 403 else what end;
# Of a single event: what those who may not see it are not told is there.
def seeing($mark; what):
	if .nr[$mark] as $nr | .me.see | index($nr) then what else 404 end;

def due_receipts:
	. as $room | if .me.now != "join" then {} else receipts |
	    with_entries(.key |= $room.events[$room.nr[.]].named) end;

# Around an event: for those who read the room, up to where they do.
def due_context($mark):
	.me.upto as $upto | .nr[$mark] as $nr | .me.view as $view |
	if $view == "none" then [[], name($nr), [], []]
	else [names(seen(0; $nr - 1)), name($nr),
	    names(seen($nr + 1; $upto)), state(seen(0; $upto)[-1])] end;

# A room in the answer that has them all; null: it is not there.
def due_sync:
	.me.upto as $upto | run($upto) as $run | .me.own as $own |
	if .me.forgot or .me.now == "none" then null
	elif .me.now == "invite" or .me.now == "knock" then [.me.now, door]
	elif .me.last_join == -1 then ["leave", names([$own[-1].nr]), [], {}]
	elif .me.now == "join" then ["join", names($run),
	    state($run[0] - 1), due_receipts]
	else .me.ended as $ended | run($ended) as $run |
	    ["leave", names($run), state($run[0] - 1), {}] end;

# The same since m3: who came in since is told as at first, and others what is
# new to them.
def due_half:
	.nr.m3 as $half | .me.upto as $upto | .me.ended as $ended |
	if .me.own == [] or .me.forgot then null
	elif .me.now == "invite" or .me.now == "knock" then null
	elif .me.last_join == -1 or .me.last_join > $half then due_sync
	elif .me.now == "join" then ["join",
	    names(run($upto) | map(select(. > $half))), [], due_receipts]
	else ["leave", names(run($ended) | map(select(. > $half))), [], {}]
	end;

# In 2015's: an invitation is an event, and the state is that at the end.
def due_initial:
	.me.upto as $upto | .me.own as $own |
	if .me.forgot or .me.now == "none" or .me.now == "knock" then null
	elif .me.now == "invite" then
		["invite", names([$own[-1].nr]), door, {}]
	elif .me.last_join == -1 then
		names([$own[-1].nr]) as $out | ["leave", $out, $out, {}]
	elif .me.now == "join" then ["join", names(run($upto)), state($upto),
	    due_receipts]
	else .me.ended as $ended |
	    [.me.now, names(run($ended)), state($ended), {}] end;

# As it happens: to those who are out only what made them so is told besides.
def due_events:
	if .me.forgot or .me.now == "none" then []
	elif .me.now == "join" then names(.me.see)
	elif .me.last_join == -1 then names([.me.own[-1].nr])
	else .me.ended as $ended | names(seen(0; $ended)) end;

# Rooms that somebody has nothing to do with are not searched.
def due_search:
	.nr as $nr |
	if .me.view == "none" or .me.forgot or .me.now == "none" then []
	else names(.me.see - (.me.see - [said[] | $nr[.]])) end;

def due:
	.me.upto as $upto | .me.see as $see | .last as $last | .nr as $nr | {
	messages: in_room(names(seen(0; $upto))),
	bundles: in_room(all_threads(seen(0; $upto))),
	state: in_room(state($upto)),
	members: in_room(state_at($upto) |
	    map(select(.type == "m.room.member").named) | sort),
	topic: in_room(state_at($upto)["m.room.topic "].content),
	joined_members: to_members(state_at($last) |
	    map(select(.content.membership == "join").state_key) | sort),
	aliases: (if .me.view == "now" then
	    [state_at($last)["m.room.canonical_alias "].content.alias]
	    else 403 end),
	room_initial: in_room([names(run($upto)), state($upto), due_receipts]),
	relations: to_users(seeing("m1"; names(replies("m1")))),
	threads: to_users(in_room(all_threads($see))),
	first: to_users(in_room(if $see == [] then 404 else name($see[0]) end)),
	last: to_users(in_room(if $see == [] then 404 else name($see[-1]) end)),
	m1: seeing("m1"; name($nr.m1)),
	m4: to_users(seeing("m4"; name($nr.m4))),
	m5: seeing("m5"; name($nr.m5)),
	context: seeing("m3"; due_context("m3")),
	sync: due_sync,
	since: due_sync,
	half: due_half,
	initial: to_users(due_initial),
	events: to_users(due_events),
	search: to_users(due_search)
};

# --------------------------------------------------------- what they got

# With .named, that of a room: names of what came, in the order of the room.
def name_of($named): $named[.event_id] // "unknown \(.event_id)";
def list($named): map(name_of($named));
def set($named): list($named) | sort;
def threads_in($named):
	map(select(.unsigned["m.relations"]["m.thread"]) | {
	    (name_of($named)): (.unsigned["m.relations"]["m.thread"] |
	    [(.latest_event | name_of($named)), .count]) }) | add // {};
def receipts_in($named):
	map(select(.type == "m.receipt").content | with_entries({
	    key: ({ event_id: .key } | name_of($named)),
	    value: (.value["m.read"] | keys) })) | add // {};
def door_in:
	map({ (.type + " " + .state_key): .content }) | add // {};

# Of an answer that came; of a refusal its status; of nonsense what is wrong.
def given(what):
	if .status == 200 then .body | try what catch "odd: \(.)"
	else .status end;

def sync_in($id; $named):
	given(.rooms as $rooms | ["join", "invite", "knock", "leave"] |
	    map(. as $in | $rooms[$in][$id] // empty |
	    if .timeline then [$in, (.timeline.events | list($named)),
		(.state.events | set($named)),
		((.ephemeral.events // []) | receipts_in($named))]
	    else [$in, (.[$in + "_state"].events | door_in)] end) |
	    if length > 1 then . else .[0] end);

def initial_in($id; $named):
	given(.receipts as $receipts | [.rooms[] | select(.room_id == $id)][0] |
	    if . == null then null
	    elif .invite then [.membership, ([.invite] | list($named)),
		(.invite.unsigned.invite_room_state | door_in), {}]
	    else [.membership, (.messages.chunk | list($named)),
		(.state | set($named)), ($receipts |
		map(select(.room_id == $id)) | receipts_in($named))] end);

# Pages, one behind the other.
def paged(what):
	map(given(what)) | if all(type == "array") then add else .[0] end;

# alone: answers of this room; whole: those of all rooms, lists of pages.
def got($id; $alone; $whole):
	.named as $named | {
	messages: ($alone.messages | given(.chunk | reverse | list($named))),
	bundles: ($alone.messages | given(.chunk | threads_in($named))),
	state: ($alone.state | given(set($named))),
	members: ($alone.members | given(.chunk | set($named))),
	topic: ($alone.topic | given(.)),
	joined_members: ($alone.joined_members | given(.joined | keys)),
	aliases: ($alone.aliases | given(.aliases)),
	room_initial: ($alone.room_initial | given([
	    (.messages.chunk | list($named)), (.state | set($named)),
	    (.receipts | receipts_in($named))])),
	relations: ($alone.relations |
	    given(.chunk | reverse | list($named))),
	threads: ($alone.threads | given(.chunk | threads_in($named))),
	first: ($alone.first | given(name_of($named))),
	last: ($alone.last | given(name_of($named))),
	m1: ($alone.m1 | given(name_of($named))),
	m4: ($alone.m4 | given(name_of($named))),
	m5: ($alone.m5 | given(name_of($named))),
	context: ($alone.context | given([
	    (.events_before | reverse | list($named)),
	    (.event | name_of($named)), (.events_after | list($named)),
	    (.state | set($named))])),
	sync: ($whole.sync[0] | sync_in($id; $named)),
	since: ($whole.since[0] | sync_in($id; $named)),
	half: ($whole.half[0] | sync_in($id; $named)),
	initial: ($whole.initial[0] | initial_in($id; $named)),
	events: ($whole.events | paged(.chunk | map(select(.event_id and
	    .room_id == $id)) | list($named))),
	search: ($whole.search | paged([.search_categories.room_events
	    .results[].result | select(.room_id == $id)] | list($named)) |
	    if type == "array" then reverse else . end)
};

# What may not be seen and yet stands in some answer, wherever that is.
def leaked($name; $texts):
	.nr as $nr | .me.see as $see | said[] |
	select($nr[.] as $n | $see | index($n) | not) |
	select("said \(.) in \($name)\"" as $hidden |
	    $texts | any(contains($hidden)));

# ------------------------------------------------------------- the verdict

[inputs] |
(reduce (.[] | select(.room != "")) as $a ({};
    .[$a.reader][$a.room][$a.of] = $a)) as $alone |
(reduce (.[] | select(.room == "")) as $a ({};
    .[$a.reader][$a.of] += [$a])) as $whole |
[$alone.alice | to_entries[] | .key as $name | .value.messages.body |
    .chunk[0].room_id as $id | room |
    { name: $name, id: $id, all: ., readers: ([(plan | keys[]) as $reader |
	{ ($reader): seen_by($reader) }] | add) }] as $rooms |

def verdict($name; $wrong):
	if $wrong == [] then "ok \($name)" else "not ok \($name)", $wrong[] end;

verdict("all rooms are there"; if $rooms | length == 16 then [] else ["#"] end),
verdict("all that was said is there, in order"; [$rooms[] |
    select([.all.events[] | said_in] != said) | "# \(.name)"]),
(plan | keys[] as $reader | .[$reader] as $plan |
    verdict("\($reader) did \($plan | join(", "))"; [$rooms[] |
	select([.readers[$reader].me.own[].content.membership] != $plan) |
	"# \(.name)"])),
(plan | keys[] as $reader |
    [$rooms[] | .name as $name | .id as $id | .readers[$reader] |
	{ name: $name, due: due,
	got: got($id; $alone[$reader][$name]; $whole[$reader]) }] as $cells |
    ($cells[0].due | keys_unsorted[]) as $of |
    verdict("\($reader), \($of)"; [$cells[] |
	select(.due[$of] != .got[$of]) |
	"# \(.name): got \(.got[$of] | tojson)",
	"# \(.name): due \(.due[$of] | tojson)"])),
(plan | keys[] as $reader | ($whole[$reader] | tojson) as $text |
    verdict("\($reader), nothing else of what is hidden";
	[$rooms[] | .name as $name | .readers[$reader] |
	leaked($name; [$text, ($alone[$reader][$name] | tojson)]) |
	"# \($name): \(.)"]))
