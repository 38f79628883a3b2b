// pages.mjs - a headless Chromium goes through the pages for people, as a
// client that knows no stage has them opened.
//
// usage: node pages.mjs BASE_URL PORT MAIL_FILE SCREENSHOT_DIR CHROMIUM SCRATCH_DIR
//
// PORT is of 127.0.0.1, for what stands around the server: the client's own
// page, the maker of the puzzles, and where next_link leads.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { none, openBrowser, openContext, shoot } from "./browser.mjs";
import { ok } from "./tap.mjs";

const [, , base, port, mailFile, shots, executablePath, scratch] = process.argv;
const around = `http://127.0.0.1:${port}`;
const v3 = `${base}/_matrix/client/v3`;

// ------------------------------------------------------- around the server

// A client in the words of the specification's example: for each stage that it
// is asked for a window, and the request anew when the window tells that it is
// done.
const clientPage = `<!DOCTYPE html><title>busy</title><script>
const [base, name, flow] = decodeURIComponent(location.hash.slice(1)).split(" ");
const wish = { username: name, password: "secret of " + name };
async function ask(auth) {
	const answer = await fetch(base + "/_matrix/client/v3/register", {
		method: "POST", body: JSON.stringify(auth ? { ...wish, auth } : wish),
	});
	return { status: answer.status, body: await answer.json() };
}
function pass(stage, session) {
	return new Promise((resolve) => {
		const popup = window.open(base + "/_matrix/client/v3/auth/" +
		    encodeURIComponent(stage) + "/fallback/web?session=" +
		    encodeURIComponent(session));
		window.addEventListener("message", function listen(ev) {
			if (ev.data !== "authDone" || ev.origin !== base)
				return;
			window.removeEventListener("message", listen);
			popup.close();
			resolve();
		});
	});
}
async function register() {
	let said = await ask();
	const stages = said.body.flows[flow].stages;
	while (said.status === 401) {
		const next = stages.find((s) => !said.body.completed?.includes(s));
		await pass(next, said.body.session);
		said = await ask({ session: said.body.session });
	}
	document.title = said.body.user_id || said.body.error;
}
</script><button onclick="register()">Register</button>`;

// The maker of the puzzles: a script that puts a frame and a field into the
// page, and fills the field by asking home.
const puzzleScript = `
const place = document.querySelector(".g-recaptcha");
const frame = document.createElement("iframe");
frame.src = "${around}/frame";
frame.width = 280; frame.height = 80;
const field = document.createElement("textarea");
field.name = "g-recaptcha-response";
field.hidden = true;
place.append(frame, field);
window.addEventListener("message", async (ev) => {
	if (ev.origin !== "${around}" || ev.data !== "solved")
		return;
	field.value = await (await fetch("${around}/solution?key=" +
	    place.dataset.sitekey)).text();
	place.dataset.solved = "yes";
});`;
const puzzleFrame = `<!DOCTYPE html><style>:root{color-scheme:light}</style>
<label><input type="checkbox" onclick="parent.postMessage('solved', '*')">
I am no robot</label>`;

const html = (text) => [200, "text/html", text];
function stand(path, body) {
	const query = new URLSearchParams(body);
	switch (path) {
	case "/client":
		return html(clientPage);
	case "/api.js":
		return [200, "text/javascript", puzzleScript];
	case "/frame":
		return html(puzzleFrame);
	case "/solution?key=site":
		return [200, "text/plain", "solution of site"];
	case "/siteverify":
		return [200, "application/json", JSON.stringify({ success:
		    query.get("secret") === "secret of site" &&
		    query.get("response") === "solution of site" })];
	case "/next?a=b":
		return html("<!DOCTYPE html><title>next</title>");
	}
	return [404, "text/plain", "nothing"];
}
const stands = createServer((req, res) => {
	let body = "";
	req.on("data", (piece) => { body += piece; });
	req.on("end", () => {
		const [status, type, text] = stand(req.url, body);
		res.writeHead(status, { "Content-Type": type,
		    "Access-Control-Allow-Origin": "*" });
		res.end(text);
	});
});
await new Promise((listening) => stands.listen(port, "127.0.0.1", listening));

