// e2e.mjs - end-to-end encryption by today's matrix-js-sdk: two users of two
// devices each set up cross-signing, verify their devices and each other by
// comparing emojis, and read each other in an encrypted room; a device that
// comes later reads what was said before from the backup of the keys.
//
// usage: node e2e.mjs BASE_URL

import { setTimeout as pause } from "node:timers/promises";
import { sdk } from "./node.mjs";
import { CryptoEvent, VerificationPhase, VerificationRequestEvent }
    from "matrix-js-sdk/lib/crypto-api/index.js";
import { login, membership, register, start } from "./people.mjs";
import { ok, until, same } from "./tap.mjs";

const baseUrl = process.argv[2];

// What no single event tells of.
async function comes(name, check) {
	for (const late = Date.now() + 60000; Date.now() < late; await pause(50))
		if (await check())
			return ok(true, name);
	ok(false, name);
}

// ------------------------------------------------------------------- devices

// What a user remembers: the key of their secret storage.
const secrets = new Map();

function remembering(user) {
	return {
		getSecretStorageKey: async ({ keys }) => {
			const known = secrets.get(user);
			return known && keys[known.id] ? [known.id, known.key] : null;
		},
		cacheSecretStorageKey: (id, info, key) => secrets.set(user, { id, key }),
	};
}

async function device(user, name) {
	const client = await login(baseUrl, user, {
		cryptoCallbacks: remembering(user),
		verificationMethods: ["m.sas.v1"],
	});
	await client.initRustCrypto({ useIndexedDB: false });
	await start(client, name);
	return client;
}

async function set_up(client, name) {
	const crypto = client.getCrypto();
	const key = await crypto.createRecoveryKeyFromPassphrase();
	await crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (upload) => upload(null),
	});
	ok(await crypto.userHasCrossSigningKeys(client.getUserId(), true),
	    `${name} has published keys for cross-signing`);
	await crypto.bootstrapSecretStorage({
		createSecretStorageKey: async () => key,
		setupNewSecretStorage: true, setupNewKeyBackup: true,
	});
	ok(await crypto.isCrossSigningReady() && await crypto.isSecretStorageReady(),
	    `${name} keeps them in secret storage`);
	ok(await crypto.getActiveSessionBackupVersion() !== null, `${name} backs up their keys`);
}

// -------------------------------------------------------------- verification

const in_phase = (request, phase, name) =>
	until(request, VerificationRequestEvent.Change, name, () => {
		if (request.phase === VerificationPhase.Cancelled)
			ok(false, `${name} (${request.cancellationCode})`);
		return request.phase >= phase;
	});

const asked = (client) => new Promise((resolve) =>
	client.once(CryptoEvent.VerificationRequestReceived, resolve));

async function verify(who, first, second, request) {
	const coming = asked(second);
	const ours = await request();
	const theirs = await coming;
	await theirs.accept();
	await in_phase(ours, VerificationPhase.Ready, `${who}: the other side is ready`);
	const one = await ours.startVerification("m.sas.v1");
	await until(theirs, VerificationRequestEvent.Change, `${who}: both have begun`,
	    () => theirs.verifier);
	const other = theirs.verifier;
	const ends = [one.verify(), other.verify()];
	await comes(`${who}: both see emojis`,
	    () => one.getShowSasCallbacks() && other.getShowSasCallbacks());
	const here = one.getShowSasCallbacks(), there = other.getShowSasCallbacks();
	ok(same(here.sas.emoji, there.sas.emoji) && here.sas.emoji.length === 7,
	    `${who}: both see the same emojis`);
	await Promise.all([here.confirm(), there.confirm()]);
	await Promise.all(ends);
	await in_phase(ours, VerificationPhase.Done, `${who}: it is done`);
	await in_phase(theirs, VerificationPhase.Done, `${who}: on both sides`);
}

const verified_device = async (client, user, id) =>
	(await client.getCrypto().getDeviceVerificationStatus(user, id))?.crossSigningVerified;
const verified_user = async (client, user) =>
	(await client.getCrypto().getUserVerificationStatus(user)).isCrossSigningVerified();

// --------------------------------------------------------------- who they are

await register(baseUrl, "ann");
await register(baseUrl, "bob");
const ann = await device("ann", "ann");
const bob = await device("bob", "bob");
await set_up(ann, "ann");
await set_up(bob, "bob");
const annId = ann.getUserId(), bobId = bob.getUserId();

