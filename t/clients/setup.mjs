// setup.mjs - a headless Chromium sets a server up by its page, without JavaScript.
//
// usage: node setup.mjs URL KEY_FILE SCREENSHOT_DIR CHROMIUM SCRATCH_DIR

import { readFileSync } from "node:fs";
import { accessible, none, openBrowser, openContext, shoot as shootPage } from "./browser.mjs";
import { ok } from "./tap.mjs";

const [, , url, keyFile, shots, executablePath, scratch] = process.argv;
const browser = await openBrowser(executablePath, scratch, shots);
const context = await openContext(browser, { javaScriptEnabled: false });
const page = await context.newPage();
// axe needs what the page does without: it gets a copy of it.
const looker = await (await browser.newContext()).newPage();

const shoot = (name) => shootPage(page, `setup-${name}`, async (look, size, colorScheme) => {
	await looker.setViewportSize(size);
	await looker.emulateMedia({ colorScheme });
	await looker.setContent(await page.content());
	await accessible(looker, look);
});
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
none("the policy of the page had nothing to refuse");
await browser.close();
