// follow2015.mjs - matrix-js-sdk 0.3.0 of October 2015, by initialSync and
// /events of api/v1, follows a conversation of 1,000 events while all programs
// of the server are ended again and again: it is told each event once and in the
// server's order.  So is one that heard nothing for a while; and one that comes
// last, and pages back, knows the same.
//
// usage: node follow2015.mjs BASE_URL RESTART MXCGI_PID

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { outbox } from "./outbox.mjs";
import { ok, until, same } from "./tap.mjs";

const require = createRequire(import.meta.url);
const sdk = require("matrix-js-sdk-2015");
const request = createRequire(require.resolve("matrix-js-sdk-2015"))("request");

const [, , baseUrl, restart, pid] = process.argv;
const EVENTS = 1000;
const ROUNDS = 5;
const SIGNALS = ["TERM", "KILL"];
const TURNS = 10;	// see say()

// ------------------------------------------------------------- the senders

const ask = outbox(`${baseUrl}/_matrix/client/api/v1`);

async function register(name) {
	const done = await ask("", "POST", "register",
	    { type: "m.login.password", user: name, password: `${name}'s secret` });
	return { name, id: done.user_id, token: done.access_token };
}

const people = {};
for (const name of ["ann", "bob", "dan", "eve"])
	people[name] = await register(name);
const { ann, bob, dan, eve } = people;

const { room_id: room } = await ask(ann.token, "POST", "createRoom", {
	name: "Tea", visibility: "public",
	// Whoever writes may also set the topic.
	power_level_content_override: { events: { "m.room.topic": 0 } },
});
const inRoom = (person, method, path, body = {}) =>
	ask(person.token, method, `rooms/${encodeURIComponent(room)}/${path}`, body);
for (const person of [bob, dan, eve])
	await inRoom(person, "POST", "join");

// One of ten things; of what has an event id it is kept.
const ids = new Set();

async function say(person, n) {
	const txn = encodeURIComponent(`${person.name} ${n}`);
	const body = `${person.name} ${n}`;
	const send = () => inRoom(person, "PUT", `send/m.room.message/${txn}`,
	    { msgtype: "m.text", body });

	switch (n % TURNS) {
	case 3:
		return inRoom(person, "PUT", "state/m.room.topic", { topic: body });
	case 5:
		return inRoom(person, "PUT",
		    `redact/${encodeURIComponent(person.last)}/${txn}`);
	case 7:
		return inRoom(person, "PUT", `leave/${txn}`);
	case 8:
		return inRoom(person, "PUT", `join/${txn}`);
	}
	const sent = await send();
	person.last = sent.event_id;
	return sent;
}

async function speak(person, from, upto) {
	for (let n = from; n < upto; n++) {
		const { event_id } = await say(person, n);
		if (event_id)
			ids.add(event_id);
	}
}

const types = (person, typing) => inRoom(person, "PUT",
    `typing/${encodeURIComponent(person.id)}`, { typing, timeout: 60000 });

// ----------------------------------------------------------- the followers

// line.cut: nothing goes through, as in a tunnel.  heard: what came by the
// stream.
async function follow(person, line = {}) {
	const client = sdk.createClient({
		baseUrl, userId: person.id, accessToken: person.token,
		request: (options, callback) => line.cut ?
			setImmediate(callback, new Error("no network")) :
			request(options, callback),
	});
	const heard = [];
	const follower = { client, heard, name: person.name, failed: 0 };
	client.on("syncError", () => { follower.failed++; });
	client.once("syncComplete", () => client.on("event", (e) => {
		if (e.getRoomId() === room && e.getId())
			heard.push(e.getId());
	}));
	client.startClient({ initialSyncLimit: 20 });
	await until(client, "syncComplete", `${person.name} has synced`,
	    () => client.clientRunning);
	return follower;
}

const line = { cut: false };
const followers = [await follow(ann), await follow(bob, line)];
const [attentive, away] = followers;
const typist = (f) => f.client.getRoom(room).getMember(eve.id).typing;

