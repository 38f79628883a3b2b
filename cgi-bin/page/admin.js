// admin.js - the page for administrators: asks /_synapse/admin/ and shows what
// comes.  Texts go in as texts, whatever they hold.
"use strict";
(() => {
const LIMIT = 20;
const $ = (id) => document.getElementById(id);
const form = document.querySelector("main > form");
const view = $("view");
let shown = 0;		// which view is asked for; answers to others are late
let said = "";		// what was done, to be told with the next view

// ------------------------------------------------------------------ asking

// The session lives as long as the tab.
const session = {
	get token() { return sessionStorage.getItem("mxcgi_admin_token"); },
	get user() { return sessionStorage.getItem("mxcgi_admin_user"); },
	begin(answer) {
		sessionStorage.setItem("mxcgi_admin_token", answer.access_token);
		sessionStorage.setItem("mxcgi_admin_user", answer.user_id);
	},
	end() { sessionStorage.clear(); },
};

async function ask(method, path, body) {
	let answer, said;
	try {
		answer = await fetch(path, {
			method,
			headers: session.token ?
			    { Authorization: "Bearer " + session.token } : {},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		said = await answer.json();
	} catch (e) {
		throw new Error("The server does not answer. Please try again.");
	}
	if (answer.status === 401 && session.token) {
		session.end();
		start();
	}
	if (!answer.ok)
		throw new Error(said.error || "Status " + answer.status);
	return said;
}
const admin = (method, path, body) => ask(method, "/_synapse/admin/" + path, body);
const get = (path, query = {}) => {
	const text = new URLSearchParams(Object.entries(query)
	    .filter(([, value]) => value !== undefined && value !== "")).toString();
	return admin("GET", path + (text ? "?" + text : ""));
};
const seg = encodeURIComponent;

function fault(error) {
	$("fault").textContent = error ? error.message : "";
	$("fault").hidden = !error;
	if (error)
		$("fault").scrollIntoView({ block: "nearest" });
}

// ------------------------------------------------------------------ showing

function el(tag, how = {}, ...inside) {
	const it = document.createElement(tag);
	for (const [name, value] of Object.entries(how)) {
		if (name.startsWith("on"))
			it.addEventListener(name.slice(2), value);
		else if (value !== undefined && value !== false)
			it.setAttribute(name, value === true ? "" : value);
	}
	it.append(...inside.flat(Infinity).filter((x) => x !== undefined && x !== null));
	return it;
}
const when = (ms) => ms ? new Date(ms).toLocaleString() : "";
const number = (n) => Number(n).toLocaleString();
function bytes(n) {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let i = 0;
	for (; n >= 1024 && i < 4; i++)
		n /= 1024;
	return (i ? n.toFixed(1) : n) + " " + units[i];
}
const link = (hash, text) => el("a", { href: "#" + hash }, text);
const userLink = (id) => id ? link("users/" + seg(id), id) : "";
const roomLink = (id, name) => id ? link("rooms/" + seg(id), name || id) : "";
const button = (text, act, bad) => el("button", { type: "button",
    class: bad ? "small bad" : "small", onclick: act }, text);

// What can be done, done, and then shown anew.
function doing(text, act, bad) {
	return button(text, async (ev) => {
		ev.target.disabled = true;
		await perform(act);
		ev.target.disabled = false;
	}, bad);
}
async function perform(act) {
	const before = location.hash;
	fault();
	try {
		const done = await act();
		if (done === undefined)
			return;
		said = done;
		if (location.hash === before)
			await route();
	} catch (e) {
		fault(e);
	}
}

// columns: [label, how a row shows it, is it a number?]
function table(caption, columns, rows) {
	if (rows.length === 0)
		return el("p", {}, "There are none.");
	return el("table", { role: "table", "aria-label": caption },
	    el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
	    columns.map(([label, , right]) => el("th", { scope: "col",
	    role: "columnheader", class: right ? "number" : undefined }, label)))),
	    el("tbody", { role: "rowgroup" }, rows.map((row) =>
	    el("tr", { role: "row" }, columns.map(([label, show, right]) =>
	    el("td", { role: "cell", "data-label": label,
	    class: right ? "number" : undefined }, show(row)))))));
}
function facts(list) {
	return el("dl", {}, list.filter(([, value]) => value !== undefined &&
	    value !== null && value !== "").map(([name, value]) =>
	    [el("dt", {}, name), el("dd", {}, value)]));
}
const field = (label, how) => el("label", {}, label, el("input", how));

// ------------------------------------------------------------------- asking

// A question in a window of its own; its fields, or null when it is left.
function question(text, fields, yes, explain) {
	const dialog = $("ask");
	return new Promise((resolve) => {
		const inner = el("form", { method: "dialog" },
		    el("h2", { id: "question" }, text),
		    explain ? el("p", {}, explain) : undefined, fields,
		    el("div", { class: "acts" },
		    el("button", { type: "button", class: "plain",
		        onclick: () => dialog.close() }, "Cancel"),
		    el("button", { class: "sure", value: "yes" }, yes)));
		dialog.replaceChildren(inner);
		dialog.returnValue = "";
		dialog.onclose = () => {
			const values = Object.fromEntries(new FormData(inner));
			dialog.replaceChildren();
			resolve(dialog.returnValue === "yes" ? values : null);
		};
		dialog.showModal();
	});
}
const check = (name, label) => el("label", { class: "check" },
    el("input", { type: "checkbox", name, value: "yes" }),
    el("span", {}, label));

// Pages of a list: where one is stands in the address.
function pages(section, query, total) {
	const from = Number(query.from || 0);
	const go = (to) => {
		location.hash = section + "?" + new URLSearchParams({ ...query, from: to });
	};
	return el("div", { class: "pages" },
	    el("button", { type: "button", disabled: from === 0,
	        onclick: () => go(Math.max(0, from - LIMIT)) }, "Back"),
	    el("button", { type: "button", disabled: from + LIMIT >= total,
	        onclick: () => go(from + LIMIT) }, "More"),
	    el("span", {}, total ? `${number(from + 1)}–${number(Math.min(from + LIMIT, total))} of ${number(total)}` : ""));
}
function search(section, query, label) {
	return el("form", { class: "row", role: "search", onsubmit: (ev) => {
		ev.preventDefault();
		location.hash = section + "?" + new URLSearchParams(
		    { q: ev.target.elements.q.value.trim() });
	} }, field(label, { name: "q", type: "search", value: query.q || "" }),
	    el("button", {}, "Search"));
}

// ------------------------------------------------------------------- views

const views = {};

views.health = async () => {
	const [version, users, rooms, reports, tasks] = await Promise.all([
		get("v1/server_version"), get("v2/users", { limit: 1, guests: false }),
		get("v1/rooms", { limit: 1 }), get("v1/event_reports", { limit: 1 }),
		get("v1/scheduled_tasks") ]);
	const figure = (n, text, hash) => el("li", {}, el("b", {}, number(n)),
	    hash ? link(hash, text) : text);
	return ["Health", el("p", {}, "The server answers. It is " +
	    version.server_version + "."),
	    el("ul", { class: "figures" }, figure(users.total, "users", "users"),
	    figure(rooms.total_rooms, "rooms", "rooms"),
	    figure(reports.total, "reports", "reports")),
	    el("h3", {}, "What it is at"), table("Tasks", [
		["Task", (t) => t.action], ["State", (t) => t.status],
		["Of", (t) => t.resource_id || ""],
		["Since", (t) => when(t.timestamp_ms)],
		["Trouble", (t) => t.error || ""] ], tasks.scheduled_tasks)];
};

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

views.rooms = async (query) => {
	const list = await get("v1/rooms", { from: query.from || 0, limit: LIMIT,
	    search_term: query.q, order_by: "joined_members" });
	return ["Rooms", search("rooms", query, "Name, alias or id contains"),
	    table("Rooms", [
		["Room", (r) => roomLink(r.room_id, r.name || r.canonical_alias)],
		["Alias", (r) => r.canonical_alias || ""],
		["Members", (r) => number(r.joined_members), true],
		["Entry", (r) => r.join_rules || ""],
		["Encrypted", (r) => r.encryption ? "yes" : "no"] ], list.rooms),
	    pages("rooms", query, list.total_rooms)];
};

views.room = async (query, id) => {
	const path = "v1/rooms/" + seg(id);
	const [room, block, members] = await Promise.all([get(path),
	    get(path + "/block"), get(path + "/members")]);
	return [room.name || room.canonical_alias || id, el("div", { class: "acts" },
	    doing(block.block ? "Unblock" : "Block", async () => {
		await admin("PUT", path + "/block", { block: !block.block });
		return block.block ? "The room is open again." : "Nobody comes in any more.";
	    }),
	    doing("Make me its administrator", async () => {
		await admin("POST", path + "/make_room_admin", {});
		return "You have power there; if you are not in it, you are invited.";
	    }),
	    doing("Delete", () => deleteRoom(id, room), true)), facts([
		["Id", id], ["Alias", room.canonical_alias], ["Topic", room.topic],
		["Members", number(room.joined_members)], ["Entry", room.join_rules],
		["History for", room.history_visibility], ["Version", room.version],
		["Encryption", room.encryption || "none"],
		["In the directory", room.public ? "yes" : "no"],
		["Blocked", block.block ? "yes" + (block.user_id ? ", by " +
		    block.user_id : "") : "no"],
		["Made by", userLink(room.creator)] ]),
	    el("h3", {}, "Members"), table("Members",
		[["User", userLink]], members.members)];
};
async function deleteRoom(id, room) {
	const said = await question("Delete " + (room.name || id) + "?",
	    [check("block", "Nobody may come in again")], "Delete",
	    "Everybody of this server leaves it, and what was said there goes for good.");
	if (!said)
		return undefined;
	await admin("DELETE", "v2/rooms/" + seg(id), { block: !!said.block, purge: true });
	location.hash = "rooms";
	return "The room is being deleted; Health shows how far that is.";
}

views.tokens = async () => {
	const list = await get("v1/registration_tokens");
	return ["Registration tokens", el("p", {}, "Whoever holds one may register, " +
	    "where the configuration asks for one."), newToken(), table("Tokens", [
		["Token", (t) => t.token],
		["Used", (t) => number(t.completed), true],
		["Of", (t) => t.uses_allowed === null ? "any" : number(t.uses_allowed), true],
		["Good until", (t) => when(t.expiry_time) || "for ever"],
		["End", (t) => doing("Delete", async () => {
			await admin("DELETE", "v1/registration_tokens/" + seg(t.token));
			return t.token + " is deleted.";
		}, true)] ], list.registration_tokens)];
};
function newToken() {
	return el("form", { class: "row", onsubmit: (ev) => {
		ev.preventDefault();
		const of = ev.target.elements;
		perform(async () => {
			const made = await admin("POST", "v1/registration_tokens/new", {
			    uses_allowed: of.uses.value ? Number(of.uses.value) : null,
			    expiry_time: of.days.value ?
				Date.now() + Number(of.days.value) * 86400000 : null });
			return "The token is " + made.token;
		});
	} }, field("Uses (any number if empty)", { name: "uses", type: "number", min: 1 }),
	    field("Days (for ever if empty)", { name: "days", type: "number", min: 1 }),
	    el("button", {}, "Make a token"));
}

views.media = async (query) => {
	const list = await get("v1/statistics/users/media", { from: query.from || 0,
	    limit: LIMIT, search_term: query.q, order_by: "media_length", dir: "b" });
	return ["Media", search("media", query, "Name contains"), table("Media by user", [
		["User", (u) => link("media/" + seg(u.user_id), u.user_id)],
		["Name", (u) => u.displayname || ""],
		["Files", (u) => number(u.media_count), true],
		["Size", (u) => bytes(u.media_length), true] ], list.users),
	    pages("media", query, list.total)];
};
views.mediaOf = async (query, id) => {
	const list = await get("v1/users/" + seg(id) + "/media",
	    { from: query.from || 0, limit: LIMIT });
	const one = (m) => seg(serverName()) + "/" + seg(m.media_id);
	return ["Media of " + id, el("p", {}, userLink(id)), table("Media", [
		["File", (m) => m.upload_name || m.media_id],
		["Type", (m) => m.media_type || ""],
		["Size", (m) => bytes(m.media_length), true],
		["Uploaded", (m) => when(m.created_ts)],
		["State", (m) => m.quarantined_by ? "quarantined" : "served"],
		["Do", (m) => el("div", { class: "acts" },
		    doing(m.quarantined_by ? "Release" : "Quarantine", async () => {
			await admin("POST", "v1/media/" + (m.quarantined_by ?
			    "unquarantine/" : "quarantine/") + one(m));
			return m.quarantined_by ? "It is served again." : "Nobody gets it.";
		    }),
		    doing("Delete", async () => {
			if (!await question("Delete " + (m.upload_name || m.media_id) + "?",
			    [], "Delete", "It goes for good."))
				return undefined;
			await admin("DELETE", "v1/media/" + one(m));
			return "It is deleted.";
		    }, true))] ], list.media),
	    pages("media/" + seg(id), query, list.total)];
};

views.reports = async (query) => {
	const list = await get("v1/event_reports", { from: query.from || 0, limit: LIMIT });
	return ["Reports", table("Reports", [
		["Report", (r) => link("reports/" + r.id, "No. " + r.id)],
		["When", (r) => when(r.received_ts)],
		["By", (r) => userLink(r.user_id)],
		["About", (r) => r.sender || r.name || r.room_id || ""],
		["Why", (r) => r.reason || ""] ], list.event_reports),
	    pages("reports", query, list.total)];
};
views.report = async (query, id) => {
	const r = await get("v1/event_reports/" + seg(id));
	return ["Report no. " + r.id, el("div", { class: "acts" },
	    doing("It is seen to: delete the report", async () => {
		await admin("DELETE", "v1/event_reports/" + seg(id));
		location.hash = "reports";
		return "The report is deleted.";
	    })), facts([
		["When", when(r.received_ts)], ["By", userLink(r.user_id)],
		["About", userLink(r.sender)], ["Room", roomLink(r.room_id, r.name)],
		["Why", r.reason],
		["Score", r.score === null ? null : String(r.score)] ]),
	    r.event_json ? [el("h3", {}, "The event"), el("pre", { tabindex: "0" },
		el("code", {}, JSON.stringify(r.event_json.content, null, 2)))] : undefined];
};

// ------------------------------------------------------------------ routing

// #section?query, #section/id
const single = { users: "user", rooms: "room", media: "mediaOf", reports: "report" };

async function route() {
	const [path, text] = location.hash.slice(1).split("?");
	const [section, id] = path.split("/");
	const known = views[section] && (section in single || !id) &&
	    !Object.values(single).includes(section) ? section : "health";
	const mine = ++shown;
	const query = Object.fromEntries(new URLSearchParams(text || ""));

	if (!session.token)
		return;
	for (const a of document.querySelectorAll("nav a")) {
		if (a.hash === "#" + known)
			a.setAttribute("aria-current", "page");
		else
			a.removeAttribute("aria-current");
	}
	view.setAttribute("aria-busy", "true");
	fault();
	$("done").textContent = said;
	said = "";
	try {
		const [title, ...parts] = await (id && known === section ?
		    views[single[known]](query, decodeURIComponent(id)) :
		    views[known](query));
		if (mine !== shown)
			return;
		const heading = el("h2", { id: "title", tabindex: "-1" }, title);
		view.replaceChildren(heading, ...parts.flat().filter(Boolean));
		document.title = title + " - " + serverName();
		if (route.moved)
			heading.focus();
	} catch (e) {
		if (mine === shown)
			fault(e);
	}
	view.removeAttribute("aria-busy");
}
window.addEventListener("hashchange", () => {
	route.moved = true;
	route();
});

// ------------------------------------------------------------- in and out

function start() {
	const inside = !!session.token;
	form.hidden = inside;
	$("app").hidden = !inside;
	if (inside)
		return route();
	shown++;	// what was asked for before is not shown now
	view.replaceChildren();
	form.elements.user.focus();
}

async function logIn() {
	const answer = await ask("POST", form.dataset.url, {
		type: "m.login.password",
		identifier: { type: "m.id.user", user: form.elements.user.value.trim() },
		password: form.elements.password.value,
		initial_device_display_name: "Administration",
	});
	session.begin(answer);
	try {
		await get("v1/server_version");
	} catch (e) {
		await logOut();
		throw e;
	}
}
async function logOut() {
	try {
		await ask("POST", "/_matrix/client/v3/logout", {});
	} catch (e) {
		// It may have ended already.
	}
	session.end();
}

form.addEventListener("submit", async (ev) => {
	ev.preventDefault();
	const go = form.querySelector("button");
	go.disabled = true;
	fault();
	try {
		await logIn();
		form.reset();
		await start();
	} catch (e) {
		fault(e);
	}
	go.disabled = false;
});
$("logout").addEventListener("click", async () => {
	await logOut();
	location.hash = "";
	start();
});
start();
})();
