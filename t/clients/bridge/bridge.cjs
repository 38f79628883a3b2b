// bridge.cjs - a bridge as matrix-appservice-bridge makes them.  What it hears
// goes to its parent; what its parent gives it to say it says, by the user for
// whom it stands, until the server takes it.
//
// usage: node bridge.cjs BASE_URL REGISTRATION PORT (with an IPC channel)

// It encrypts nothing; the library for that has parts that are not of npm.
const Module = require("node:module");
const load = Module._load;
Module._load = (name, ...rest) =>
	name === "@matrix-org/matrix-sdk-crypto-nodejs" ?
		new Proxy({}, { get: () => class {} }) : load(name, ...rest);

const { Bridge } = require("matrix-appservice-bridge");
const [, , homeserverUrl, registration, port] = process.argv;

const bridge = new Bridge({
	homeserverUrl, registration, domain: "localhost", disableStores: true,
	controller: {
		onUserQuery: () => ({}),
		onAliasQuery: (alias, room_alias_name) =>
			({ creationOpts: { preset: "public_chat", room_alias_name } }),
		onEvent: (request) => process.send({ heard: request.getData() }),
	},
});

const pause = () => new Promise((go) => setTimeout(go, 100));

// The server may be away; a transaction id says that it is the same message.
async function say({ who, room, text, n }) {
	const intent = bridge.getIntent(`@_br_${who}:localhost`);
	const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/n${n}`;

	for (;;) {
		try {
			await intent.join(room);
			await intent.matrixClient.doRequest("PUT", path, null,
			    { msgtype: "m.text", body: text });
			return process.send({ said: n });
		} catch (err) {
			await pause();
		}
	}
}

let saying = Promise.resolve();
process.on("message", (order) => {
	saying = saying.then(() => say(order));
});
process.on("SIGTERM", async () => {
	await bridge.close();
	process.exit(0);
});

(async () => {
	for (;;) {
		try {
			await bridge.initialise();
			break;
		} catch (err) {
			await pause();
		}
	}
	await bridge.listen(Number(port), "127.0.0.1");
	process.send({ ready: true });
})();
