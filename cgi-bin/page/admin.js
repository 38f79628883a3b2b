// admin.js - the page for administrators: asks /_synapse/admin/ and shows what
// comes.  Texts go in as texts, whatever they hold.
//
// The files admin-*.js are one script with this: -show has what views are made
// of, -go comes last and begins, and each of the others has views.
"use strict";
const LIMIT = 20;
const $ = (id) => document.getElementById(id);
const form = document.querySelector("main > form");
const view = $("view");
// What comes before /_matrix/ where the server lives in a folder.
const base = form.dataset.url.slice(0, form.dataset.url.indexOf("/_matrix/"));
let shown = 0;		// which view is asked for; answers to others are late
let said = "";		// what was done, to be told with the next view

// The session lives as long as the tab.
const session = {
	get token() { return sessionStorage.getItem("mxcgi_admin_token"); },
	get user() { return sessionStorage.getItem("mxcgi_admin_user"); },
	begin(answer) {
		sessionStorage.setItem("mxcgi_admin_token", answer.access_token);
		sessionStorage.setItem("mxcgi_admin_user", answer.user_id);
	},
	end() {
		sessionStorage.removeItem("mxcgi_admin_token");
		sessionStorage.removeItem("mxcgi_admin_user");
	},
};

async function ask(method, path, body) {
	let answer, said;
	try {
		answer = await fetch(base + path, {
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
