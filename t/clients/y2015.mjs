// y2015.mjs - the same with matrix-js-sdk 0.3.0 of October 2015, which speaks
// api/v1 and v2_alpha.
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
process.exit(0);
