// sliding.mjs - matrix-js-sdk of today with sliding sync: it finds its rooms,
// an invitation among them, and follows a conversation of 1,000 messages while
// all programs of the server are ended again and again.
//
// usage: node sliding.mjs BASE_URL RESTART
//
// RESTART ends all programs, and returns when their successors run.

import { execFileSync } from "node:child_process";
import { sdk } from "./node.mjs";
import { SlidingSync } from "matrix-js-sdk/lib/sliding-sync.js";
import { login, membership, register } from "./people.mjs";
import { ok, until, says, same } from "./tap.mjs";

const [, , baseUrl, restart] = process.argv;
const MESSAGES = 1000;
const ROUNDS = 5;

// Sent again by the same transaction id until it is taken, as an outbox does.
async function say(client, room, text) {
	for (;;) {
		try {
			return await client.sendEvent(room, "m.room.message",
			    { msgtype: "m.text", body: text }, `txn ${text}`);
		} catch (err) {
			if (err.httpStatus && err.httpStatus < 500)
				throw err;
		}
	}
}

await register(baseUrl, "ann");
await register(baseUrl, "bob");
const ann = await login(baseUrl, "ann");
const bob = await login(baseUrl, "bob");
ok(await ann.doesServerSupportUnstableFeature("org.matrix.simplified_msc3575"),
    "the server says that it has sliding sync");

const { room_id: room } = await bob.createRoom({
	name: "Tea", preset: sdk.Preset.PublicChat,
});
await ann.joinRoom(room);

const heard = [];
ann.on(sdk.RoomEvent.Timeline, (event, where, toStart) => {
	if (!toStart && where.roomId === room && event.getType() === "m.room.message")
		heard.push(event.getContent().body);
});
const lists = new Map([["all", {
	ranges: [[0, 20]], timeline_limit: 20,
	required_state: [["m.room.name", ""], ["m.room.member", "$LAZY"],
	    ["m.room.member", "$ME"], ["m.room.topic", ""]],
}]]);
const slidingSync = new SlidingSync(baseUrl, lists, { timeline_limit: 20, required_state: [] },
    ann, 30000);
await ann.startClient({ slidingSync });
await until(ann, sdk.ClientEvent.Sync, "ann has synced",
    () => ann.getSyncState() === sdk.SyncState.Syncing);
ok(ann.getRoom(room)?.name === "Tea" && membership(ann, room) === "join", "she is in her room");
ok(slidingSync.getListData("all").joinedCount === 1, "which is the only one");

const { room_id: cellar } = await bob.createRoom({ name: "Cellar" });
await bob.invite(cellar, ann.getUserId());
await until(ann, sdk.ClientEvent.Room, "an invitation reaches her",
    () => membership(ann, cellar) === "invite");
ok(ann.getRoom(cellar).name === "Cellar", "with the name of the room");
await ann.joinRoom(cellar);
await until(ann, sdk.RoomEvent.MyMembership, "she comes in",
    () => membership(ann, cellar) === "join");

const wanted = says("bob", MESSAGES);
for (let round = 0; round < ROUNDS; round++) {
	const part = wanted.slice(round * MESSAGES / ROUNDS, (round + 1) * MESSAGES / ROUNDS);
	const half = part.length / 2;
	for (const text of part.slice(0, half))
		await say(bob, room, text);
	execFileSync(restart);
	for (const text of part.slice(half))
		await say(bob, room, text);
	await until(ann, sdk.RoomEvent.Timeline, `round ${round + 1}: ann has heard all`,
	    () => heard.at(-1) === part.at(-1));
}
ok(same(heard, wanted), `all ${MESSAGES} messages, in order and once`);

const last = ann.getRoom(room).getLiveTimeline().getEvents().at(-1);
await bob.sendTyping(room, true, 30000);
await until(ann, sdk.RoomMemberEvent.Typing, "ann sees bob type",
    () => ann.getRoom(room).getMember(bob.getUserId())?.typing);
await bob.sendReadReceipt(last);
await until(ann, sdk.RoomEvent.Receipt, "and how far he has read",
    () => ann.getRoom(room).hasUserReadEvent(bob.getUserId(), last.getId()));
const other = await login(baseUrl, "ann");
await other.setAccountData("org.example.colour", { is: "blue" });
await until(ann, sdk.ClientEvent.AccountData, "and what her other client keeps",
    () => ann.getAccountData("org.example.colour")?.getContent().is === "blue");
await bob.setRoomTopic(room, "At five");
await until(ann, sdk.RoomStateEvent.Events, "and the topic", () => ann.getRoom(room).currentState
	.getStateEvents("m.room.topic", "")?.getContent().topic === "At five");

ann.stopClient();
process.exit(0);
