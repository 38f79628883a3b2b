// crowd.mjs - twenty clients of today in one room, of which fewer may wait at
// once: some are sent away with the time to come back, and all know everything
// in the end.  Meanwhile a page of the same host is asked for again and again.
//
// usage: node crowd.mjs BASE_URL PAGE_URL

import { setTimeout as pause } from "node:timers/promises";
import { sdk } from "./node.mjs";
import { start } from "./people.mjs";
import { ok, until, says, same } from "./tap.mjs";

const [, , baseUrl, pageUrl] = process.argv;
const CLIENTS = 20;
const MESSAGES = 60;
const ROUNDS = 4;

// ---------------------------------------------------------------- the page

const page = { asked: 0, text: new Set(), done: false };

async function reload() {
	while (!page.done) {
		const answer = await fetch(pageUrl);
		page.text.add(`${answer.status} ${(await answer.text()).trim()}`);
		page.asked++;
		await pause(50);	// other visitors come, too
	}
}

// --------------------------------------------------------------- the crowd

const refused = [];	// those who were sent away, each time

function watch(name) {
	return async (...args) => {
		const answer = await fetch(...args);
		if (answer.status === 429 && new URL(args[0]).pathname.endsWith("/sync"))
			refused.push({ name, said: await answer.clone().json(),
			    after: answer.headers.get("Retry-After") });
		return answer;
	};
}

async function join(name, room) {
	const done = await sdk.createClient({ baseUrl }).registerRequest({
		username: name, password: `${name}'s secret`,
		auth: { type: "m.login.dummy" },
	});
	const client = sdk.createClient({
		baseUrl, userId: done.user_id, deviceId: done.device_id,
		accessToken: done.access_token, fetchFn: watch(name),
	});
	if (room)
		await client.joinRoom(room);
	return client;
}

const reloading = reload();
const writer = await join("writer");
const { room_id: room } = await writer.createRoom({ preset: sdk.Preset.PublicChat });
const clients = [];
for (let i = 1; i <= CLIENTS; i++)
	clients.push(await join(`client${i}`, room));

const heard = new Map(clients.map((client) => [client, []]));
for (const client of clients)
	client.on(sdk.RoomEvent.Timeline, (event) => {
		if (event.getType() === "m.room.message")
			heard.get(client).push(event.getContent().body);
	});
// Who was away gets all that was said meanwhile, without a gap.
await Promise.all(clients.map((client) => {
	const filter = new sdk.Filter(client.getUserId());
	filter.setTimelineLimit(2 * MESSAGES);
	return start(client, client.getUserId(), { filter });
}));

// ------------------------------------------------------------ conversation

const texts = says("the writer", MESSAGES);
for (let round = 1; round <= ROUNDS; round++) {
	const upto = MESSAGES / ROUNDS * round;
	for (const text of texts.slice(upto - MESSAGES / ROUNDS, upto))
		await writer.sendTextMessage(room, text);
	await Promise.all(clients.map((client) =>
		until(client, sdk.RoomEvent.Timeline,
		    `${client.getUserId()} hears ${upto} messages`,
		    () => heard.get(client).includes(texts[upto - 1]))));
}
page.done = true;
await reloading;

for (const client of clients)
	ok(same(heard.get(client), texts),
	    `sync: ${client.getUserId()} has each message once and in order`);
ok(refused.length > 0, `M_LIMIT_EXCEEDED: some are told to come back (${refused.length} times)`);
ok(refused.every(({ said, after }) => said.errcode === "M_LIMIT_EXCEEDED" &&
    said.retry_after_ms > 0 && Number(after) * 1000 >= said.retry_after_ms),
    "and when");
ok(page.asked > ROUNDS && same([...page.text], ["200 A page of this host"]),
    `the page of the host was there each time (${page.asked})`);
for (const client of clients)
	client.stopClient();
process.exit(0);
