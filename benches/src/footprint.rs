//! What it costs to build: the smallest program with one vendor, beside the smallest with bare reqwest.

mod program;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::stats::median;
use program::{Cost, Program};

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
    let provider = ClerkConfig::new("sk_test_1").build()?;
    println!("{:?}", provider.get(&KeyId::new("ak_1")?).await?);
    Ok(())
}
"#;

/// The crates of this repository that the program with one vendor is made of, the vendor's first.
const OWN: [&str; 4] = ["api-keys-clerk", "api-keys-runtime", "api-keys-core", "api-keys"];

/// Builds both programs so many times from nothing, and returns the tables.
pub(crate) fn markdown(rounds: usize) -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let bare = bare(&repository, &["rustls"]);
    let ours = ours(&repository, &["clerk", "rustls"]);
    let (few, many) = (bare.crates(), ours.crates());
    let twice = many.len() - names(&many).len();

    let [mut bare_cold, mut ours_cold, mut vendor, mut own] = [const { Vec::<Cost>::new() }; 4];
    for round in 1..=rounds {
        eprintln!("building: round {round} of {rounds}");
        bare_cold.push(bare.build());
        ours_cold.push(ours.build());
        vendor.push(ours.rebuild(&OWN[..1]));
        own.push(ours.rebuild(&OWN));
    }
    let size = |program: &Program| format!("{:.2} MB", program.size() as f64 / 1e6);
    let table = [
        "| | bare reqwest | one vendor (Clerk) |".to_owned(),
        "|---|---:|---:|".to_owned(),
        format!("| crates in the tree | {} | {} |", few.len(), many.len()),
        format!("| crates that bare reqwest has not | | {} |", many.difference(&few).count()),
        format!("| crates in more than one version | | {twice} |"),
        format!("| cold release build | {} | {} |", times(&bare_cold), times(&ours_cold)),
        format!("| of which the vendor's crate | | {} |", times(&vendor)),
        format!("| of which all of this repository | | {} |", times(&own)),
        format!("| size of the program, stripped | {} | {} |", size(&bare), size(&ours)),
    ];
    let added: Vec<_> = many.difference(&few).cloned().collect();
    [bare, ours].iter().for_each(Program::remove);
    format!("{}\n\nBeyond bare reqwest: {}.\n\n{}", table.join("\n"), added.join(", "), features(&repository))
}

/// What each choice of features adds.
fn features(repository: &Path) -> String {
    let mut table =
        "| features of `api-keys` | crates | beyond bare reqwest with the same TLS |\n|---|---:|---:|\n"
            .to_owned();
    let choices: [(&[&str], &[&str]); 6] = [
        (&["clerk"], &[]),
        (&["clerk", "native-tls"], &["native-tls"]),
        (&["clerk", "rustls-no-provider"], &["rustls-no-provider"]),
        (&["clerk", "rustls"], &["rustls"]),
        (&["clerk", "rustls", "tracing"], &["rustls"]),
        (&["default"], &["rustls"]),
    ];
    for (features, tls) in choices {
        let (program, bare) = (ours(repository, features), bare(repository, tls));
        let (many, few) = (program.crates(), bare.crates());
        let beyond = match tls {
            // The application brings a transport, and reqwest is no part of it.
            [] => "–".to_owned(),
            _ => many.difference(&few).count().to_string(),
        };
        table += &format!("| `{}` | {} | {beyond} |\n", features.join(", "), many.len());
        [program, bare].iter().for_each(Program::remove);
    }
    table
}

fn bare(repository: &Path, features: &[&str]) -> Program {
    let dependency =
        format!("reqwest = {{ version = \"0.13\", default-features = false, features = {features:?} }}");
    Program::new("bare", directory(repository, "bare", features), &dependency, BARE, repository)
}

fn ours(repository: &Path, features: &[&str]) -> Program {
    let facade = repository.join("crates/api-keys").display().to_string();
    let dependency =
        format!("api-keys = {{ path = {facade:?}, default-features = false, features = {features:?} }}");
    Program::new("ours", directory(repository, "ours", features), &dependency, OURS, repository)
}

fn directory(repository: &Path, name: &str, features: &[&str]) -> PathBuf {
    repository.join("target/footprint").join(format!("{name}-{}", features.join("-")))
}

/// The crates without their versions.
fn names(crates: &BTreeSet<String>) -> BTreeSet<&str> {
    crates.iter().filter_map(|line| line.split(' ').next()).collect()
}

/// Medians, and how far the builds were apart.
fn times(builds: &[Cost]) -> String {
    let middle = |of: fn(&Cost) -> f64| median(&builds.iter().map(of).collect::<Vec<_>>());
    let (fastest, slowest) = builds
        .iter()
        .fold((f64::MAX, 0.0_f64), |(low, high), cost| (low.min(cost.elapsed), high.max(cost.elapsed)));
    let elapsed = format!("{:.1} s ({fastest:.1}–{slowest:.1})", middle(|cost| cost.elapsed));
    match builds.iter().all(|cost| cost.processor > 0.0) {
        true => format!("{elapsed}, {:.1} s of processor time", middle(|cost| cost.processor)),
        false => elapsed,
    }
}
