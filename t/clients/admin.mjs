// admin.mjs - a headless Chromium administers a server by its page.
//
// usage: node admin.mjs BASE_URL SCREENSHOT_DIR CHROMIUM SCRATCH_DIR

import { accessible, fits, narrow, none, openBrowser, openContext, shoot as shootPage }
	from "./browser.mjs";
import { ok } from "./tap.mjs";

const [, , base, shots, executablePath, scratch] = process.argv;
const v3 = `${base}/_matrix/client/v3`;

// ------------------------------------------------------------ what there is

async function call(method, path, body, token) {
	const answer = await fetch(path, { method,
		body: body === undefined ? undefined : JSON.stringify(body),
		headers: token ? { Authorization: `Bearer ${token}` } : {} });
	return answer.json();
}
async function register(name) {
	const said = await call("POST", `${v3}/register`, { username: name,
		password: `secret of ${name}`, auth: { type: "m.login.dummy" } });
	return said.access_token;
}
const ann = await register("ann");
const bob = await register("bob");
for (let i = 0; i < 22; i++)
	await register(`user${i}`);
const nasty = `<img src=x onerror="document.title='owned'">`;
await call("PUT", `${v3}/profile/@bob:localhost/displayname`, { displayname: nasty }, bob);
const { room_id: room } = await call("POST", `${v3}/createRoom`, { name: nasty,
	topic: "What this room is for", preset: "public_chat", room_alias_name: "club" }, ann);
await call("POST", `${v3}/join/${encodeURIComponent(room)}`, {}, bob);
const { event_id: event } = await call("PUT", `${v3}/rooms/${encodeURIComponent(room)}/send/m.room.message/1`,
	{ msgtype: "m.text", body: "Something rude" }, bob);
await call("POST", `${v3}/rooms/${encodeURIComponent(room)}/report/${encodeURIComponent(event)}`,
	{ reason: nasty }, ann);
await fetch(`${base}/_matrix/media/v3/upload?filename=picture.txt`, { method: "POST",
	body: "x".repeat(5000), headers: { Authorization: `Bearer ${bob}`, "Content-Type": "text/plain" } });

// --------------------------------------------------------------- the browser

const browser = await openBrowser(executablePath, scratch, shots);
const context = await openContext(browser);
const page = await context.newPage();

async function shoot(name) {
	await shootPage(page, `admin-${name}`, (look) => accessible(page, look));
	await page.setViewportSize({ width: 910, height: 800 });	// just enough for tables
	await fits(page, `${name} needs none between the two`);
	await page.setViewportSize(narrow);
}
const button = (name) => page.getByRole("button", { name, exact: true });
const sees = async (text, name) => {
	await page.getByText(text).first().waitFor();
	ok(true, name);
};

async function title(text, name) {
	await page.getByRole("heading", { level: 2, name: text }).waitFor();
	ok(true, name);
}
const go = (name) => page.getByRole("navigation").getByRole("link", { name }).click();

// -------------------------------------------------------------------- log in

async function logIn(user, password) {
	await page.getByLabel("Username").fill(user);
	await page.getByLabel("Password").fill(password);
	await page.getByLabel("Password").press("Enter");
}
await page.goto(`${base}/_matrix/static/admin/`);
await page.getByLabel("Username").waitFor();
await shoot("login");
await logIn("boss", "wrong");
await page.getByRole("alert").waitFor();
ok(await page.getByRole("alert").innerText() !== "", "a wrong password is told");
await logIn("ann", "secret of ann");
await sees("Only an administrator of this server may do this", "who is none is refused (security 33)");
ok(await page.evaluate("sessionStorage.length") === 0, "and nothing is kept");
await logIn("boss", "secret of boss");
await title("Health", "an administrator is in");
await sees("mxcgi ", "and sees what the server is");
await shoot("health");
ok(await page.evaluate("localStorage.length === 0 && document.cookie === ''"),
    "the session is in the tab alone");
ok(!page.url().includes("token"), "and not in the address (security 32)");

// --------------------------------------------------------------------- users

await go("Users");
await title("Users", "users");
await sees("1–20 of 25", "a page of them");
await shoot("users");
await button("More").click();
await sees("21–25 of 25", "the next");
await page.getByLabel("Name contains").fill("bob");
await button("Search").click();
await page.getByRole("link", { name: "@bob:localhost" }).click();
await title("@bob:localhost", "one of them");
await sees(nasty, "whose name is a text (security 22)");
await shoot("user");
await button("Lock").click();
await sees("Done: lock.", "is locked");
await sees("locked", "as it says");
await button("Unlock").click();
await sees("Done: unlock.", "and unlocked");
await button("New password").click();
await shoot("password");
await page.getByRole("dialog").getByLabel("Password").fill("fresh");
await button("Set it").click();
await sees("has a new password", "gets a new password");
await button("Deactivate").click();
await button("Cancel").click();
ok(await page.getByRole("dialog").count() === 0, "what is not meant is left");

await go("Users");
await title("Users", "users again");
await page.getByText("Make an account").click();
await page.locator("details").getByLabel("Username").fill("carol");
await page.locator("details").getByLabel("Password").fill("secret of carol");
await button("Make it").click();
await title("@carol:localhost", "an account is made");
await button("Deactivate").click();
await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
await sees("@carol:localhost is deactivated.", "and ended");

// ------------------------------------------------------------------- reports

await go("Reports");
await title("Reports", "reports");
await shoot("reports");
await page.getByRole("link", { name: "No. 1" }).click();
await sees("Something rude", "one, with what it is about");
await shoot("report");
await button("It is seen to: delete the report").click();
await sees("The report is deleted.", "is seen to");

// --------------------------------------------------------------------- rooms

await go("Rooms");
await title("Rooms", "rooms");
await shoot("rooms");
await page.getByRole("link", { name: nasty }).click();
await sees("What this room is for", "one of them");
await shoot("room");
await button("Block").click();
await sees("Nobody comes in any more.", "is blocked");
await button("Delete").click();
await shoot("delete");
await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
await sees("The room is being deleted", "and deleted");

// -------------------------------------------------------------------- tokens

await go("Tokens");
await title("Registration tokens", "tokens");
await page.getByLabel("Uses (any number if empty)").fill("3");
await button("Make a token").click();
await sees("The token is ", "one is made");
await shoot("tokens");
await button("Delete").click();
await sees("is deleted.", "and deleted");

// --------------------------------------------------------------------- media

await go("Media");
await title("Media", "media");
await shoot("media");
await page.getByRole("link", { name: "@bob:localhost" }).click();
await sees("picture.txt", "of somebody");
await shoot("media-of");
await button("Quarantine").click();
await sees("Nobody gets it.", "are taken out of sight");
await button("Release").click();
await sees("It is served again.", "and released");

// ------------------------------------------------------------------ keyboard

await go("Health");
await title("Health", "by the keyboard");
await page.getByRole("navigation").getByRole("link", { name: "Health" }).focus();
await page.keyboard.press("Tab");
await page.keyboard.press("Enter");
await title("Users", "from link to link");
ok(await page.evaluate("document.activeElement.id") === "title",
    "what is new has the focus");

await button("Log out").click();
await page.locator("input[name=user]").waitFor();
ok(await page.evaluate("sessionStorage.length") === 0, "logged out, nothing is left");
ok(await page.getByRole("heading", { name: "Users", includeHidden: true }).count() === 0,
    "nor what was shown");
ok(await page.title() !== "owned", "and nothing that somebody said was run (security 22)");
none("the policy of the page had nothing to refuse");
await browser.close();
