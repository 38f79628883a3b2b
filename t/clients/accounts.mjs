// accounts.mjs - matrix-js-sdk of today makes an account with its own helper
// for interactive authentication (terms, email, dummy); and the last version of
// it that refreshes by POST /refresh goes on when its access token expires.
//
// usage: node accounts.mjs BASE_URL MAIL_DIR
//
// MAIL_DIR is where a mail server writes what it receives: 1, 2, ...

import { readFileSync, existsSync, watch } from "node:fs";
import { sdk, logger } from "./node.mjs";
import { ok, until } from "./tap.mjs";

const [baseUrl, mailDir] = process.argv.slice(2);

// The nth message, when it has come.
function mail(n) {
	const path = `${mailDir}/${n}`;
	return new Promise((resolve) => {
		const look = () => {
			if (!existsSync(path))
				return;
			watcher.close();
			resolve(readFileSync(path, "utf8"));
		};
		const watcher = watch(mailDir, look);
		look();
	});
}

// What the link in a message, whose lines end with "=" where they go on, says.
function link(message) {
	const text = message.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
	return new URL(text.match(/http[^\s"<>]*confirm\?[^\s"<>]*/)[0]);
}

async function confirm(url) {
	const answer = await fetch(`${baseUrl}/_matrix/mxcgi/submit_token`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(Object.fromEntries(url.searchParams)),
	});
	return (await answer.json()).success === true;
}

async function register() {
	const client = sdk.createClient({ baseUrl });
	const seen = [], answered = Promise.withResolvers();
	const body = {
		username: "anna", password: "anna's secret", refresh_token: true,
		device_id: "HERE",
	};
	const auth = new sdk.InteractiveAuth({
		matrixClient: client,
		inputs: { emailAddress: "anna@example.org" },
		doRequest: (dict) => client.registerRequest({ ...body, auth: dict ?? undefined }),
		requestEmailToken: async (email, secret, attempt) => {
			const answer = await client.requestRegisterEmailToken(email, secret, attempt);
			answered.resolve();
			return answer;
		},
		stateUpdated: (stage, status) => { seen.push([stage, status]); step(stage); },
	});
	const step = (stage) => {
		if (stage === "m.login.terms") {
			const policies = auth.getStageParams(stage).policies;
			ok(policies.tos.en.url === "https://example.org/tos",
			    "the helper is told the terms");
			auth.submitAuthDict({ type: stage });
		} else if (stage === "m.login.dummy") {
			auth.submitAuthDict({ type: stage });
		}
	};
	const done = auth.attemptAuth();
	await answered.promise;
	const url = link(await mail(1));
	await auth.poll();
	ok(seen.at(-1)[0] === "m.login.email.identity",
	    "UIA-10: asking before the link was followed leaves the stage open");
	ok(await confirm(url), "the link of the mail is followed");
	await auth.poll();
	const account = await done;
	ok(account.user_id === "@anna:localhost" && account.device_id === "HERE",
	    "UIA-13: the helper registers with terms, email and dummy");
	ok(new Set(seen.map((s) => s[0])).size >= 2, "stage by stage");
	return account;
}

async function refresh(account) {
	/* It wants to be the only version in a process, for no reason of ours. */
	globalThis.__js_sdk_entrypoint = false;
	const old = await import("matrix-js-sdk-refresh");
	let refreshed = 0;
	const client = old.createClient({
		logger,
		baseUrl, userId: account.user_id, deviceId: account.device_id,
		accessToken: account.access_token, refreshToken: account.refresh_token,
		tokenRefreshFunction: async (token) => {
			const t = await old.createClient({ baseUrl, logger }).refreshToken(token);
			refreshed++;
			return {
				accessToken: t.access_token, refreshToken: t.refresh_token,
				expiry: new Date(Date.now() + t.expires_in_ms),
			};
		},
	});
	const threepids = (await client.getThreePids()).threepids;
	ok(threepids.length === 1 && threepids[0].address === "anna@example.org",
	    "5.7: the address is in account/3pid");
	await client.startClient();
	await until(client, old.ClientEvent.Sync, "it syncs", () =>
		client.getSyncState() === "SYNCING" || client.getSyncState() === "PREPARED");
	const { room_id } = await client.createRoom({});
	let last = 0;
	while (refreshed < 3) {
		if ((await client.whoami()).device_id !== "HERE")
			ok(false, `the device is the same after ${refreshed} refreshes`);
		await client.sendTextMessage(room_id, `message ${++last}`);
	}
	await until(client, old.RoomEvent.Timeline, "all messages of the time come by sync", () =>
		client.getRoom(room_id)?.getLiveTimeline().getEvents()
			.some((e) => e.getContent().body === `message ${last}`));
	ok(refreshed >= 3, "it outlives the expiry of its access token");
	client.stopClient();
	await client.logout(true);
}

await refresh(await register());
process.exit(0);
