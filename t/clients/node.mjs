// node.mjs - matrix-js-sdk of today asks for a newer Node.js, which has these
// built in.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
Promise.withResolvers ??= function () {
	let resolve, reject;
	const promise = new Promise((a, b) => { resolve = a; reject = b; });
	return { promise, resolve, reject };
};

export const sdk = await import("matrix-js-sdk");
export const { logger } = await import("matrix-js-sdk/lib/logger.js");
logger.disableAll?.();
