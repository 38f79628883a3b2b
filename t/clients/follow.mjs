// follow.mjs - matrix-js-sdk of today, with lazy loading of members and threads,
// follows a conversation of 1,000 events while all programs of the server are
// ended again and again: it is told each event once and in the server's order.
// So is one that heard nothing for a while; and one that comes last, and pages
// back, knows the same.
//
// usage: node follow.mjs BASE_URL RESTART MXCGI_PID

import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { sdk } from "./node.mjs";
import { outbox } from "./outbox.mjs";
import { login, register, start } from "./people.mjs";
import { ok, until, same } from "./tap.mjs";

const [, , baseUrl, restart, pid] = process.argv;
const EVENTS = 1000;
const ROUNDS = 5;
const SIGNALS = ["TERM", "KILL"];
const TURNS = 10;	// see say()
const SILENT = 40;	// members who say nothing

// ------------------------------------------------------------- the senders

const ask = outbox(`${baseUrl}/_matrix/client/v3`);

async function newcomer(name) {
	const body = { username: name, password: `${name}'s secret`,
		auth: { type: "m.login.dummy" } };
	const done = await ask("", "POST", "register", body);
	return { name, id: done.user_id, token: done.access_token };
}

const dan = await newcomer("dan"), eve = await newcomer("eve");
const { room_id: room } = await ask(dan.token, "POST", "createRoom", {
	name: "Tea", preset: "public_chat",
	// Whoever writes may also set the topic.
	power_level_content_override: { events: { "m.room.topic": 0 } },
});
const inRoom = (person, method, path, body = {}) =>
	ask(person.token, method, `rooms/${encodeURIComponent(room)}/${path}`, body);

await inRoom(eve, "POST", "join");
for (let i = 0; i < SILENT; i++)
	await inRoom(await newcomer(`silent${i}`), "POST", "join");

// One of ten things.  person.last is what the others are about: a thread whose
// root is redacted the library forgets.
async function say(person, n) {
	const name = `${person.name} ${n}`;
	const txn = encodeURIComponent(name);
	const send = (type, content) => inRoom(person, "PUT", `send/${type}/${txn}`, content);
	const text = (more) => send("m.room.message", { msgtype: "m.text", body: name, ...more });
	const about = (rel_type, more) =>
		({ "m.relates_to": { rel_type, event_id: person.last, ...more } });

	switch ((n + TURNS) % TURNS) {
	case 1:
		return send("m.reaction", about("m.annotation", { key: "+" }));
	case 2: case 4:
		return text(about("m.thread"));
	case 3:
		return inRoom(person, "PUT", "state/m.room.topic", { topic: name });
	case 5:
		return inRoom(person, "PUT",
		    `redact/${encodeURIComponent(person.regretted)}/${txn}`);
	case 6: {
		const sent = await text();
		person.regretted = sent.event_id;
		return sent;
	}
	case 7:
		return inRoom(person, "POST", "leave");
	case 8:
		return inRoom(person, "POST", "join");
	case 9:
		return text({ "m.new_content": { msgtype: "m.text", body: `${name}!` },
		    ...about("m.replace") });
	}
	const sent = await text();
	person.last = sent.event_id;
	return sent;
}

const ids = new Set();
for (const person of [dan, eve])
	await say(person, 6 - TURNS);

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

// line.cut: nothing goes through, as in a tunnel.  heard: what came into the
// room's live timeline, in a list for each stretch between gaps it was told of.
async function follow(name, line = {}) {
	const client = await login(baseUrl, name, {
		fetchFn: (...request) => line.cut ?
			Promise.reject(new TypeError("no network")) : fetch(...request),
	});
	const follower = { client, heard: [[]], nameless: 0, name };
	await client.joinRoom(room);
	client.on(sdk.RoomEvent.TimelineReset, (where, set) => {
		if (where.roomId === room && set === where.getUnfilteredTimelineSet())
			follower.heard.push([]);
	});
	client.on(sdk.RoomEvent.Timeline, (event, where, toStart, removed, { timeline }) => {
		if (toStart || where.roomId !== room ||
		    timeline.getTimelineSet() !== where.getUnfilteredTimelineSet())
			return;
		follower.heard.at(-1).push(event.getId());
		if (!where.getMember(event.getSender()))
			follower.nameless++;
	});
	await start(client, name, { lazyLoadMembers: true, threadSupport: true });
	await until(client, sdk.ClientEvent.Room, `${name} has the room`,
	    () => client.getRoom(room));
	return follower;
}

for (const name of ["ann", "bob", "fay"])
	await register(baseUrl, name);
const line = { cut: false };
const followers = [await follow("ann"), await follow("bob", line)];
const [attentive, away] = followers;
const typist = (f) => f.client.getRoom(room).getMember(eve.id)?.typing;
ok(!attentive.client.getRoom(room).getMember("@silent9:localhost"),
    "ann does not know of who has said nothing");

// --------------------------------------------------------- the conversation

const programs = () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
	.split(" ").filter(Boolean);
const knows = (f, id) => f.client.getRoom(room).findEventById(id);

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
	attentive.client.retryImmediately();
	await until(attentive.client, sdk.RoomEvent.Timeline, `round ${round} reaches ann`,
	    () => knows(attentive, dan.last) && knows(attentive, eve.last));
}
line.cut = false;
away.client.retryImmediately();
await types(eve, true);
for (const f of followers)
	await until(f.client, sdk.ClientEvent.Sync, `${f.name} sees eve type`,
	    () => typist(f));
