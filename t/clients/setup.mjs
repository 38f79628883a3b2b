// setup.mjs - a headless Chromium sets a server up by its page, without JavaScript.
//
// usage: node setup.mjs URL KEY_FILE SCREENSHOT_DIR CHROMIUM SCRATCH_DIR

import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { ok } from "./tap.mjs";

const [, , url, keyFile, shots, executablePath, scratch] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(shots, { recursive: true });

// It writes nowhere else.
process.env.HOME = process.env.TMPDIR = scratch;
const browser = await chromium.launch({ executablePath, headless: true,
	args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	    "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
const narrow = { width: 375, height: 667 }, wide = { width: 1280, height: 800 };
const refusals = [];	// of the Content-Security-Policy
const context = await browser.newContext({ viewport: narrow, deviceScaleFactor: 2,
	javaScriptEnabled: false });
context.setDefaultTimeout(30000);
context.on("console", (message) => {
	if (/Content.Security.Policy/i.test(message.text()))
		refusals.push(message.text());
});
const page = await context.newPage();
// axe needs what the page does without: it gets a copy of it.
const looker = await (await browser.newContext()).newPage();

async function accessible(name, size, colorScheme) {
	await looker.setViewportSize(size);
	await looker.emulateMedia({ colorScheme });
	await looker.setContent(await page.content());
	const found = await looker.evaluate(`(async () => { ${axe};
		const said = await axe.run(document, { resultTypes: ["violations"] });
		return said.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target).join(" "));
	})()`);
	if (found.length)
		console.error(name, found);
	ok(found.length === 0, `${name}: accessible`);
}
async function shoot(name) {
	for (const [size, word] of [[narrow, ""], [wide, "-wide"]]) {
		await page.setViewportSize(size);
		for (const colorScheme of ["light", "dark"]) {
			await page.emulateMedia({ colorScheme });
			await page.screenshot({ fullPage: true,
			    path: `${shots}/setup-${name}${word}-${colorScheme}.png` });
			await accessible(`${name}${word} ${colorScheme}`, size, colorScheme);
		}
		ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
		    `${name}${word} needs no scrolling sideways`);
	}
	await page.setViewportSize(narrow);
}
async function title(text) {
	ok(await page.getByRole("heading", { level: 1 }).innerText() === text, `"${text}"`);
}
const fill = (label, text) => page.getByLabel(label).fill(text);
const value = (label) => page.getByLabel(label).inputValue();
const send = () => page.getByRole("button", { name: "Set up" }).click();

await page.goto(url);
await title("Set up your server");
ok(await page.evaluate("document.scripts.length") === 0, "there is no script");
ok(await page.getByText(keyFile.replace(/.*\//, "")).count() === 1, "it says where the key is");
ok(await value("Server name") === "127.0.0.1", "and guesses the name of the server");
ok(`${await value("Address of this folder")}/setup.cgi` === url, "and the address");
await shoot("form");

await fill("Key", "guessed");
await fill("Server name", "example.org");
await fill("Your username", "ann");
await fill("Your password", "a long secret");
await fill("The password again", "a long secret");
await send();
ok(await page.getByText("That is not the key").count() === 1, "a wrong key is told");
ok(await value("Your username") === "ann", "what was typed is still there");
ok(await value("Your password") === "", "but for the password");
await shoot("refused");

await fill("Key", readFileSync(keyFile, "utf8").trim());
await fill("Your password", "a long secret");
await fill("The password again", "a long secret");
await page.getByLabel("The password again").press("Enter");
await title("Your server is ready");
ok(await page.getByText("@ann:example.org", { exact: true }).count() === 1, "who can log in");
await shoot("done");
const [administration] = await Promise.all([context.waitForEvent("page"),
	page.getByRole("link", { name: "Administration" }).click()]);
await administration.waitForLoadState();
ok((await administration.title()).includes("example.org"), "the server answers already");
await administration.close();

await page.goto(url);
await title("Already done");
await shoot("over");
ok(refusals.length === 0, "the policy of the page had nothing to refuse");
if (refusals.length)
	console.error(refusals);
await browser.close();