const phone = await device("ann", "ann's phone");
const desk = await device("bob", "bob's desk");
for (const [client, other, name] of [[ann, phone, "ann's phone"], [bob, desk, "bob's desk"]]) {
	const user = client.getUserId();
	await verify(name, other, client, () => other.getCrypto().requestOwnUserVerification());
	await comes(`${name} is verified`,
	    () => verified_device(client, user, other.getDeviceId()));
	await comes(`${name} gets the private keys`, () => other.getCrypto().isCrossSigningReady());
}

// ------------------------------------------------------------ a room of theirs

const { room_id: room } = await ann.createRoom({
	name: "Secrets", invite: [bobId],
	initial_state: [{
		type: "m.room.encryption", state_key: "",
		content: { algorithm: "m.megolm.v1.aes-sha2" },
	}],
});
await until(bob, sdk.ClientEvent.Room, "bob is invited", () => membership(bob, room) === "invite");
await bob.joinRoom(room);
const everybody = [[ann, "ann"], [phone, "ann's phone"], [bob, "bob"], [desk, "bob's desk"]];
for (const [client, name] of everybody)
	await comes(`${name} sees both in an encrypted room`, async () =>
		client.getRoom(room)?.getMember(bobId)?.membership === "join" &&
		client.getRoom(room).getMember(annId)?.membership === "join" &&
		await client.getCrypto().isEncryptionEnabledInRoom(room));

const heard = (client) => client.getRoom(room).getLiveTimeline().getEvents()
    .filter((e) => e.getWireType() === "m.room.encrypted" && e.getType() === "m.room.message" &&
	!e.isDecryptionFailure())
    .map((e) => e.getContent().body);
const said = [];
for (const [client, name] of everybody) {
	said.push(`${name} was here`);
	await client.sendTextMessage(room, said.at(-1));
	for (const [reader, who] of everybody)
		await comes(`${who} reads ${name}`, () => same(heard(reader), said));
}

// ----------------------------------------------------------------- each other

await verify("ann and bob", ann, bob,
    () => ann.getCrypto().requestVerificationDM(bobId, room));
await comes("ann knows bob", () => verified_user(ann, bobId));
await comes("bob knows ann", () => verified_user(bob, annId));
await comes("ann's phone knows bob, too", () => verified_user(phone, bobId));
await comes("bob's desk knows ann, too", () => verified_user(desk, annId));
await comes("ann trusts bob's desk, as he does",
    () => verified_device(ann, bobId, desk.getDeviceId()));

// -------------------------------------------------------- a device comes later

// The backup has a key for each who has spoken; clients take their time for that.
await comes("the keys are backed up", async () => (await ann.http.authedRequest(
    sdk.Method.Get, "/room_keys/version")).count >= everybody.length);
async function reads_all(name) {
	const late = await device("ann", name);
	const crypto = late.getCrypto();
	// The library imports nothing before it has asked for the public keys.
	await comes(`${name} knows ann's public keys`, () => crypto.userHasCrossSigningKeys());
	await crypto.bootstrapCrossSigning({});
	ok(await crypto.isCrossSigningReady(), `${name} has the keys for cross-signing`);
	await comes(`${name} is verified by them`,
	    () => verified_device(late, annId, late.getDeviceId()));
	await comes(`${name} is verified for bob`,
	    () => verified_device(bob, annId, late.getDeviceId()));
	await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	const { imported, total } = await crypto.restoreKeyBackup();
	ok(imported === total && total >= everybody.length, `${name} restores the backup`);
	await comes(`${name} reads what was said before`, () => same(heard(late).slice(0, said.length), said));
	return late;
}
const tablet = await reads_all("ann's tablet");
said.push("bob greets the tablet");
await desk.sendTextMessage(room, said.at(-1));
await comes("ann's tablet reads what is said now", () => same(heard(tablet), said));

// ------------------------------------------------------------ out and in again

const gone = phone.getDeviceId();
await phone.logout(true);
await comes("bob hears that ann's phone is gone", async () =>
	!(await bob.getCrypto().getUserDeviceInfo([annId], true)).get(annId).has(gone));
const again = await reads_all("ann's phone, new");
said.push("ann is back");
await again.sendTextMessage(room, said.at(-1));
for (const [client, name] of [[ann, "ann"], [tablet, "ann's tablet"], [bob, "bob"], [desk, "bob's desk"]])
	await comes(`${name} reads the new phone`, () => same(heard(client).slice(-1), said.slice(-1)));

for (const client of [ann, bob, desk, tablet, again])
	client.stopClient();
process.exit(0);
