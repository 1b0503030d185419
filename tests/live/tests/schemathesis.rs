//! Requests that Schemathesis generates from the documents, and the responses of the emulators to them.

use std::path::Path;
use std::process::Command;

use api_keys_emulator::{Emulator, Vendor};
use api_keys_live_tests::python::interpreter;
use futures_util::future::join_all;
use tokio::task::spawn_blocking;

/// Responses are compared with the document. Errors of the server are documented, and invalid requests are accepted as
/// by the vendor, so neither is a failure.
const CHECKS: &str = "status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";

#[tokio::test(flavor = "multi_thread")]
async fn emulators_respond_as_documented() {
    let mut runs = Vec::new();
    for vendor in Vendor::ALL {
        let Some(python) = interpreter("schemathesis") else { return };
        runs.push(failures(*vendor, python));
    }
    let failures: String = join_all(runs).await.into_iter().flatten().collect();
    assert!(failures.is_empty(), "{failures}");
}

/// Returns the output of Schemathesis for a vendor if it reports failures or does not run.
async fn failures(vendor: Vendor, mut python: Command) -> Option<String> {
    let emulator = Emulator::start(vendor).await.unwrap();
    let scheme = if vendor == Vendor::LatitudeSh { "" } else { "Bearer " };
    let openapi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
    // Failures are stored in the working directory, and tried first in the next run.
    let directory = tempfile::tempdir().unwrap();
    python
        .current_dir(&directory)
        .args(["-m", "schemathesis.cli", "run"])
        .arg(openapi.join(vendor.as_str()).join("openapi.json"))
        .args(["--url", emulator.base_url(), "--checks", CHECKS])
        .args(["--header", &format!("Authorization: {scheme}{}", emulator.token().expose())])
        // The same requests in every run.
        .args(["--generation-deterministic", "--max-examples", "30"])
        .args(["--no-color", "--warnings", "off"]);
    let output = spawn_blocking(move || python.output()).await.unwrap().unwrap();
    let requests = emulator.requests();
    if output.status.success() && requests >= 100 {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    Some(format!("{vendor}, {requests} requests:\n{text}\n"))
}
