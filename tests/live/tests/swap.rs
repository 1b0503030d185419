//! An application that moves between databases and vendors by configuration.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use api_keys::{ApiKeyProvider as _, NewApiKey, ProviderConfig, RevokeOptions, Verification};
use api_keys_emulator::{Emulator, Vendor};
use api_keys_live_tests::postgres;

const OWNER: &str = "user_2abcdefghijklmnopqrstuvwxyz";

/// The application: issues a key, verifies it, and revokes it.
async fn application(file: &Path) {
    let keys = ProviderConfig::from_file(file).expect("a configuration").build().expect("a provider");
    let new = NewApiKey::new("reports").owner(OWNER).scopes(["read"]);
    let issued = keys.create(new).await.expect("a key");
    let verification = keys.verify(&issued.secret).await.expect("verified");
    let key = verification.key().expect("valid");
    assert_eq!((key.owner.as_deref(), key.scopes.as_deref()), (Some(OWNER), Some(&["read".to_owned()][..])));
    let _ = keys.revoke(&issued.key.id, RevokeOptions::new()).await.expect("revoked");
    let verification = keys.verify(&issued.secret).await.expect("verified");
    assert!(matches!(verification, Verification::Invalid(_)));
}

#[tokio::test]
async fn one_line_moves_to_another_provider() {
    let folder = tempfile::tempdir().expect("a folder");
    let clerk = Emulator::start(Vendor::Clerk).await.expect("an emulator");
    let (address, token) = (clerk.base_url(), clerk.token().expose());
    let sqlite = folder.path().join("keys.db").display().to_string();
    let mut lines = vec![
        format!("{{\"vendor\": \"sql\", \"url\": \"sqlite:{sqlite}\"}}"),
        format!("{{\"vendor\": \"clerk\", \"base_url\": \"{address}\", \"token\": \"{token}\"}}"),
    ];
    if let Some(server) = postgres::shared() {
        lines.push(format!("{{\"vendor\": \"sql\", \"url\": \"{}\"}}", server.create_database().await));
    }
    for line in lines {
        let file = folder.path().join("keys.json");
        fs::write(&file, line).expect("written");
        application(&file).await;
    }
}
