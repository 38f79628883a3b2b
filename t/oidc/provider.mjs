// provider.mjs - a real OpenID Connect provider on loopback: whoever is typed in
// at its login page is so, with any password.
//
// usage: node provider.mjs PORT REDIRECT_URI READY_FILE
//
// Its client is "mxcgi" with the secret "s3cr:t & more", and PKCE is required.

import { writeFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [, , port, redirectUri, ready] = process.argv;
const claims = (id) => ({
	sub: id, preferred_username: id,
	name: `${id[0].toUpperCase()}${id.slice(1)} Person`,
	email: `${id}@example.org`, email_verified: true,
});
const provider = new Provider(`http://127.0.0.1:${port}`, {
	clients: [{
		client_id: "mxcgi", client_secret: "s3cr:t & more",
		redirect_uris: [redirectUri], response_types: ["code"],
		grant_types: ["authorization_code"],
	}],
	cookies: { keys: ["of the tests"] },
	claims: { openid: ["sub"], profile: ["name", "preferred_username"],
		email: ["email", "email_verified"] },
	pkce: { required: () => true },
	findAccount: (ctx, id) => ({ accountId: id, claims: () => claims(id) }),
});
const server = provider.listen(Number(port), "127.0.0.1",
    () => writeFileSync(ready, "ready"));
process.on("SIGTERM", () => { server.close(); process.exit(0); });
