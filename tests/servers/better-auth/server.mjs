// A real better-auth server with its API-key plugin, for tests. See README.md.
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { bearer } from "better-auth/plugins";
import { SqliteDialect } from "kysely";
import Database from "libsql";

const { PORT = "0", METADATA = "1" } = process.env;

// The starter holds the other end of stdin: when it goes, by whatever death, the server goes too.
process.stdin.on("close", () => process.exit(0)).resume();

// better-auth must know its own origin, so the port is bound before it is set up.
const server = createServer();
server.listen(Number(PORT), "127.0.0.1");
await once(server, "listening");
const { port } = server.address();
const origin = `http://127.0.0.1:${port}`;

const auth = betterAuth({
  baseURL: origin,
  secret: randomBytes(32).toString("base64"),
  telemetry: { enabled: false },
  database: { dialect: new SqliteDialect({ database: new Database(":memory:") }), type: "sqlite" },
  emailAndPassword: { enabled: true },
  plugins: [
    bearer(),
    apiKey({
      enableMetadata: METADATA === "1",
      // Lets a test ask the server itself whether a secret authenticates: GET /get-session with `x-api-key`.
      enableSessionForAPIKeys: true,
    }),
  ],
});
await (await getMigrations(auth.options)).runMigrations();
server.on("request", toNodeHandler(auth));

const { token } = await auth.api.signUpEmail({
  body: { name: "Test", email: `${randomUUID()}@example.com`, password: randomUUID() },
});
console.log(JSON.stringify({ port, baseUrl: `${origin}/api/auth`, token }));
