// admin-rooms.js - views of rooms: all, and one.

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
