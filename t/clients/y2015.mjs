// y2015.mjs - the same with matrix-js-sdk 0.3.0 of October 2015, which speaks
// api/v1 and v2_alpha; and the rest of what it does in a room.
//
// usage: node y2015.mjs BASE_URL

import { createRequire } from "node:module";
import { ok, until, says, same } from "./tap.mjs";

const sdk = createRequire(import.meta.url)("matrix-js-sdk-2015");
const baseUrl = process.argv[2];
const MESSAGES = 50;

async function register(name) {
	const client = sdk.createClient({ baseUrl });
	let told;
	try {
		await client.register(name, `${name}'s secret`, undefined, {});
	} catch (err) {
		told = err;
	}
	ok(told?.httpStatus === 401, `${name} is told the flows`);
	const done = await client.register(name, `${name}'s secret`,
	    told.data.session, { type: "m.login.dummy" });
	ok(done.user_id === `@${name}:localhost` && done.access_token &&
	    done.home_server === "localhost", `${name} registers`);
}

async function login(name) {
	const session = await sdk.createClient({ baseUrl })
		.loginWithPassword(name, `${name}'s secret`);
	ok(session.home_server === "localhost", `${name} logs in`);
	return sdk.createClient({
		baseUrl, userId: session.user_id, accessToken: session.access_token,
	});
}

// 0.3.0 adds its own message to the timeline at once and again, matched by
// event id, when it comes down the stream; what the other says comes once.
function listen(client) {
	const heard = [];
	client.on("Room.timeline", (event, room, toStart) => {
		if (!toStart && event.getType() === "m.room.message" &&
		    event.getSender() !== client.credentials.userId)
			heard.push(event.getContent().body);
	});
	return heard;
}

async function start(client, name) {
	let synced = false;
	client.on("syncComplete", () => { synced = true; });
	client.startClient({ initialSyncLimit: 12 });
	await until(client, "syncComplete", `${name} has synced`, () => synced);
}

const membership = (client, room) => client.getRoom(room)
	?.getMember(client.credentials.userId)?.membership;

await register("ann");
await register("bob");
const ann = await login("ann");
const bob = await login("bob");
const annHeard = listen(ann), bobHeard = listen(bob);
await start(ann, "ann");
await start(bob, "bob");

const { room_id: room } = await ann.createRoom({ visibility: "private", name: "Tea" });
await until(ann, "event", "the room appears to ann", () => ann.getRoom(room) !== null);
await ann.invite(room, bob.credentials.userId);
await until(bob, "event", "the invite reaches bob",
    () => membership(bob, room) === "invite");
await bob.joinRoom(room);
await until(ann, "event", "ann sees bob join",
    () => ann.getRoom(room)?.getMember(bob.credentials.userId)?.membership === "join");
ok(bob.getRoom(room)?.name === "Tea", "bob knows the room's name");

async function say(client, texts) {
	for (const text of texts)
		await client.sendTextMessage(room, text);
}
await Promise.all([
	say(ann, says("ann", MESSAGES)), say(bob, says("bob", MESSAGES)),
]);
await ann.sendTextMessage(room, "the end");
await bob.sendTextMessage(room, "the end");
await until(bob, "event", "bob hears the end", () => bobHeard.includes("the end"));
await until(ann, "event", "ann hears the end", () => annHeard.includes("the end"));
ok(same(bobHeard, [...says("ann", MESSAGES), "the end"]), "in order and once, to bob");
ok(same(annHeard, [...says("bob", MESSAGES), "the end"]), "in order and once, to ann");

// History: what was said can be paged back to.
const aRoom = bob.getRoom(room);
await bob.scrollback(aRoom, 30);
const said = aRoom.timeline.filter((e) => e.getType() === "m.room.message")
	.map((e) => e.getId());
ok(new Set(said).size === said.length, "paging back doubles nothing");

async function refused(promise, errcode, name) {
	let told;
	try {
		await promise;
	} catch (err) {
		told = err;
	}
	ok(told?.errcode === errcode, name);
}
const bobsId = bob.credentials.userId;
const bobSeen = (client) => client.getRoom(room).getMember(bobsId);

// Who types, and who has read what.
await bob.sendTyping(room, true, 60000);
await until(ann, "RoomMember.typing", "ann sees bob type",
    () => bobSeen(ann).typing);