// --------------------------------------------------------- the conversation

const programs = () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
	.split(" ").filter(Boolean);

const each = EVENTS / ROUNDS / 2;
for (let round = 0; round < ROUNDS; round++) {
	const from = round * each, middle = from + each / 2;

	line.cut = round === 2 || round === 3;
	await types(eve, round % 2 === 0);
	await Promise.all([speak(dan, from, middle), speak(eve, from, middle)]);
	const old = programs();
	await Promise.all([
		promisify(execFile)(restart, [pid, SIGNALS[round % SIGNALS.length]]),
		speak(dan, middle, from + each), speak(eve, middle, from + each),
	]);
	ok(old.length > 0 && !programs().some((p) => old.includes(p)),
	    `round ${round}: no program is the old one`);
	await until(attentive.client, "event", `round ${round} reaches ann`,
	    () => attentive.heard.includes(dan.last) && attentive.heard.includes(eve.last));
}
ok(away.failed > 0, "bob's stream broke off meanwhile");
line.cut = false;
await types(eve, true);
for (const f of followers)
	await until(f.client, "event", `${f.name} sees eve type`, () => typist(f));
await types(eve, false);
const { event_id: end } = await inRoom(eve, "PUT", "send/m.room.message/end",
    { msgtype: "m.text", body: "the end" });
ids.add(end);
for (const f of followers) {
	await until(f.client, "event", `${f.name} hears the end`, () => f.heard.includes(end));
	await until(f.client, "event", `${f.name} sees that eve types no more`,
	    () => !typist(f));
}

// ----------------------------------------------------------- what is known

// All events of the room as the server has them, oldest first.
async function truth() {
	const list = [];
	let { messages: { end: from } } = await inRoom(ann, "GET", "initialSync?limit=1", null);
	for (;;) {
		const page = await inRoom(ann, "GET", `messages?dir=b&limit=100&from=${from}`, null);
		if (page.chunk.length === 0)
			return list;
		list.unshift(...page.chunk.reverse());
		from = page.end;
	}
}

const once = (list) => new Set(list).size === list.length;
const all = await truth();
const allIds = all.map((e) => e.event_id);
ok(once(allIds), "the server has each event once");
ok([...ids].every((id) => allIds.includes(id)), `and all ${ids.size} that it took`);
ok(allIds.length >= EVENTS, `of ${allIds.length} events`);
for (const person of [dan, eve])
	for (const [deed, times] of [["leave", 0], ["join", 1]])
		ok(all.filter((e) => e.type === "m.room.member" && e.state_key === person.id &&
		    e.content.membership === deed).length === EVENTS / 2 / TURNS + times,
		    `${person.name}'s every ${deed} was done once`);

// The library takes a redacted event out of its timeline.
const redacted = new Set(all.map((e) => e.redacts));
const shown = allIds.filter((id) => !redacted.has(id));
const topic = all.findLast((e) => e.type === "m.room.topic").content.topic;

async function check(client, name) {
	const at = client.getRoom(room);

	while (at.oldState.paginationToken !== null)
		await client.scrollback(at, 100);
	ok(same(at.timeline.map((e) => e.getId()), shown),
	    `${name}: its timeline, to the first event, is the server's`);
	ok(at.currentState.getStateEvents("m.room.topic", "").getContent().topic === topic,
	    `${name}: the topic`);
	ok(same(at.getJoinedMembers().map((m) => m.userId).sort(),
	    Object.values(people).map((p) => p.id).sort()), `${name}: the members`);
}

for (const { client, heard, name } of followers) {
	ok(heard.length >= EVENTS, `getEvents: ${name} is told ${heard.length} events`);
	ok(same(heard, allIds.slice(allIds.indexOf(heard[0]))),
	    `getEvents: ${name} is told each once, in the server's order`);
	await check(client, name);
}
const late = await follow(eve);
ok(late.client.getRoom(room).timeline.length <= 20, "initialSync: who comes late has the end");
await check(late.client, "eve, who comes late");
process.exit(0);