// The path of the link in the last mail.
function mailedLink() {
	const text = readFileSync(mailFile, "latin1").replace(/=\r?\n/g, "")
	    .replace(/=([0-9A-F]{2})/g, (_, hex) =>
		String.fromCharCode(parseInt(hex, 16)));
	return base + text.match(/https?:\/\/[^/\s]+(\/_matrix\/mxcgi\/confirm\?[^\s"<]+)/)[1];
}

async function post(path, body, token) {
	const answer = await fetch(v3 + path, {
		method: "POST", body: JSON.stringify(body),
		headers: token ? { Authorization: `Bearer ${token}` } : {},
	});
	return { status: answer.status, body: await answer.json() };
}

// --------------------------------------------------------------- the browser

const browser = await openBrowser(executablePath, scratch, shots);
const newContext = (options) => openContext(browser, options);

const says = async (page, text, name) => {
	await page.getByText(text).waitFor();
	ok(true, name);
};
const go = (page, button = "Continue") =>
	page.getByRole("button", { name: button }).click();

// A client's page that registers name by the flow of this number, and the
// windows that it opens.
async function client(context, name, flow) {
	const page = await context.newPage();
	const popups = { next: () => context.waitForEvent("page") };
	await page.goto(`${around}/client#${encodeURIComponent(`${base} ${name} ${flow}`)}`);
	const first = popups.next();
	await go(page, "Register");
	return { page, first, next: popups.next };
}

// Press the last button of a window: it tells the client, which closes it.
async function finish(popup, button) {
	const closed = popup.waitForEvent("close");
	await go(popup, button).catch(() => {});
	await closed;
}

async function titled(page, title, name) {
	await page.waitForFunction((want) => document.title === want, title);
	ok(true, name);
}

async function confirmByMail(context, shot) {
	const page = await context.newPage();
	await page.goto(mailedLink());
	if (shot)
		await shoot(page, "confirm");
	await go(page, "Confirm");
	await says(page, "This address is confirmed", "the link in the mail is opened");
	if (shot)
		await shoot(page, "confirmed");
	await page.close();
}

// ------------------------------------------------------------------ the pages

async function termsEmailDummy() {
	const context = await newContext();
	const { page, first, next } = await client(context, "ann", 0);

	let popup = await first;
	await popup.waitForLoadState();
	await shoot(popup, "terms");
	await popup.getByRole("checkbox").check();
	let following = next();
	await finish(popup);
	ok(true, "terms: the client hears that they are agreed to");

	popup = await following;
	await popup.waitForLoadState();
	await shoot(popup, "email");
	await popup.getByLabel("Email address").fill("ann@example.org");
	await go(popup);
	await says(popup, "A mail is on its way", "email: a mail is sent");
	await shoot(popup, "email-sent");
	await go(popup);
	await says(popup, "has not been confirmed yet", "email: not before it is confirmed");
	await shoot(popup, "email-early");
	await confirmByMail(context, true);
	following = next();
	await finish(popup);
	ok(true, "email: the client hears that it is confirmed");

	popup = await following;
	await popup.waitForLoadState();
	await shoot(popup, "dummy");
	await finish(popup);
	await titled(page, "@ann:localhost", "UIA-14: terms, email and dummy: the client is registered");
	await context.close();
}

async function recaptcha() {
	const context = await newContext();
	const { page, first, next } = await client(context, "bob", 1);
	const popup = await first;

	await go(popup);
	await says(popup, "Please solve the puzzle", "recaptcha: not without the puzzle");
	await popup.frameLocator("iframe").getByText("I am no robot").waitFor();
	await shoot(popup, "recaptcha");
	await popup.frameLocator("iframe").getByRole("checkbox").check();
	await popup.locator(".g-recaptcha[data-solved]").waitFor();
	const following = next();
	await finish(popup);
	await finish(await following);
	await titled(page, "@bob:localhost", "UIA-14: recaptcha: the client is registered");
	await context.close();
}

// A client's own browser defines a function instead of a window that listens.
async function ownFunction() {
	const context = await newContext();
	await context.addInitScript("window.onAuthDone = () => { window.told = true; };");
	const page = await context.newPage();
	const { body } = await post("/register", { username: "x", password: "y" });
	await page.goto(`${v3}/auth/m.login.terms/fallback/web?session=${body.session}`);
	await page.getByRole("checkbox").check();
	await go(page);
	await says(page, "This step is done", "a page without an opener says that it is done");
	await shoot(page, "done");
	ok(await page.evaluate("window.told === true"), "UIA-14: window.onAuthDone is called");
	await page.goto(`${v3}/auth/m.login.dummy/fallback/web?session=nobodys`);
	await says(page, "This page has expired", "a page of a session that is gone");
	await shoot(page, "expired");
	await context.close();
}

// What somebody sees who opens the server in a browser, scripts or not.
async function landing() {
	const context = await newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	const asked = [];

	page.on("request", (request) => asked.push(request.url()));
	await page.goto(`${base}/`);
	await says(page, "This server works", "a page at the root");
	await says(page, "mxcgi user add NAME --admin", "says what to do next");
	ok(asked.length === 1, "and loads nothing (security 22)");
	await page.goto(`${base}/_matrix/static/`);
	await says(page, "This server works", "the same at /_matrix/static/");
	await context.close();
	const looks = await newContext();
	const seen = await looks.newPage();
	await seen.goto(`${base}/`);
	await shoot(seen, "landing");
	await looks.close();
}

// Another page that would show one of these inside of it sees nothing.
async function frames() {
	const context = await newContext();
	const page = await context.newPage();

	await page.goto(`${around}/client`);
	for (const path of ["/", "/_matrix/static/client/login"]) {
		const refused = page.waitForEvent("console", (message) =>
		    /frame-ancestors|X-Frame-Options/.test(message.text()));
		await page.evaluate((url) => {
			const frame = document.createElement("iframe");
			frame.src = url;
			document.body.append(frame);
		}, base + path);
		await refused;
		ok(true, `no frame shows ${path} (security 22)`);
	}
	await context.close();
}

const needsScripts = async (page, name) => {
	await page.locator("noscript p").waitFor();
	ok(/needs JavaScript/.test(await page.locator("noscript p").innerText()), name);
};

async function withoutScripts() {
	const context = await newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	const wish = { username: "carl", password: "secret of carl" };
	const { body } = await post("/register", wish);
	const open = (stage) => page.goto(
	    `${v3}/auth/${stage}/fallback/web?session=${body.session}`);
	const done = (name) => says(page, "This step is done", `without JavaScript: ${name}`);

	await open("m.login.recaptcha");
	await needsScripts(page, "a puzzle says that it needs JavaScript");
	await page.screenshot({ path: `${shots}/recaptcha-noscript.png` });
	await open("m.login.terms");
	await page.getByRole("checkbox").check();
	await go(page);
	await done("terms");
	await open("m.login.email.identity");
	await page.getByLabel("Email address").fill("carl@example.org");
	await go(page);
	await says(page, "A mail is on its way", "without JavaScript: a mail is sent");
	await confirmByMail(context, false);
	await go(page);
	await done("email");
	await open("m.login.dummy");
	await go(page);
	await done("dummy");
	const said = await post("/register", { ...wish, auth: { session: body.session } });
	ok(said.status === 200, "without JavaScript: the client goes on");
	await page.goto(`${base}/_matrix/static/client/login`);
	await needsScripts(page, "the login page says that it needs JavaScript");
	ok(!await page.getByRole("button").isVisible(), "and shows nothing to fill in");
	await page.screenshot({ path: `${shots}/login-noscript.png` });
	await context.close();
}

async function password() {
	const context = await newContext();
	const page = await context.newPage();
	const ann = { type: "m.login.password",
	    identifier: { type: "m.id.user", user: "carl" }, password: "secret of carl" };
	const token = (await post("/login", ann)).body.access_token;
	const session = (await post("/account/deactivate", {}, token)).body.session;

	await page.goto(`${v3}/auth/m.login.password/fallback/web?session=${session}`);
	await shoot(page, "password");
	await page.getByLabel("Password").fill("wrong");
	await go(page);
	await says(page, "wrong password", "password: a wrong one");
	await shoot(page, "password-wrong");
	await page.getByLabel("Password").fill("secret of carl");
	await go(page);
	await says(page, "This step is done", "UIA-14: password: passed");
	const said = await post("/account/deactivate", { auth: { session } }, token);
	ok(said.status === 200, "UIA-14: password: the client goes on");
	await context.close();
}

async function nextLink() {
	const context = await newContext();
	const page = await context.newPage();
	await post("/register/email/requestToken", { client_secret: "s", send_attempt: 1,
	    email: "dora@example.org", next_link: `${around}/next?a=b` });
	await page.goto(mailedLink());
	await go(page, "Confirm");
	await page.waitForURL(`${around}/next?a=b`);
	ok(true, "a confirmed address leads to next_link");
	await context.close();
}

// As applications do it that show the page in a browser of their own.
async function login(path, name) {
	const context = await newContext();
	const page = await context.newPage();
	await page.goto(`${base}${path}?device_id=BROWSER&initial_device_display_name=My%20phone`);
	await page.evaluate("window.matrixLogin.onLogin = (r) => { window.got = r; }");
	if (name === "LOG-5")
		await shoot(page, "login");
	await page.getByLabel("Username").fill("ann");
	await page.getByLabel("Password").fill("wrong");
	await go(page, "Log in");
	await says(page, "wrong password", `${name}: a wrong password`);
	if (name === "LOG-5")
		await shoot(page, "login-wrong");
	ok(await page.evaluate("window.got === undefined"), `${name}: nobody is logged in`);
	await page.getByLabel("Username").fill(name === "LOG-5" ? "ann@example.org" : "@ann:localhost");
	await page.getByLabel("Password").fill("secret of ann");
	await go(page, "Log in");
	await says(page, "You are logged in", `${name}: logged in`);
	const got = await page.evaluate("window.got");
	ok(got.user_id === "@ann:localhost" && got.device_id === "BROWSER",
	    `${name}: window.matrixLogin.onLogin() has the answer`);
	const who = await (await fetch(`${v3}/account/whoami`, {
		headers: { Authorization: `Bearer ${got.access_token}` },
	})).json();
	ok(who.device_id === "BROWSER", `${name}: the token is of that device`);
	await context.close();
}

try {
	await landing();
	await termsEmailDummy();
	await recaptcha();
	await ownFunction();
	await withoutScripts();
	await password();
	await nextLink();
	await login("/_matrix/static/client/login/", "the page of today");
	await login("/_matrix/client/api/v1/login/fallback", "LOG-5");
	none("no page does what its policy forbids");
	await frames();
} catch (error) {
	console.error(error);
	ok(false, `the browser goes through all pages: ${String(error).split("\n")[0]}`);
} finally {
	await browser.close();
	stands.close();
}
process.exit(0);
