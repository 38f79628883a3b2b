// tap.mjs - what the client tests share: they print "ok NAME" or "not ok NAME"
// for the shell to number, and end at the first failure.

export function ok(holds, name) {
	console.log(`${holds ? "ok" : "not ok"} ${name}`);
	if (!holds)
		process.exit(1);
}

// Wait until check() is true; woken by the event, not by a clock.
export function until(emitter, event, name, check) {
	return new Promise((resolve) => {
		const late = setTimeout(() => ok(false, name), 60000);
		const look = () => {
			if (!check())
				return;
			clearTimeout(late);
			emitter.removeListener(event, look);
			ok(true, name);
			resolve();
		};
		emitter.on(event, look);
		look();
	});
}

// The texts 1..n that one user says, and what the other should have heard.
export const says = (who, n) =>
	Array.from({ length: n }, (_, i) => `${who} says ${i + 1}`);
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
