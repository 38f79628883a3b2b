// today.mjs - two users of today's matrix-js-sdk: register, log in, meet in a
// room, 50 messages each way in order and exactly once, see each other type and
// read, tag the room, log out.
//
// usage: node today.mjs BASE_URL

import { sdk } from "./node.mjs";
import { login, membership, register, start } from "./people.mjs";
import { ok, until, says, same } from "./tap.mjs";

const baseUrl = process.argv[2];
const MESSAGES = 50;

// The texts of the other's messages, in the order of the timeline.
function listen(client) {
	const heard = [];
	client.on(sdk.RoomEvent.Timeline, (event, room, toStart) => {
		if (!toStart && event.getType() === "m.room.message" &&
		    event.getSender() !== client.getUserId())
			heard.push(event.getContent().body);
	});
	return heard;
}

await register(baseUrl, "ann");
await register(baseUrl, "bob");
const ann = await login(baseUrl, "ann");
const bob = await login(baseUrl, "bob");
const annHeard = listen(ann), bobHeard = listen(bob);
await start(ann, "ann");
await start(bob, "bob");

const { room_id: room } = await ann.createRoom({ name: "Tea", topic: "At five" });
await until(ann, sdk.ClientEvent.Room, "the room appears to ann",
    () => membership(ann, room) === "join");
await ann.invite(room, bob.getUserId());
// Membership changes before the client knows the room: look when it does.
await until(bob, sdk.ClientEvent.Room, "the invite reaches bob",
    () => membership(bob, room) === "invite");
await bob.joinRoom(room);
await until(bob, sdk.RoomEvent.MyMembership, "bob is in",
    () => membership(bob, room) === "join");
await until(ann, sdk.RoomStateEvent.Members, "ann sees bob join",
    () => ann.getRoom(room)?.getMember(bob.getUserId())?.membership === "join");
await until(bob, sdk.RoomStateEvent.Events, "bob knows the room's name",
    () => bob.getRoom(room)?.name === "Tea");

async function say(client, texts) {
	for (const text of texts)
		await client.sendTextMessage(room, text);
}
await Promise.all([
	say(ann, says("ann", MESSAGES)), say(bob, says("bob", MESSAGES)),
]);
await until(bob, sdk.RoomEvent.Timeline, "bob has heard as many as ann said",
    () => bobHeard.length >= MESSAGES);
await until(ann, sdk.RoomEvent.Timeline, "ann has heard as many as bob said",
    () => annHeard.length >= MESSAGES);

// One more each way: a doubled message would have come before it.
await ann.sendTextMessage(room, "the end");
await until(bob, sdk.RoomEvent.Timeline, "bob hears the end",
    () => bobHeard.includes("the end"));
await bob.sendTextMessage(room, "the end");
await until(ann, sdk.RoomEvent.Timeline, "ann hears the end",
    () => annHeard.includes("the end"));
ok(same(bobHeard, [...says("ann", MESSAGES), "the end"]), "in order and once, to bob");
ok(same(annHeard, [...says("bob", MESSAGES), "the end"]), "in order and once, to ann");

const mine = ann.getRoom(room).getLiveTimeline().getEvents()
	.filter((e) => e.getSender() === ann.getUserId() && e.getType() === "m.room.message");
ok(mine.length === MESSAGES + 1, "her own echoes became the events, none doubled");

// What is not in the timeline: typing, a receipt, and a tag from ann's other
// client.
const last = bob.getRoom(room).getLiveTimeline().getEvents()
	.findLast((e) => e.getSender() === ann.getUserId());
await bob.sendTyping(room, true, 30000);
await until(ann, sdk.RoomMemberEvent.Typing, "ann sees bob type",
    () => ann.getRoom(room).getMember(bob.getUserId()).typing);
await bob.sendTyping(room, false, 0);
await until(ann, sdk.RoomMemberEvent.Typing, "ann sees bob stop",
    () => !ann.getRoom(room).getMember(bob.getUserId()).typing);
await bob.sendReadReceipt(last);
await until(ann, sdk.RoomEvent.Receipt, "ann sees how far bob has read",
    () => ann.getRoom(room).hasUserReadEvent(bob.getUserId(), last.getId()));
const other = await login(baseUrl, "ann");
await other.setRoomTag(room, "m.favourite", { order: 0.5 });
await until(ann, sdk.RoomEvent.Tags, "ann's tag reaches her other client",
    () => ann.getRoom(room).tags["m.favourite"]?.order === 0.5);
await other.setAccountData("org.example.colour", { is: "blue" });
await until(ann, sdk.ClientEvent.AccountData, "and so does her account data",
    () => ann.getAccountData("org.example.colour")?.getContent().is === "blue");
await other.setRoomReadMarkers(room, last.getId());
await until(ann, sdk.RoomEvent.AccountData, "and her read marker",
    () => ann.getRoom(room).getAccountData("m.fully_read")?.getContent().event_id ===
    last.getId());
ok(!bob.getRoom(room).tags["m.favourite"] && !bob.getAccountData("org.example.colour"),
    "bob hears nothing of these (security 17)");

ann.stopClient();
bob.stopClient();
await ann.logout();
let refused;
await ann.whoami().catch((err) => { refused = err; });
ok(refused?.errcode === "M_UNKNOWN_TOKEN", "the token is dead after logout");
process.exit(0);
