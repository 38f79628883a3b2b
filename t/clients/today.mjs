// today.mjs - two users of today's matrix-js-sdk: register, log in, meet in a
// room, 50 messages each way in order and exactly once, see each other type and
// read, tag the room, log out.
//
// usage: node today.mjs BASE_URL

import { sdk } from "./node.mjs";
import { ok, until, says, same } from "./tap.mjs";

const baseUrl = process.argv[2];
const MESSAGES = 50;

// As the library's users do: a first try that is told the flows, then the rest.
async function register(name) {
	const client = sdk.createClient({ baseUrl });
	const body = {
		username: name, password: `${name}'s secret`,
		initial_device_display_name: "a test", inhibit_login: true,
	};
	let told;
	try {
		await client.registerRequest(body);
	} catch (err) {
		told = err;
	}
	ok(told?.httpStatus === 401 && told.data.flows[0].stages[0] === "m.login.dummy",
	    `${name} is told the flows`);
	body.auth = { type: "m.login.dummy", session: told.data.session };
	const done = await client.registerRequest(body);
	ok(done.user_id === `@${name}:localhost` && !done.access_token,
	    `${name} registers without logging in`);
}

async function login(name) {
	const flows = await sdk.createClient({ baseUrl }).loginFlows();
	ok(flows.flows.some((f) => f.type === "m.login.password"), "password login is offered");
	const session = await sdk.createClient({ baseUrl }).loginRequest({
		type: "m.login.password", password: `${name}'s secret`,
		identifier: { type: "m.id.user", user: name },
	});
	const client = sdk.createClient({
		baseUrl, userId: session.user_id,
		accessToken: session.access_token, deviceId: session.device_id,
	});
	ok((await client.whoami()).user_id === session.user_id, `${name} is who they are`);
	return client;
}

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

async function start(client, name) {
	await client.startClient({ initialSyncLimit: 20 });
	await until(client, sdk.ClientEvent.Sync, `${name} has synced`,
	    () => client.getSyncState() === sdk.SyncState.Prepared ||
	    client.getSyncState() === sdk.SyncState.Syncing);
}

const membership = (client, room) => client.getRoom(room)?.getMyMembership();

await register("ann");
await register("bob");
const ann = await login("ann");
const bob = await login("bob");
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
const other = await login("ann");
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