await bob.sendTyping(room, false);
await until(ann, "RoomMember.typing", "and stop", () => !bobSeen(ann).typing);

const { event_id: last } = await ann.sendTextMessage(room, "read this");
const lastOf = (client) => client.getRoom(room).timeline
	.find((e) => e.getId() === last);
await until(bob, "event", "bob has something to read", () => lastOf(bob));
await bob.sendReadReceipt(lastOf(bob));
await until(ann, "event", "ann sees that he read it",
    () => ann.getRoom(room).getUsersReadUpTo(lastOf(ann)).includes(bobsId));

// Redaction: POST without a transaction id, as clients of the time sent it.
await refused(bob.redactEvent(room, last), "M_FORBIDDEN",
    "bob may not redact what ann said");
await ann.redactEvent(room, last);
await until(bob, "event", "ann may, and bob hears of it",
    () => bob.getRoom(room).timeline.some((e) => e.event.redacts === last));
const { messages } = await bob.roomInitialSync(room, 2);
const stripped = messages.chunk.find((e) => e.event_id === last);
ok(same(stripped.content, {}) && stripped.redacted_because.redacts === last,
    "what it said is gone, and says why");

// The directory.
const alias = "#tea:localhost";
await ann.createAlias(alias, room);
ok((await bob.resolveRoomAlias(alias)).room_id === room, "the alias leads there");
await until(bob, "event", "m.room.aliases tells bob", () => same(
    bob.getRoom(room).currentState.getStateEvents("m.room.aliases", "localhost")
	?.getContent().aliases, [alias]));
ok((await bob.publicRooms()).chunk.length === 0, "a private room is not listed");
const open = await bob.createRoom({
	visibility: "public", room_alias_name: "cake", name: "Cake",
});
const [listed] = (await ann.publicRooms()).chunk;
ok(listed.room_id === open.room_id && listed.name === "Cake" &&
    same(listed.aliases, ["#cake:localhost"]), "a public one is");
ok((await ann.joinRoom("#cake:localhost")).roomId === open.room_id,
    "ann joins by its alias");

// Names: of the room, its topic, and a user's own in every room.
await ann.setRoomName(room, "Green tea");
await ann.setRoomTopic(room, "leaves");
await until(bob, "event", "bob hears the new name",
    () => bob.getRoom(room).name === "Green tea");
ok((await bob.getStateEvent(room, "m.room.topic", "")).topic === "leaves",
    "and reads the topic");
await bob.setDisplayName("Robert");
await until(ann, "event", "bob's new name reaches the room",
    () => bobSeen(ann).name === "Robert");

// Power, then out and in again: kick and unban are "leave", set as state.
await refused(bob.setRoomName(room, "Mine"), "M_FORBIDDEN",
    "bob may not name the room");
await ann.setPowerLevel(room, bobsId, 50, ann.getRoom(room).currentState
	.getStateEvents("m.room.power_levels", ""));
await until(bob, "event", "bob is given power",
    () => bobSeen(bob).powerLevel === 50);
await bob.setRoomName(room, "Ours");
await refused(bob.kick(room, ann.credentials.userId), "M_FORBIDDEN",
    "but none over ann");
const outcast = async (deed, membership, name) => {
	await deed;
	await until(ann, "event", name,
	    () => bobSeen(ann).membership === membership);
	await until(bob, "event", name + ", as bob hears",
	    () => bobSeen(bob).membership === membership);
};
await outcast(ann.kick(room, bobsId, "too loud"), "leave", "ann kicks bob");
await refused(bob.joinRoom(room), "M_FORBIDDEN", "who needs a new invitation");
await outcast(ann.ban(room, bobsId, "still"), "ban", "ann bans bob");
await refused(ann.invite(room, bobsId), "M_FORBIDDEN",
    "who is banned is not invited");
await outcast(ann.unban(room, bobsId), "leave", "and unbans him");
const state = await bob.roomState(room);
ok(Array.isArray(state) && state.some((e) => e.type === "m.room.name" &&
    e.content.name === "Ours"), "who left reads the state he left");
await ann.invite(room, bobsId);
await bob.joinRoom(room);
await until(ann, "event", "bob is back",
    () => bobSeen(ann).membership === "join");
await outcast(bob.leave(room), "leave", "and leaves");
process.exit(0);
