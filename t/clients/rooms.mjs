// rooms.mjs - what today's matrix-js-sdk asks of rooms besides talking in them:
// relations, threads, edits, redaction, search, history; the directory, spaces,
// knocking, summaries, upgrades; leaving and forgetting.
//
// usage: node rooms.mjs BASE_URL

import { sdk } from "./node.mjs";
import { RoomHierarchy } from "matrix-js-sdk/lib/room-hierarchy.js";
import { login, membership, refusal, register, start } from "./people.mjs";
import { ok, until, same } from "./tap.mjs";

const baseUrl = process.argv[2];
const MESSAGES = 60;	// more than a page

await register(baseUrl, "ann");
await register(baseUrl, "bob");
const ann = await login(baseUrl, "ann");
const bob = await login(baseUrl, "bob");
await start(ann, "ann", { threadSupport: true });
await start(bob, "bob", { threadSupport: true, lazyLoadMembers: true });

async function arrives(client, room, what = "join") {
	const name = `${client.getUserId()} is told: ${what}`;
	await until(client, sdk.ClientEvent.Room, name, () => client.getRoom(room));
	await until(client, sdk.RoomEvent.MyMembership, name,
	    () => membership(client, room) === what);
}

const { room_id: room } = await ann.createRoom({
	name: "Tea", topic: "At five", room_alias_name: "tea",
	preset: sdk.Preset.PublicChat, visibility: sdk.Visibility.Public,
});
await arrives(ann, room);
await bob.joinRoom("#tea:localhost");
await arrives(bob, room);
ok(ann.getRoom(room).currentState.getStateEvents("m.room.topic", "")
	.getContent()["m.topic"]["m.text"][0].body === "At five", "createRoom: the topic as text");
ok(ann.getRoom(room).getCanonicalAlias() === "#tea:localhost", "and its alias");

// -------------------------------------------------------------- relations

const { event_id: root } = await ann.sendTextMessage(room, "Milk?");
// Not by the client that syncs: when the echo of an event that has to do with a
// thread overtakes the answer to its request, the library takes it for an error.
const phone = await login(baseUrl, "bob");
const { event_id: thread } = await phone.sendEvent(room, root, "m.room.message",
    { msgtype: "m.text", body: "a little" });
const { event_id: reaction } = await phone.sendEvent(room, "m.reaction",
    { "m.relates_to": { rel_type: "m.annotation", event_id: root, key: "👍" } });
ok(await refusal(phone.sendEvent(room, "m.reaction",
    { "m.relates_to": { rel_type: "m.annotation", event_id: root, key: "👍" } })) ===
    "M_DUPLICATE_ANNOTATION", "the same reaction twice is one too many");
const desk = await login(baseUrl, "ann");
await desk.sendMessage(room, {
	msgtype: "m.text", body: "* Sugar?",
	"m.new_content": { msgtype: "m.text", body: "Sugar?" },
	"m.relates_to": { rel_type: "m.replace", event_id: root },
});
const edits = await bob.relations(room, root, "m.replace", "m.room.message");
ok(edits.originalEvent.getId() === root && edits.events.length === 1,
    "relations: the edit of a message");
const reactions = await ann.relations(room, root, "m.annotation", "m.reaction");
ok(same(reactions.events.map((e) => e.getId()), [reaction]), "relations: its reaction");
ok(edits.originalEvent.getServerAggregatedRelation("m.replace").content["m.new_content"].body ===
    "Sugar?", "the message brings its edit along");
ok(edits.originalEvent.getServerAggregatedRelation("m.thread").latest_event.event_id === thread,
    "and where its thread is");
const one = await bob.relations(room, root, null, null, { limit: 1, dir: sdk.Direction.Backward });
const two = await bob.relations(room, root, null, null,
    { limit: 1, dir: sdk.Direction.Backward, from: one.nextBatch });
ok(one.events.length === 1 && two.events.length === 1 &&
    one.events[0].getId() !== two.events[0].getId(), "relations come page by page");

// --------------------------------------------------------------- threads

ok(sdk.Thread.hasServerSideListSupport === sdk.FeatureSupport.Stable,
    "the library knows that this server lists threads");
const list = await bob.createThreadListMessagesRequest(room, null, 10,
    sdk.Direction.Backward, sdk.ThreadFilterType.My);
ok(same(list.chunk.map((e) => e.event_id), [root]), "the list of bob's threads");
const threads = ann.getRoom(room);
await threads.createThreadsTimelineSets();
await threads.fetchRoomThreads();
ok(threads.getThreads().some((t) => t.id === root && t.length === 1),
    "the library makes a thread of it");
