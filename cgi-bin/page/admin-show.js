// admin-show.js - what views are made of: elements, tables, questions, pages of
// lists; and doing what a button says.

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
const when = (ms) => ms ? new Date(ms).toLocaleString(undefined,
    { dateStyle: "medium", timeStyle: "short" }) : "";
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

// --------------------------------------------------------------- questions

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

const views = {};
