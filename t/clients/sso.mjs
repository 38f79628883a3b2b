// sso.mjs - matrix-js-sdk of today logs in by single sign-on: a headless
// Chromium goes to where getSsoLoginUrl() leads, through the provider's own
// pages, and back to the client's, which logs in and syncs; and the account
// confirms something by m.login.sso.
//
// usage: node sso.mjs BASE_URL PORT SCREENSHOT_DIR CHROMIUM SCRATCH_DIR
//
// PORT is of 127.0.0.1, for the client's own page; the provider is "real", and
// "good" is never gone to.

import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { sdk } from "./node.mjs";
import { ok, until } from "./tap.mjs";

const [, , baseUrl, port, shots, executablePath, scratch] = process.argv;
const app = `http://127.0.0.1:${port}`;
mkdirSync(shots, { recursive: true });

// The client's page: its login and, where it is told so, a window for UIA.
const stands = createServer((req, res) => {
	res.setHeader("Content-Type", "text/html");
	res.end(`<!DOCTYPE html><title>app</title><script>
function pass(session) {
	const popup = window.open("${baseUrl}/_matrix/client/v3/auth/m.login.sso/fallback/web?session=" +
	    encodeURIComponent(session));
	window.addEventListener("message", (ev) => {
		if (ev.data === "authDone" && ev.origin === "${baseUrl}") {
			popup.close();
			document.title = "confirmed";
		}
	});
}
</script><button onclick="pass(location.hash.slice(1))">Confirm</button>`);
}).listen(Number(port), "127.0.0.1");

const browser = await chromium.launch({
	executablePath,
	headless: true,
	args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	    "--disable-background-networking", "--disable-component-update",
	    "--disable-sync", `--disk-cache-dir=${scratch}`],
});
const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
context.setDefaultTimeout(30000);
const refusals = [];
context.on("console", (message) => {
	if (/Content.Security.Policy/i.test(message.text()) &&
	    message.location().url.startsWith(baseUrl))
		refusals.push(message.text());
});

async function shoot(page, name) {
	await page.screenshot({ path: `${shots}/sso-${name}.png` });
	ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
	    `${name} fits a telephone`);
	await page.setViewportSize({ width: 1280, height: 800 });
	await page.emulateMedia({ colorScheme: "dark" });
	await page.screenshot({ path: `${shots}/sso-${name}-wide.png` });
	await page.emulateMedia({ colorScheme: "light" });
	await page.setViewportSize({ width: 360, height: 640 });
}
const go = (page, name) => page.getByRole("button", { name }).click();

// The provider's own pages.
async function logInThere(page, name) {
	await page.locator("input[name=login]").fill(name);
	await page.locator("input[name=password]").fill("x");
	await page.locator("button[type=submit]").click();
}
const consentThere = (page) => page.locator("button[type=submit]").click();

const client = sdk.createClient({ baseUrl });

async function choose(page) {
	const { flows } = await client.loginFlows();
	const sso = flows.find((flow) => flow.type === "m.login.sso");

	ok(sso.identity_providers.length === 2, "GET /login says by whom");
	await page.goto(client.getSsoLoginUrl(`${app}/?of=client`, "sso"));
	await page.getByText("By whom do you want to log in?").waitFor();
	await shoot(page, "providers");
	await page.getByRole("link", { name: "Continue with The real one" }).click();
}

async function logIn() {
	const page = await context.newPage();

	await choose(page);
	await logInThere(page, "taken");
	await consentThere(page);
	await page.getByText("You are new here.").waitFor();
	await shoot(page, "name");
	await go(page, "Make my account");
	await page.getByText("This username is taken").waitFor();
	await shoot(page, "name-taken");
	await page.getByLabel("Username").fill("eve");
	await go(page, "Make my account");
	await page.getByText("everything in your name").waitFor();
	await shoot(page, "where");
	await go(page, "Continue");
	await page.waitForURL((url) => url.searchParams.has("loginToken"));
	const url = new URL(page.url());
	ok(url.origin === app && url.searchParams.get("of") === "client",
	    "the browser is back at the client");
	await page.close();
	return url.searchParams.get("loginToken");
}

async function sync(token) {
	const said = await client.loginRequest({ type: "m.login.token", token });
	ok(said.user_id === "@eve:localhost", "the client logs in with its token");
	const eve = sdk.createClient({ baseUrl, userId: said.user_id,
		deviceId: said.device_id, accessToken: said.access_token });
	eve.startClient({ initialSyncLimit: 1 });
	await until(eve, sdk.ClientEvent.Sync, "and syncs",
	    () => eve.getSyncState() === "SYNCING");
	eve.stopClient();
	return eve;
}

// Its account is deactivated, which the same provider must confirm.
async function confirm(eve) {
	const { data } = await eve.deactivateAccount().then(() => ({}), (e) => e);
	const page = await context.newPage();
	const opened = context.waitForEvent("page");

	ok(JSON.stringify(data.flows) === '[{"stages":["m.login.sso"]}]',
	    "m.login.sso: who has no password shows it so");
	await page.goto(`${app}/#${data.session}`);
	await go(page, "Confirm");
	const popup = await opened;
	await popup.getByText("Show that it is you").first().waitFor();
	await shoot(popup, "fallback");
	await popup.getByRole("link", { name: "Continue with The real one" }).click();
	await logInThere(popup, "taken");
	await popup.getByText("to deactivate your account for ever").waitFor();
	await shoot(popup, "confirm");
	const closed = popup.waitForEvent("close");
	await go(popup, "Yes, I want this").catch(() => {});
	await closed;
	await page.waitForFunction("document.title === 'confirmed'");
	ok(true, "m.login.sso: the client's page hears that it is done");
	await eve.deactivateAccount({ session: data.session });
	ok(true, "and the client goes on");
}

async function refused() {
	const page = await context.newPage();

	await page.goto(client.getSsoLoginUrl(`${app}/`, "sso", "real"));
	await page.getByText("deactivated").waitFor();
	await shoot(page, "refused");
	ok(!page.url().startsWith(app), "a deactivated account is not led back");
}

try {
	await confirm(await sync(await logIn()));
	await refused();
	ok(refusals.length === 0, `no page does what its policy forbids ${refusals.join("; ")}`);
} catch (error) {
	console.error(error);
	ok(false, `the browser goes all the way: ${String(error).split("\n")[0]}`);
} finally {
	await browser.close();
	stands.close();
}
process.exit(0);
