// admin-go.js - which view is shown, and logging in and out.

// #section?query, #section/id
const single = { users: "user", rooms: "room", media: "mediaOf", reports: "report" };

async function route() {
	const [path, text] = location.hash.slice(1).split("?");
	const [section, id] = path.split("/");
	const known = Object.hasOwn(views, section) &&
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
		const [title, ...parts] = await (id && known in single ?
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

// -------------------------------------------------------------- in and out

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
	const answer = await ask("POST", "/_matrix/client/v3/login", {
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
