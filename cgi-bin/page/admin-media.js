// admin-media.js - views of media: who has how much, and what a user uploaded.

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