await types(eve, false);
const { event_id: end } = await inRoom(eve, "PUT", "send/m.room.message/end",
    { msgtype: "m.text", body: "the end" });
ids.add(end);
for (const f of followers) {
	await until(f.client, sdk.RoomEvent.Timeline, `${f.name} hears the end`,
	    () => knows(f, end));
	await until(f.client, sdk.ClientEvent.Sync,
	    `${f.name} sees that eve types no more`, () => !typist(f));
}
ok(away.heard.length > 1, "bob was told of a gap");

// ----------------------------------------------------------- what is known

// All events of the room as the server has them, oldest first.
async function truth() {
	const list = [];
	for (let from = ""; from !== undefined;) {
		const page = await inRoom(dan, "GET", `messages?dir=b&limit=100${from}`, null);
		list.unshift(...page.chunk.reverse());
		from = page.end && `&from=${page.end}`;
	}
	return list;
}

const distinct = (list) => new Set(list).size === list.length;
const id = (e) => e.event_id ?? e.getId();
const all = await truth();
const allIds = all.map(id);
ok(distinct(allIds), "the server has each event once");
ok([...ids].every((one) => allIds.includes(one)), `and all ${ids.size} that it took`);
ok(allIds.length >= EVENTS, `of ${allIds.length} events`);

const relation = (e) => e.content["m.relates_to"];
const byTarget = (type) => {
	const map = new Map();
	for (const e of all.filter((e) => relation(e)?.rel_type === type)) {
		const target = relation(e).event_id;
		map.set(target, [...map.get(target) ?? [], id(e)]);
	}
	return map;
};
const threads = byTarget("m.thread"), reactions = byTarget("m.annotation");
const main = all.filter((e) => relation(e)?.rel_type !== "m.thread");

// Paging back, the library keeps what is said of an event that it has not got
// yet beside the timeline.
const standing = new Set(main.filter((e) => !relation(e) && e.type !== "m.room.redaction").map(id));
const topic = all.findLast((e) => e.type === "m.room.topic").content.topic;

// Through all gaps to the first event, as clients page that show a room.
async function whole(client, timelineSet) {
	const window = new sdk.TimelineWindow(client, timelineSet, { windowLimit: 10 * EVENTS });
	await window.load(undefined, 20);
	while (window.canPaginate(sdk.Direction.Backward))
		await window.paginate(sdk.Direction.Backward, 100);
	return window.getEvents().map(id);
}

async function check({ client, name, nameless }) {
	const at = client.getRoom(room);

	ok(nameless === 0, `${name} knows each sender when they speak`);
	const shown = await whole(client, at.getUnfilteredTimelineSet());
	ok(same(shown.filter((one) => standing.has(one)), [...standing]),
	    `${name}: its timeline, to the first event, is the server's`);
	ok(distinct(shown), `${name}: and has nothing twice`);
	for (const [root, replies] of threads) {
		const thread = at.getThread(root);
		while (thread?.initialEventsFetched === false)
			await once(thread, sdk.ThreadEvent.Update);
		const known = thread && await whole(client, thread.timelineSet);
		if (!same(known?.filter((one) => replies.includes(one)), replies))
			ok(false, `${name}: thread ${root} is the server's`);
	}
	for (const [target, those] of reactions) {
		const known = at.getUnfilteredTimelineSet().relations.getChildEventsForEvent(
		    target, "m.annotation", "m.reaction")?.getRelations().map(id);
		if (!same(known?.sort(), those.sort()))
			ok(false, `${name}: the reactions to ${target} are the server's`);
	}
	ok(threads.size > 0, `${name}: ${threads.size} threads are the server's`);
	ok(at.currentState.getStateEvents("m.room.topic", "").getContent().topic === topic,
	    `${name}: the topic`);
	ok(at.getJoinedMembers().length < SILENT, `${name}: few members are known`);
	await at.loadMembersIfNeeded();
	ok(at.getJoinedMembers().length === at.getJoinedMemberCount() &&
	    at.getJoinedMemberCount() >= SILENT + followers.length + 2,
	    `${name}: all are when asked for`);
}

// Whoever is slow to come back after a restart may be told of a gap; nothing is
// missing but there.  Behind it the library keeps what is said of events in the
// gap beside the timeline, so what stands by itself is looked at.
const order = main.map(id);
function broken(part, gone) {
	const those = gone > 0 ? order.filter((one) => standing.has(one)) : order;
	const at = part.map((one) => those.indexOf(one)).filter((n) => n >= 0);
	const bad = at.findIndex((n, i) => i > 0 && n !== at[i - 1] + 1);
	return bad < 0 ? "" : `, but in part ${gone} ${at.slice(Math.max(0, bad - 3), bad + 3)}`;
}
for (const f of followers) {
	const heard = f.heard.filter((part) => part.length > 0);
	const where = heard.map(broken).join("");
	ok(where === "",
	    `${f.name} is told of events in the server's order, none missing but in a gap${where}`);
	ok(distinct(heard.flat()) && same(heard.flat(),
	    order.filter((one) => heard.flat().includes(one))),
	    `${f.name} is told none twice, and what is later, later`);
	ok(order.at(-1) === heard.at(-1).at(-1), `${f.name} is told the last`);
	await check(f);
}
await check(await follow("fay"));
process.exit(0);
