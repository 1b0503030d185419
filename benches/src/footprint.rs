//! What it costs to build: the smallest program with one vendor, beside the smallest with bare reqwest.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A program that is built from nothing.
struct Program {
    name: &'static str,
    dependency: String,
    source: &'static str,
}

const BARE: &str = r#"
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = reqwest::Client::new();
    let answer = client.get("https://api.clerk.com/v1/api_keys/ak_1").bearer_auth("sk_test_1").send().await?;
    println!("{}", answer.error_for_status()?.text().await?);
    Ok(())
}
"#;

const OURS: &str = r#"
use api_keys::{ApiKeyProvider, ClerkConfig, KeyId};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = ClerkConfig::new("sk_test_1").connect()?;
    println!("{:?}", provider.get(&KeyId::new("ak_1")?).await?);
    Ok(())
}
"#;

/// The crates of this repository that the program with one vendor is made of, the vendor's first.
const OWN: [&str; 4] = ["api-keys-clerk", "api-keys-http", "api-keys-core", "api-keys"];

/// What was measured of a program.
struct Footprint {
    crates: BTreeSet<String>,
    cold: Duration,
    bytes: u64,
}

/// Builds both programs and returns the table.
pub(crate) fn markdown() -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let facade = repository.join("crates/api-keys").display().to_string();
    let bare = Program {
        name: "bare",
        dependency: r#"reqwest = { version = "0.13", default-features = false, features = ["rustls"] }"#
            .to_owned(),
        source: BARE,
    };
    let ours = Program {
        name: "ours",
        dependency: format!(
            r#"api-keys = {{ path = "{facade}", default-features = false, features = ["clerk", "rustls"] }}"#
        ),
        source: OURS,
    };
    let (directory, reqwest) = bare.measure(&repository);
    clear(&directory.join("target"));
    let (directory, clerk) = ours.measure(&repository);
    let vendor = rebuilt(&directory, &OWN[..1]);
    let own = rebuilt(&directory, &OWN);

    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let megabytes = |bytes: u64| format!("{:.2} MB", bytes as f64 / 1e6);
    let beyond = clerk.crates.difference(&reqwest.crates).count();
    let twice = clerk.crates.len()
        - clerk.crates.iter().map(|line| line.split(' ').next()).collect::<BTreeSet<_>>().len();
    [
        "| | bare reqwest | one vendor (Clerk) |".to_owned(),
        "|---|---:|---:|".to_owned(),
        format!("| crates in the tree | {} | {} |", reqwest.crates.len(), clerk.crates.len()),
        format!("| crates that bare reqwest has not | | {beyond} |"),
        format!("| crates in more than one version | | {twice} |"),
        format!("| cold release build | {} | {} |", seconds(reqwest.cold), seconds(clerk.cold)),
        format!("| of which the vendor's crate | | {} |", seconds(vendor)),
        format!("| of which all of this repository | | {} |", seconds(own)),
        format!(
            "| size of the program, stripped | {} | {} |\n",
            megabytes(reqwest.bytes),
            megabytes(clerk.bytes)
        ),
    ]
    .join("\n")
}

impl Program {
    /// Builds the program from nothing, in a directory that is returned too.
    fn measure(&self, repository: &Path) -> (PathBuf, Footprint) {
        let directory = std::env::temp_dir().join(format!("api-keys-footprint-{}", self.name));
        clear(&directory);
        fs::create_dir_all(directory.join("src")).expect("a directory");
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [profile.release]\nstrip = true\n\n[dependencies]\n{}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n",
            self.name, self.dependency
        );
        fs::write(directory.join("Cargo.toml"), manifest).expect("a manifest");
        fs::write(directory.join("src/main.rs"), self.source).expect("a program");
        // The versions that this repository is tested with.
        fs::copy(repository.join("Cargo.lock"), directory.join("Cargo.lock")).expect("a lock file");

        let tree =
            cargo(&directory, &["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
        let crates = tree.lines().map(|line| line.split(" (").next().unwrap_or(line).to_owned());
        let crates = crates.filter(|line| !line.is_empty() && !line.starts_with(self.name)).collect();
        cargo(&directory, &["fetch"]);
        let cold = built(&directory, &["build", "--release"]);
        let bytes = fs::metadata(directory.join("target/release").join(self.name)).expect("a program").len();
        (directory, Footprint { crates, cold, bytes })
    }
}

/// How long it takes to compile these crates again, with all they depend on in place.
fn rebuilt(directory: &Path, crates: &[&str]) -> Duration {
    let packages: Vec<_> = crates.iter().flat_map(|name| ["--package", name]).collect();
    cargo(directory, &[&["clean", "--release"], &*packages].concat());
    built(directory, &[&["build", "--release"], &*packages].concat())
}

fn built(directory: &Path, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    cargo(directory, arguments);
    start.elapsed()
}

fn cargo(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", directory.join("target"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn clear(directory: &Path) {
    if directory.exists() {
        fs::remove_dir_all(directory).expect("a directory of this program's own");
    }
}
