// talk.mjs - a bridge carries messages both ways, while it and all programs of
// the server are ended again and again: each arrives once, and in its order.
//
// usage: node talk.mjs BASE_URL REGISTRATION PORT RESTART MXCGI_PID

import { execFile, fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { outbox } from "./outbox.mjs";
import { ok, until, same } from "./tap.mjs";

const [, , baseUrl, registration, port, restart, pid] = process.argv;
const MESSAGES = Number(process.env.BRIDGE_MESSAGES ?? 200);
const ROUNDS = 4;
const SIGNALS = ["TERM", "KILL"];
const NICKS = 5;

const ask = outbox(`${baseUrl}/_matrix/client/v3`);
const alice = (await ask("", "POST", "register", { username: "alice",
	password: "x", auth: { type: "m.login.dummy" } })).access_token;
// An alias of the bridge's namespace: it makes the room when it is asked.
let bridge, room, listens = false;
const heard = [], orders = new Map(), said = new Set(), news = new EventEmitter();

// Who begins anew has forgotten what was the last that it took.
let lives = 0;
const first = new Map();
function hear(event) {
	const life = first.get(event.event_id);

	if (life === undefined) {
		first.set(event.event_id, lives);
		heard.push(event);
	} else if (life === lives) {
		ok(false, `${event.content.body} is heard once`);
	}
}

function take(message) {
	const { heard: event, said: n } = message;

	if (event?.type === "m.room.message" && event.sender === "@alice:localhost")
		hear(event);
	if (n !== undefined) {
		said.add(n);
		orders.delete(n);
	}
	news.emit("news");
}

async function begin() {
	bridge = fork(fileURLToPath(new URL("bridge.cjs", import.meta.url)),
	    [baseUrl, registration, port], { stdio: ["ignore", 2, 2, "ipc"] });
	const ready = new Promise((go) =>
		bridge.on("message", (m) => m.ready ? go() : take(m)));

	lives++;
	await ready;
	listens = true;
	for (const order of orders.values())
		bridge.send(order);
}

async function end() {
	const gone = once(bridge, "exit");

	listens = false;
	bridge.kill("SIGTERM");
	await gone;
}

await begin();
({ room_id: room } = await ask(alice, "POST",
	`join/${encodeURIComponent("#_br_den:localhost")}`, {}));
ok(room !== undefined, "the bridge makes a room when it is asked for its alias");

function order(n) {
	const one = { n, room, who: `nick${n % NICKS}`, text: `network ${n}` };

	orders.set(n, one);
	if (listens)
		bridge.send(one);
}

const tell = (n) => ask(alice, "PUT",
	`rooms/${encodeURIComponent(room)}/send/m.room.message/a${n}`,
	{ msgtype: "m.text", body: `alice ${n}` });

async function speak(from, upto) {
	for (let n = from; n < upto; n++) {
		order(n);
		await tell(n);
	}
}

const run = promisify(execFile);
const each = MESSAGES / ROUNDS;
for (let round = 0; round < ROUNDS; round++) {
	const speaking = speak(round * each, (round + 1) * each);

	await run("sh", [restart, pid, SIGNALS[round % SIGNALS.length]]);
	if (round % 2 === 1) {
		await end();
		await begin();
	}
	await speaking;
}
await until(news, "news", "all that the network says is said",
    () => said.size === MESSAGES);
await until(news, "news", "all that alice says is heard",
    () => heard.length >= MESSAGES);

const numbers = (word) => Array.from({ length: MESSAGES }, (_, n) => `${word} ${n}`);
ok(same(heard.map((e) => e.content.body), numbers("alice")),
    "each once, and in its order");

async function history() {
	const all = [];
	let from = "";

	do {
		const page = await ask(alice, "GET",
		    `rooms/${encodeURIComponent(room)}/messages?dir=f&limit=500${from && `&from=${from}`}`);

		all.push(...page.chunk);
		from = page.end;
	} while (from);
	return all;
}
const bodies = (await history())
	.filter((e) => e.sender.startsWith("@_br_nick") && e.type === "m.room.message");
ok(same(bodies.map((e) => e.content.body), numbers("network")),
    "and so is what the network says");
ok(same([...new Set(bodies.map((e) => e.sender))].sort(),
    Array.from({ length: NICKS }, (_, n) => `@_br_nick${n}:localhost`)),
    "by the users who stand for people there");
await end();
