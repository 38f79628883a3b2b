// admin-server.js - views of the server as a whole: health, registration tokens,
// reports.

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
	    el("h3", {}, "Tasks"), table("Tasks", [
		["Task", (t) => t.action], ["State", (t) => t.status],
		["Of", (t) => t.resource_id || ""],
		["Since", (t) => when(t.timestamp_ms)],
		["Trouble", (t) => t.error || ""] ], tasks.scheduled_tasks)];
};

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
