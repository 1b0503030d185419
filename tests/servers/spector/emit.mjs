// Emits the specifications of Spector as OpenAPI documents. Run in the directory of the packages:
//
//     node emit.mjs documents
//
// Each specification becomes `<name>.json`, or `<name>-<version>.json`, with `/` replaced by `_`.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { argv, exit, stderr } from "node:process";

const SPECS = "node_modules/@typespec/http-specs/specs";
const EMITTER = "node_modules/@typespec/openapi3/dist/src/openapi.js";

// What OpenAPI cannot express. The remaining parts of a specification are emitted.
const EXPECTED = new Set([
    "@typespec/openapi3/path-query",
    "@typespec/openapi3/unsupported-status-code-range",
]);

// The emitter looks up the examples of a parameter by its name, and finds a function for `constructor`.
async function mendEmitter() {
    const text = await readFile(EMITTER, "utf8");
    const mended = text.replace(
        "examples.parameters[httpProp.options.name] ?? []",
        "(Object.hasOwn(examples.parameters, httpProp.options.name) ? examples.parameters[httpProp.options.name] : [])",
    );
    await writeFile(EMITTER, mended);
}

async function main(output) {
    await mendEmitter();
    const { NodeHost, compile } = await import("@typespec/compiler");
    const { getOpenAPI3 } = await import("@typespec/openapi3");
    await mkdir(output, { recursive: true });
    const files = await readdir(SPECS, { recursive: true });
    let failed = false;
    for (const file of files.filter((file) => file.endsWith("main.tsp")).sort()) {
        const program = await compile(NodeHost, join(SPECS, file), { noEmit: true });
        const before = program.diagnostics.length;
        const services = await getOpenAPI3(program, { "openapi-versions": ["3.2.0"] });
        const errors = program.diagnostics.filter(({ severity }) => severity === "error");
        for (const { code, message } of errors.filter(({ code }) => !EXPECTED.has(code))) {
            stderr.write(`${file}: ${code}: ${message}\n`);
            failed = true;
        }
        const name = dirname(file).replaceAll("/", "_");
        for (const { versions, document } of services) {
            const all = versions ?? [{ document }];
            for (const { version, document } of all) {
                const path = join(output, version === undefined ? `${name}.json` : `${name}-${version}.json`);
                await writeFile(path, JSON.stringify(document, null, 2));
            }
        }
    }
    return failed ? 1 : 0;
}

exit(await main(argv[2]));
