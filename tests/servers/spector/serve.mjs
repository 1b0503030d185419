// Serves the scenarios of Spector on a free port, and prints a line of JSON with the base URL. When standard input is
// closed, it writes the results of the scenarios to a file and exits. Run in the directory of the packages:
//
//     node serve.mjs coverage.json

import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { argv, exit, stdin, stdout } from "node:process";

// Only the line of JSON is on standard output.
console.log = console.error;
// The server asks git for the commit of the scenarios, which are in no repository here.
childProcess.execSync = () => "";
syncBuiltinESMExports();
const { MockApiApp } = await import("./node_modules/@typespec/spector/dist/src/app/index.js");

const app = new MockApiApp({
    port: 0,
    scenarioPath: "node_modules/@typespec/http-specs/specs",
    coverageFile: argv[2],
});
await app.start();
stdout.write(`${JSON.stringify({ base_url: app.resolverConfig.baseUrl })}\n`);
stdin.on("end", () => exit(0)).resume();
