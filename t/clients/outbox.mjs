// outbox.mjs - senders that do not give up: they ask until an answer comes, and
// a transaction id makes it be done once.

import { setTimeout as pause } from "node:timers/promises";
import { ok } from "./tap.mjs";

const LOST = 7;		// one of so many answers

// ask(token, method, path, body) of the API at `api`.  Some answers are lost on
// the way, whatever restarts of the server cost; none of those before a user
// has a token.
export function outbox(api) {
	let asked = 0;

	return async function ask(token, method, path, body) {
		for (;;) {
			let answer;
			try {
				answer = await fetch(`${api}/${path}` +
				    `${path.includes("?") ? "&" : "?"}access_token=${token}`,
				    { method, body: body && JSON.stringify(body) });
				const json = answer.ok && await answer.json();
				if (json && (!token || ++asked % LOST !== 0))
					return json;
			} catch {
				answer = null;
			}
			if (answer && !answer.ok && answer.status < 500)
				ok(false, `${method} ${path}: ${answer.status} ${await answer.text()}`);
			await pause(20);
		}
	};
}
