//! Tests for `cargo xtask diff`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

#[test]
fn exit_status_reports_the_impact() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, value: &Value| {
        let path = folder.path().join(name);
        fs::write(&path, value.to_string()).unwrap();
        path
    };
    let ours =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/fastapi/openapi.json"))
            .unwrap();
    let ours: Value = serde_json::from_str(&ours).unwrap();
    // Changes no structure, so that our document equals itself.
    let overlay = file(
        "overlay.json",
        &json!({
            "overlay": "1.1.0",
            "info": { "title": "Nothing", "version": "1" },
            "actions": [{ "target": "$.info", "update": { "title": "Another" } }],
        }),
    );
    let run = |upstream: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["diff", "fastapi", "--upstream"])
            .arg(upstream)
            .arg("--overlay")
            .arg(&overlay)
            .output()
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(&file("same.json", &ours)).0, 0);

    let mut more = ours.clone();
    more["paths"]["/auth/api_keys/"]["get"]["responses"]["418"] = json!({ "description": "" });
    let (status, output) = run(&file("more.json", &more));
    assert!(
        status == 4 && output.contains("GET /auth/api_keys/\n  compatible  response 418: new"),
        "{output}"
    );

    let mut less = ours;
    less["paths"].as_object_mut().unwrap().remove("/auth/api_keys/");
    assert_eq!(run(&file("less.json", &less)).0, 5);
    assert_eq!(run(&folder.path().join("none.json")).0, 1);
}
