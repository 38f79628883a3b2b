// people.mjs - users of today's matrix-js-sdk: they register, log in and sync.

import { sdk } from "./node.mjs";
import { ok, until } from "./tap.mjs";

// As the library's users do: a first try that is told the flows, then the rest.
export async function register(baseUrl, name) {
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

// options: more of createClient()'s.
export async function login(baseUrl, name, options) {
	const flows = await sdk.createClient({ baseUrl }).loginFlows();
	ok(flows.flows.some((f) => f.type === "m.login.password"), "password login is offered");
	const session = await sdk.createClient({ baseUrl }).loginRequest({
		type: "m.login.password", password: `${name}'s secret`,
		identifier: { type: "m.id.user", user: name },
	});
	const client = sdk.createClient({
		baseUrl, userId: session.user_id, timelineSupport: true,
		accessToken: session.access_token, deviceId: session.device_id,
		...options,
	});
	ok((await client.whoami()).user_id === session.user_id, `${name} is who they are`);
	return client;
}

export async function start(client, name, options) {
	await client.startClient({ initialSyncLimit: 20, ...options });
	await until(client, sdk.ClientEvent.Sync, `${name} has synced`,
	    () => client.getSyncState() === sdk.SyncState.Prepared ||
	    client.getSyncState() === sdk.SyncState.Syncing);
}

// Membership changes before the client knows the room: ask when it does.
export const membership = (client, room) => client.getRoom(room)?.getMyMembership();

// What a promise was refused for, or undefined.
export const refusal = (promise) => promise.then(() => undefined, (err) => err.errcode);
