// browser.mjs - the headless Chromium of the tests that go through pages.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { ok } from "./tap.mjs";

export const narrow = { width: 375, height: 667 }, wide = { width: 1280, height: 800 };
export const refusals = [];	// of the Content-Security-Policy, and errors of scripts

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let shots;

// It writes nowhere but in scratch, and its pictures to directory.
export async function openBrowser(executablePath, scratch, directory) {
	shots = directory;
	mkdirSync(shots, { recursive: true });
	process.env.HOME = process.env.TMPDIR = scratch;
	return chromium.launch({ executablePath, headless: true,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		    "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
}

export async function openContext(browser, options) {
	const context = await browser.newContext({ viewport: narrow, deviceScaleFactor: 2,
		...options });
	context.setDefaultTimeout(30000);
	context.on("console", (message) => {
		if (/Content.Security.Policy/i.test(message.text()))
			refusals.push(message.text());
	});
	context.on("weberror", (error) => refusals.push(String(error.error())));
	return context;
}

// Run from outside, so the page's own policy stands.
export async function accessible(page, name) {
	const found = await page.evaluate(`(async () => { ${axe};
		const said = await axe.run(document, { resultTypes: ["violations"] });
		return said.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target).join(" "));
	})()`);
	if (found.length)
		console.error(name, found);
	ok(found.length === 0, `${name}: accessible`);
}

export async function fits(page, name) {
	ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name);
}

// Both looks of the page, on a telephone and on a desk, each as a picture; look()
// is called for each.
export async function shoot(page, name, look) {
	for (const [size, word] of [[narrow, ""], [wide, "-wide"]]) {
		await page.setViewportSize(size);
		for (const colorScheme of ["light", "dark"]) {
			await page.emulateMedia({ colorScheme });
			await page.screenshot({ fullPage: true,
			    path: `${shots}/${name}${word}-${colorScheme}.png` });
			await look?.(`${name}${word} ${colorScheme}`, size, colorScheme);
		}
		await fits(page, `${name}${word} needs no scrolling sideways`);
	}
	await page.emulateMedia({ colorScheme: "light" });
	await page.setViewportSize(narrow);
}

export function none(name) {
	if (refusals.length)
		console.error(refusals);
	ok(refusals.length === 0, name);
}
