// fake.mjs - OpenID Connect providers that are hostile, broken or odd, one for
// each first segment of the path; "good" is none of these.
//
// usage: node fake.mjs PORT READY_FILE
//
// There is no login page: a code says by itself what its ID token shall hold:
// the nonce, ".", and the claims as JSON in base64url.  Client: "mxcgi" with the
// secret "s3cr:t & more".

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";

const [, , port, ready] = process.argv;
const b64 = (x) => Buffer.from(typeof x === "string" ? x : JSON.stringify(x))
    .toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

function document(mode, issuer) {
	const doc = {
		issuer, authorization_endpoint: `${issuer}/auth?x=1`,
		token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`,
		userinfo_endpoint: `${issuer}/userinfo`,
	};
	if (mode === "post")
		doc.token_endpoint_auth_methods_supported = ["client_secret_post"];
	if (mode === "create")
		doc.prompt_values_supported = ["none", "create"];
	if (mode === "named")
		doc.authorization_response_iss_parameter_supported = true;
	if (mode === "doc-issuer")
		doc.issuer = "https://evil.example";
	if (mode === "doc-endpoint")
		doc.token_endpoint = "http://evil.example/token";
	if (mode === "doc-script")
		doc.authorization_endpoint = "javascript:alert(1)";
	if (mode === "doc-lacks")
		delete doc.token_endpoint;
	if (mode === "doc-huge")
		doc.more = "x".repeat(1 << 20);
	return doc;
}

function claimsOf(mode, issuer, nonce, more) {
	const claims = { iss: issuer, aud: "mxcgi", nonce, iat: now(),
		exp: now() + 300, ...more };
	switch (mode) {
	case "nonce": claims.nonce = "another"; break;
	case "no-nonce": delete claims.nonce; break;
	case "aud": claims.aud = "another"; break;
	case "auds": claims.aud = ["another", "third"]; break;
	case "no-azp": claims.aud = ["mxcgi", "another"]; break;
	case "azp": claims.azp = "another"; break;
	case "many": claims.aud = ["another", "mxcgi"]; claims.azp = "mxcgi"; break;
	case "issuer": claims.iss = "https://evil.example"; break;
	case "expired": claims.exp = now() - 600; claims.iat = now() - 900; break;
	case "no-exp": delete claims.exp; break;
	case "old": claims.iat = now() - 86400; break;
	case "future": claims.iat = now() + 86400; claims.exp = now() + 90000; break;
	case "no-sub": delete claims.sub; break;
	case "long-sub": claims.sub = "s".repeat(256); break;
	}
	return claims;
}

function tokenOf(mode, claims) {
	const alg = mode === "none" ? "none" : mode === "None" ? "NoNe" : "RS256";
	const parts = [b64({ alg }), b64(claims),
	    mode === "none" || mode === "unsigned" ? "" : b64("signature")];
	if (mode === "five")
		parts.push("x", "y");
	if (mode === "rubbish")
		parts[1] = b64("{\"iss\":");
	return parts.join(".");
}

const basic = "Basic " + Buffer.from("mxcgi:" +
    encodeURIComponent("s3cr:t & more")).toString("base64");

function authorized(mode, req, form) {
	if (mode === "post")
		return !req.headers.authorization &&
		    form.get("client_id") === "mxcgi" &&
		    form.get("client_secret") === "s3cr:t & more";
	if (mode === "public")
		return !req.headers.authorization && !form.has("client_secret") &&
		    form.get("client_id") === "mxcgi";
	return req.headers.authorization === basic && !form.has("client_secret");
}

function token(mode, issuer, req, form) {
	const [nonce, claims] = form.get("code").split(".");
	const all = claimsOf(mode, issuer, nonce,
	    JSON.parse(Buffer.from(claims, "base64url").toString()));

	if (!authorized(mode, req, form))
		return [401, { error: "invalid_client" }];
	if (form.get("grant_type") !== "authorization_code" ||
	    !/^[A-Za-z0-9_~.-]{43,128}$/.test(form.get("code_verifier") ?? ""))
		return [400, { error: "invalid_grant" }];
	if (mode === "refuses")
		return [400, { error: "invalid_grant\u001b[31m" }];
	if (mode === "breaks")
		return [500, {}];
	const said = { access_token: "access." + b64(all), token_type: "bearer",
		id_token: tokenOf(mode, all) };
	if (mode.startsWith("info")) {
		const { iss, aud, nonce, iat, exp, sub } = all;
		said.id_token = tokenOf(mode, { iss, aud, nonce, iat, exp, sub });
	}
	if (mode === "no-token")
		delete said.id_token;
	if (mode === "huge")
		said.more = "x".repeat(1 << 20);
	return [200, said];
}

function userinfo(mode, req) {
	const claims = JSON.parse(Buffer.from(req.headers.authorization
	    .split(".")[1], "base64url").toString());
	if (mode === "info-other")
		claims.sub = "somebody else";
	return mode === "info-fails" ? [403, {}] : [200, claims];
}

createServer((req, res) => {
	const url = new URL(req.url, `http://127.0.0.1:${port}`);
	const [, mode, ...rest] = url.pathname.split("/");
	const issuer = `http://127.0.0.1:${port}/${mode}`;
	let body = "";

	req.on("data", (piece) => { body += piece; });
	req.on("end", () => {
		const path = rest.join("/");
		if (mode === "slow" && path === "token")
			return;		// for ever
		const [status, said] =
		    path === ".well-known/openid-configuration" ?
			[mode === "doc-gone" ? 404 : 200, document(mode, issuer)] :
		    path === "token" && req.method === "POST" ?
			token(mode, issuer, req, new URLSearchParams(body)) :
		    path === "userinfo" ? userinfo(mode, req) : [404, {}];
		res.writeHead(status, { "Content-Type": "application/json" });
		res.end(mode === "doc-rubbish" ? "<html>" : JSON.stringify(said));
	});
}).listen(Number(port), "127.0.0.1", () => writeFileSync(ready, "ready"));
