// Real better-auth servers for tests, of the version installed in the working directory. See README.md.
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { toNodeHandler } from "better-auth/node";
import * as plugins from "better-auth/plugins";
import { SqliteDialect } from "kysely";
import Database from "libsql";

// Since 1.5, API keys are a separate package, with organizations and several configurations.
const builtIn = "apiKey" in plugins;
const { apiKey } = builtIn ? plugins : await import("@better-auth/api-key");
const { getMigrations } = await import(builtIn ? "better-auth/db" : "better-auth/db/migration");

// The parent process holds the other end of stdin, so the servers stop when the parent does.
process.stdin.on("close", () => process.exit(0)).resume();

/** Listens on a port of 127.0.0.1, 0 for any free one. */
async function listen(port) {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return [server, `http://127.0.0.1:${server.address().port}`];
}

/** Starts a server with an empty database, and returns the data that a client needs. */
async function start({ server: settings = {}, keys = {}, seed = {}, proxied = false }) {
  // better-auth is configured with its own origin, so the port is bound first.
  const [server, origin] = await listen(0);
  const users = { configId: "default", enableMetadata: true, ...keys };
  // A key of an organization has no user whose session it could replace.
  const organizations = { ...users, configId: "org", references: "organization", enableSessionForAPIKeys: false };
  const auth = betterAuth({
    baseURL: origin,
    secret: randomBytes(32).toString("base64"),
    telemetry: { enabled: false },
    database: { dialect: new SqliteDialect({ database: new Database(":memory:") }), type: "sqlite" },
    // Passwords are not used, so their hash does not matter.
    emailAndPassword: { enabled: true, password: { hash: async () => "" } },
    rateLimit: { enabled: false },
    plugins: [plugins.bearer(), plugins.organization(), apiKey(builtIn ? users : [users, organizations])],
    ...settings,
  });
  await (await getMigrations(auth.options)).runMigrations();

  const handler = toNodeHandler(auth);
  server.on("request", async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, origin);
    if (pathname === "/verify") {
      // Only available within the server process.
      const key = request.headers["x-api-key"];
      const { valid } = await auth.api.verifyApiKey({ body: { key, ...Object.fromEntries(searchParams) } });
      return response.writeHead(valid ? 200 : 401).end();
    }
    if (proxied) request.headers["x-forwarded-for"] = request.socket.remoteAddress;
    return handler(request, response);
  });

  const signUp = async (name) => {
    const account = { name, email: `${name}@example.com`, password: randomUUID() };
    const { token, user } = await auth.api.signUpEmail({ body: account });
    const headers = new Headers({ authorization: `Bearer ${token}` });
    const found = async (slug) => (await auth.api.createOrganization({ headers, body: { name: slug, slug } })).id;
    return { token, user: user.id, organizations: [await found(`${name}-1`), await found(`${name}-2`)] };
  };
  const one = await signUp("one");
  const other = await signUp("other");

  // Fields that can only be set within the server process.
  const seeded = {};
  for (const [name, fields] of Object.entries(seed)) {
    const { id, key } = await auth.api.createApiKey({ body: { name, userId: one.user, ...fields } });
    seeded[name] = { id, key };
  }
  return { base_url: `${origin}/api/auth`, verify_url: `${origin}/verify`, ...one, other, seed: seeded };
}

const [control, url] = await listen(Number(process.env.PORT ?? 0));
control.on("request", async (request, response) => {
  const options = Buffer.concat(await request.toArray()).toString();
  response.end(JSON.stringify(await start(JSON.parse(options))));
});
console.log(JSON.stringify({ control: url }));