const inside = threads.getThread(root);
const line = await ann.getThreadTimeline(inside.timelineSet, thread);
ok(line.getEvents().some((e) => e.getId() === thread), "and finds its place in there");

// ------------------------------------------------------ history and search

for (let i = 1; i <= MESSAGES; i++)
	await ann.sendTextMessage(room, `cup ${i} of ${i % 2 ? "assam" : "ceylon"}`);
const later = await login(baseUrl, "bob");
await start(later, "bob, later", { lazyLoadMembers: true });
const seen = () => later.getRoom(room).getLiveTimeline().getEvents()
	.filter((e) => e.getContent().body?.startsWith("cup"))
	.map((e) => Number(e.getContent().body.split(" ")[1]));
ok(seen().length < MESSAGES, "a fresh client has the newest messages");
while (seen().length < MESSAGES && later.getRoom(room).oldState.paginationToken)
	await later.scrollback(later.getRoom(room), 20);
ok(same(seen(), Array.from({ length: MESSAGES }, (_, i) => i + 1)),
    "scrolling back gives the rest, each once and in order");
const set = later.getRoom(room).getUnfilteredTimelineSet();
const around = await later.getEventTimeline(set, root);
ok(around.getEvents().some((e) => e.getId() === root), "context: the timeline around a message");
const fresh = new sdk.EventTimelineSet(later.getRoom(room),
    { timelineSupport: true });
const apart = await later.getEventTimeline(fresh, root);
while (await later.paginateEventTimeline(apart, { backwards: true, limit: 5 }))
	;
ok(apart.getEvents()[0].getType() === "m.room.create", "and from there to the first event");
while (await later.paginateEventTimeline(apart, { backwards: false, limit: 20 }))
	;
ok(apart.getEvents().at(-1).getContent().body === `cup ${MESSAGES} of ceylon`,
    "and to the last");
const first = await bob.timestampToEvent(room, 0, sdk.Direction.Forward);
ok((await bob.fetchRoomEvent(room, first.event_id)).type === "m.room.create",
    "timestampToEvent: the first event there is");

const found = await bob.searchRoomEvents({ term: "assam", filter: { limit: 10 } });
ok(found.count === MESSAGES / 2 && found.results.length === 10, "search: a page of what there is");
while (found.next_batch)
	await bob.backPaginateRoomEventsSearch(found);
ok(new Set(found.results.map((x) => x.context.getEvent().getId())).size === MESSAGES / 2,
    "search: all of it, each once");
ok(found.results.every((x) => x.context.getTimeline().length > 1) &&
    found.highlights.includes("assam"),
    "search: with what was said around it");

// --------------------------------------------------------------- redaction

const { event_id: slip } = await bob.sendTextMessage(room, "Coffee!");
await until(ann, sdk.RoomEvent.Timeline, "ann reads a slip",
    () => ann.getRoom(room).findEventById(slip));
await ann.redactEvent(room, slip, undefined, { reason: "This is a tea room" });
await until(bob, sdk.RoomEvent.Redaction, "bob sees it gone",
    () => bob.getRoom(room).findEventById(slip)?.isRedacted());
ok(same(bob.getRoom(room).findEventById(slip).getContent(), {}), "with its text");
const gone = new sdk.MatrixEvent(await bob.fetchRoomEvent(room, slip));
ok(gone.isRedacted() && gone.getRedactionEvent().content.reason === "This is a tea room",
    "and why is told with it");
await until(bob, sdk.RoomEvent.Timeline, "the reaction is there",
    () => ann.getRoom(room).relations.getChildEventsForEvent(root, "m.annotation", "m.reaction"));
await bob.redactEvent(room, reaction);
await until(ann, sdk.RoomEvent.Redaction, "a reaction is taken back", () => same(ann.getRoom(room)
	.relations.getChildEventsForEvent(root, "m.annotation", "m.reaction")?.getRelations() ?? [],
    []));

// ------------------------------------------------------ directory and spaces

const listed = await bob.publicRooms({ limit: 5, filter: { generic_search_term: "tea" } });
ok(listed.chunk[0].room_id === room && listed.chunk[0].num_joined_members === 2,
    "publicRooms finds it by a word");
ok((await bob.publicRooms({ limit: 5 })).chunk[0].canonical_alias === "#tea:localhost",
    "and lists it");
ok((await ann.getRoomDirectoryVisibility(room)).visibility === "public", "it is public");
ok((await ann.getLocalAliases(room)).aliases.includes("#tea:localhost"), "its aliases");
const { room_id: space } = await ann.createRoom({
	name: "House", creation_content: { type: sdk.RoomType.Space },
	preset: sdk.Preset.PublicChat,
});
await ann.sendStateEvent(space, "m.space.child", { via: ["localhost"], suggested: true }, room);
await arrives(ann, space);
const tree = await bob.getRoomHierarchy(space, 10);
ok(same(tree.rooms.map((x) => x.room_id), [space, room]) &&
    tree.rooms[0].children_state[0].state_key === room, "getRoomHierarchy: the space and its room");
