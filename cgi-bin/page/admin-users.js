// admin-users.js - views of users: all, and one.

function stateOf(user) {
	const words = ["deactivated", "locked", "suspended", "admin", "is_guest"]
	    .filter((name) => user[name]);
	return words.join(", ").replace("admin", "administrator")
	    .replace("is_guest", "guest");
}

views.users = async (query) => {
	const list = await get("v2/users", { from: query.from || 0, limit: LIMIT,
	    name: query.q, deactivated: true, locked: true });
	return ["Users", search("users", query, "Name contains"),
	    table("Users", [
		["User", (u) => userLink(u.name)],
		["Name", (u) => u.displayname || ""],
		["State", stateOf],
		["Made", (u) => when(u.creation_ts)],
		["Seen", (u) => when(u.last_seen_ts)] ], list.users),
	    pages("users", query, list.total), newUser()];
};

function newUser() {
	return el("details", {}, el("summary", {}, "Make an account"),
	    el("form", { onsubmit: (ev) => {
		ev.preventDefault();
		const of = ev.target.elements;
		const id = "@" + of.name.value.trim() + ":" + serverName();
		perform(async () => {
			await get("v1/username_available", { username: of.name.value.trim() });
			await admin("PUT", "v2/users/" + seg(id), {
			    password: of.password.value, admin: of.admin.checked });
			location.hash = "users/" + seg(id);
			return id + " is made.";
		});
	    } }, field("Username", { name: "name", required: true, autocomplete: "off",
		autocapitalize: "none", spellcheck: "false" }),
	    field("Password", { name: "password", type: "password", required: true,
		autocomplete: "new-password" }),
	    check("admin", "An administrator"), el("button", {}, "Make it")));
}
const serverName = () => session.user.slice(session.user.indexOf(":") + 1);

function userActs(user) {
	const path = "v2/users/" + seg(user.name);
	const flag = (name, on, yes, no) => doing(on ? no : yes, async () => {
		await admin("PUT", path, { [name]: !on });
		return "Done: " + (on ? no : yes).toLowerCase() + ".";
	});
	if (user.deactivated)
		return undefined;
	return el("div", { class: "acts" },
	    flag("locked", user.locked, "Lock", "Unlock"),
	    flag("suspended", user.suspended, "Suspend", "Unsuspend"),
	    user.is_guest ? undefined : flag("admin", user.admin,
		"Make administrator", "Take the rights away"),
	    user.is_guest ? undefined : doing("New password", () => newPassword(user)),
	    doing("Redact messages", () => redactAll(user), true),
	    doing("Deactivate", () => deactivate(user), true));
}
async function newPassword(user) {
	const said = await question("A new password for " + user.name,
	    [field("Password", { name: "password", type: "password", required: true,
		autocomplete: "new-password" }),
	    check("keep", "Their sessions go on")], "Set it");
	if (!said)
		return undefined;
	await admin("POST", "v1/reset_password/" + seg(user.name), {
	    new_password: said.password, logout_devices: !said.keep });
	return user.name + " has a new password.";
}
async function redactAll(user) {
	const said = await question("Redact what " + user.name + " said?",
	    [field("Reason (others see it)", { name: "reason" })], "Redact",
	    "The newest 1,000 events in each of their rooms, for everybody and for good.");
	if (!said)
		return undefined;
	await admin("POST", "v1/user/" + seg(user.name) + "/redact", {
	    rooms: [], reason: said.reason || undefined });
	return "It is being redacted; Health shows how far that is.";
}
async function deactivate(user) {
	const said = await question("Deactivate " + user.name + "?",
	    [check("erase", "Also hide what they said from those who have not seen it")],
	    "Deactivate", "Nobody will ever log in to this account again, and nobody gets its name.");
	if (!said)
		return undefined;
	await admin("POST", "v1/deactivate/" + seg(user.name), { erase: !!said.erase });
	return user.name + " is deactivated.";
}

views.user = async (query, id) => {
	const path = "v2/users/" + seg(id);
	const [user, devices, rooms] = await Promise.all([get(path),
	    get(path + "/devices"), get("v1/users/" + seg(id) + "/joined_rooms")]);
	return [user.name, userActs(user), facts([
		["Name", user.displayname], ["State", stateOf(user) || "active"],
		["Made", when(user.creation_ts)], ["Seen", when(user.last_seen_ts)],
		["Addresses", user.threepids.map((t) => t.address).join(", ")],
		["Logs in by", user.external_ids.map((e) => e.auth_provider).join(", ")],
		["Media", link("media/" + seg(id), "What they uploaded")] ]),
	    el("h3", {}, "Devices"), table("Devices", [
		["Device", (d) => d.display_name || d.device_id],
		["Id", (d) => d.device_id],
		["Seen", (d) => when(d.last_seen_ts)],
		["From", (d) => d.last_seen_ip || ""],
		["End", (d) => doing("Log out", async () => {
			await admin("DELETE", path + "/devices/" + seg(d.device_id));
			return d.device_id + " is logged out.";
		}, true)] ], devices.devices),
	    el("h3", {}, "Rooms"), table("Rooms",
		[["Room", (room) => roomLink(room)]], rooms.joined_rooms)];
};
