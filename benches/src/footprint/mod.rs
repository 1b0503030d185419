//! The footprint of a minimal program: with one vendor, and with bare reqwest.

mod package;

use std::collections::BTreeSet;
use std::path::Path;

use self::package::Package;

const REQWEST: &str = r#"
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = reqwest::Client::new();
    let response = client.get("https://api.clerk.com/v1/api_keys/ak_1").bearer_auth("sk_test_1").send().await?;
    println!("{}", response.error_for_status()?.text().await?);
    Ok(())
}
"#;

const API_KEYS: &str = r#"
use api_keys::clerk::ClerkConfig;
use api_keys::{ApiKeyProvider, KeyId};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = ClerkConfig::new("sk_test_1").build()?;
    println!("{:?}", provider.get(&KeyId::new("ak_1")?).await?);
    Ok(())
}
"#;

/// The crates of this repository that the program depends on. The vendor's crate comes first.
const WORKSPACE: [&str; 4] = ["api-keys-clerk", "api-keys-runtime", "api-keys-core", "api-keys"];

/// Builds the programs from scratch and returns the tables.
pub(crate) fn markdown() -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let bare = reqwest(&repository, &["rustls"]);
    let vendor = ["rustls", "hyper"].map(|transport| api_keys(&repository, &["clerk", transport]));
    let few = bare.crates();
    let added = |package: &Package| Vec::from_iter(package.crates().difference(&few).cloned());
    let duplicates = |package: &Package| {
        let crates = package.crates();
        let names: BTreeSet<_> = crates.iter().filter_map(|line| line.split(' ').next()).collect();
        crates.len() - names.len()
    };
    let megabytes = |package: &Package| format!("{:.2} MB", package.size() as f64 / 1e6);
    let row = |title: &str, bare: String, measure: &dyn Fn(&Package) -> String| {
        let [reqwest, hyper] = vendor.each_ref().map(measure);
        format!("| {title} | {bare} | {reqwest} | {hyper} |\n")
    };
    let seconds = |seconds: f64| format!("{seconds:.1} s");
    [
        "| | bare reqwest | one vendor (Clerk) on reqwest | on hyper |\n|---|---:|---:|---:|\n".to_owned(),
        row("crates in the tree", few.len().to_string(), &|package| package.crates().len().to_string()),
        row("crates in addition to bare reqwest", String::new(), &|package| added(package).len().to_string()),
        row("crates in more than one version", String::new(), &|package| duplicates(package).to_string()),
        row("cold release build", seconds(bare.build()), &|package| seconds(package.build())),
        row("of which the vendor's crate", String::new(), &|package| {
            seconds(package.rebuild(&WORKSPACE[..1]))
        }),
        row("of which all of this repository", String::new(), &|package| {
            seconds(package.rebuild(&WORKSPACE))
        }),
        row("size of the program, stripped", megabytes(&bare), &megabytes),
        format!("\nOn reqwest, in addition to bare reqwest: {}.\n\n", added(&vendor[0]).join(", ")),
        features(&repository),
    ]
    .concat()
}

/// Returns the table of feature combinations.
fn features(repository: &Path) -> String {
    let choices: [(&[&str], &[&str]); 8] = [
        (&["clerk"], &[]),
        (&["clerk", "hyper"], &[]),
        (&["clerk", "http2", "hyper"], &[]),
        (&["clerk", "native-tls"], &["native-tls"]),
        (&["clerk", "rustls-no-provider"], &["rustls-no-provider"]),
        (&["clerk", "rustls"], &["rustls"]),
        (&["clerk", "rustls", "tracing"], &["rustls"]),
        (&["all-vendors", "bulk", "rustls", "toml", "tracing"], &["rustls"]),
    ];
    let rows = choices.map(|(features, tls)| {
        let many = api_keys(repository, features).crates();
        let added = match tls {
            // Without reqwest.
            [] => "–".to_owned(),
            _ => many.difference(&reqwest(repository, tls).crates()).count().to_string(),
        };
        format!("| `{}` | {} | {added} |\n", features.join(", "), many.len())
    });
    let head = "| features of `api-keys` | crates | in addition to bare reqwest with the same TLS |\n|---|---:|---:|\n";
    format!("{head}{}", rows.concat())
}

fn reqwest(repository: &Path, features: &[&str]) -> Package {
    let dependency =
        format!("reqwest = {{ version = \"0.13\", default-features = false, features = {features:?} }}");
    Package::new(format!("bare-{}", features.join("-")), &dependency, REQWEST, repository)
}

fn api_keys(repository: &Path, features: &[&str]) -> Package {
    let facade = repository.join("crates/api-keys").display().to_string();
    let dependency =
        format!("api-keys = {{ path = {facade:?}, default-features = false, features = {features:?} }}");
    Package::new(format!("one-vendor-{}", features.join("-")), &dependency, API_KEYS, repository)
}