const house = new RoomHierarchy(ann.getRoom(space), 1);
while (house.canLoadMore)
	await house.load();
ok(house.isSuggested(space, room), "page by page, as the library walks it");
const summary = await bob.getRoomSummary(space);
ok(summary.room_type === "m.space" && summary.membership === "leave", "getRoomSummary");

// ---------------------------------------------------------------- knocking

const { room_id: club } = await ann.createRoom({
	name: "Club", initial_state: [{ type: "m.room.join_rules", state_key: "",
	    content: { join_rule: "knock" } }],
});
await arrives(ann, club);
await bob.knockRoom(club, { reason: "May I?" });
await arrives(bob, club, "knock");
ok(bob.getRoom(club).name === "Club", "who knocks sees the name at the door");
await until(ann, sdk.RoomStateEvent.Members, "ann hears it",
    () => ann.getRoom(club).getMember(bob.getUserId())?.membership === "knock");
await ann.invite(club, bob.getUserId(), "Come");
await until(bob, sdk.RoomEvent.MyMembership, "bob is let in",
    () => membership(bob, club) === "invite");
await bob.joinRoom(club);
await until(bob, sdk.RoomEvent.MyMembership, "and comes", () => membership(bob, club) === "join");
ok(same(Object.keys((await ann.getJoinedRoomMembers(club)).joined).sort(),
    [ann.getUserId(), bob.getUserId()]), "joined_members names both");
ok((await ann.members(club, "join")).chunk.length === 2, "and so does members");

// ----------------------------------------------------------------- upgrade

const { replacement_room: next } = await ann.upgradeRoom(club, "12", [bob.getUserId()]);
await arrives(ann, next);
await until(bob, sdk.RoomStateEvent.Events, "bob is told where it goes on", () => bob.getRoom(club)
	.currentState.getStateEvents("m.room.tombstone", "")?.getContent().replacement_room === next);
await ann.invite(next, bob.getUserId());
await bob.joinRoom(next);
await arrives(bob, next);
ok(same(bob.getRoomUpgradeHistory(next, true).map((x) => x.roomId), [club, next]),
    "the library links the two rooms");
ok(bob.getRoom(next).getMember(bob.getUserId()).powerLevel === Infinity,
    "an additional creator stands above all");

// ---------------------------------------------- tags, markers; leave, forget

await bob.setRoomTag(room, "u.drinks", { order: 0.1 });
ok((await bob.getRoomTags(room)).tags["u.drinks"].order === 0.1, "a tag");
await bob.deleteRoomTag(room, "u.drinks");
await until(bob, sdk.RoomEvent.Tags, "comes and goes",
    () => !bob.getRoom(room).tags["u.drinks"]);
const last = bob.getRoom(room).getLiveTimeline().getEvents().at(-1);
await bob.setRoomReadMarkers(room, root, last);
await until(bob, sdk.RoomEvent.AccountData, "bob's read marker",
    () => bob.getRoom(room).getAccountData("m.fully_read")?.getContent().event_id === root);
await until(ann, sdk.RoomEvent.Receipt, "and his receipt",
    () => ann.getRoom(room).hasUserReadEvent(bob.getUserId(), last.getId()));
await bob.reportRoom(room, "Coffee is not allowed");
await bob.reportEvent(room, root, -100, "Milk");
ok(true, "a room and an event are reported");

const peeked = await refusal(bob.roomInitialSync(space, 5));
ok(peeked === "M_FORBIDDEN", "who is not in a room that is not for all to read may not");
await ann.sendStateEvent(space, "m.room.history_visibility",
    { history_visibility: "world_readable" }, "");
ok((await bob.roomInitialSync(space, 5)).state.some((e) => e.type === "m.room.create"),
    "roomInitialSync: one that is");

await bob.leave(room);
await until(bob, sdk.RoomEvent.MyMembership, "bob leaves", () => membership(bob, room) === "leave");
await bob.forget(room);
ok(bob.getRoom(room) === null && await refusal(bob.roomState(room)) === "M_FORBIDDEN",
    "and forgets");
await ann.deleteAlias("#tea:localhost");
ok(await refusal(bob.getRoomIdForAlias("#tea:localhost")) === "M_NOT_FOUND", "an alias goes");

for (const client of [ann, bob, later])
	client.stopClient();
process.exit(0);
