//! Secrets and their sources.

use std::fmt::Display;
use std::ops::Deref;
use std::process::Command;

use api_keys_core::{
    ApiKey, Error, ErrorKind, IssuedKey, KeyId, Patch, SecretBytes, SecretKey, SecretSource,
};
use serde::{Serialize, de::DeserializeOwned};
use static_assertions::{assert_impl_all, assert_not_impl_any};

assert_not_impl_any!(SecretKey: Display, Serialize, PartialEq, PartialEq<str>, PartialEq<&'static str>, Deref);
assert_not_impl_any!(SecretKey: AsRef<str>, AsRef<[u8]>, Into<String>, std::hash::Hash, PartialOrd, Copy);
assert_not_impl_any!(SecretBytes: Display, Serialize, PartialEq, Deref, AsRef<[u8]>, Into<Vec<u8>>, Copy);
assert_not_impl_any!(IssuedKey: Clone, Display, Serialize, PartialEq, Deref);
assert_not_impl_any!(SecretSource: Display, Serialize, PartialEq);
// `None` would be ambiguous.
assert_not_impl_any!(Patch<String>: From<Option<String>>);
assert_impl_all!(SecretKey: Send, Sync, Clone, DeserializeOwned);
assert_impl_all!(IssuedKey: Send, Sync);
assert_impl_all!(Error: Send, Sync, std::error::Error);

const SECRET: &str = "sk_live_0123456789";

#[test]
fn debug_does_not_contain_the_secret() {
    let key = ApiKey::new(KeyId::new("ak").expect("an id"));
    let issued = IssuedKey::new(key, SecretKey::new(SECRET));
    let source = SecretSource::from(SECRET);
    let bytes = SecretBytes::new(SECRET.as_bytes());
    for text in [
        format!("{:?} {:#?}", issued.secret, issued.secret),
        format!("{issued:?} {issued:#?}"),
        format!("{source:?} {source:#?}"),
        format!("{bytes:?} {bytes:#?}"),
    ] {
        for start in 0..SECRET.len() - 3 {
            assert!(!text.contains(&SECRET[start..start + 4]), "{text}");
        }
    }
    let (short, long) = (SecretKey::new("a"), SecretKey::new(SECRET));
    assert_eq!(format!("{short:?}"), format!("{long:?}"), "the length is not shown");
}

#[test]
fn expose_returns_the_secret() {
    let (_, secret) =
        IssuedKey::new(ApiKey::new(KeyId::new("ak").expect("an id")), SECRET.into()).into_parts();
    assert_eq!(secret.expose(), SECRET);
    assert_eq!(secret.clone().expose(), SECRET);
    assert_eq!(serde_json::from_str::<SecretKey>("\"a\\nb\"").expect("a secret").expose(), "a\nb");

    let bytes = SecretBytes::new(*b"abc");
    assert_eq!((bytes.expose(), bytes.len(), bytes.is_empty()), (b"abc".as_slice(), 3, false));
    assert!(SecretBytes::default().is_empty());
}

fn configured(json: serde_json::Value) -> SecretSource {
    serde_json::from_value(json).expect("a source")
}

fn read(source: &SecretSource) -> String {
    source.read().expect("a secret").expose().to_owned()
}

#[test]
fn source_is_a_value_a_variable_or_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    std::fs::write(&path, SECRET).expect("written");
    // Cargo sets this variable.
    let name = "CARGO_PKG_NAME";
    assert_eq!(read(&configured(SECRET.into())), SECRET);
    assert_eq!(read(&configured(serde_json::json!({ "env": name }))), "api-keys-core");
    assert_eq!(read(&configured(serde_json::json!({ "file": path }))), SECRET);
    assert_eq!(read(&SecretSource::env(name)), "api-keys-core");
    assert_eq!(read(&SecretSource::file(&path)), SECRET);
}

#[test]
fn one_trailing_line_break_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    for (text, secret) in
        [("s", "s"), ("s\n", "s"), ("s\r\n", "s"), ("s\n\n", "s\n"), ("\ns ", "\ns "), ("", "")]
    {
        std::fs::write(&path, text).expect("written");
        assert_eq!(read(&SecretSource::file(&path)), secret, "{text:?}");
    }
}

#[test]
fn file_is_read_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    let source = SecretSource::file(&path);
    for secret in ["first", "second"] {
        std::fs::write(&path, secret).expect("written");
        assert_eq!(read(&source), secret);
    }
}

#[test]
fn error_names_the_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing");
    let binary = folder.path().join("binary");
    std::fs::write(&binary, b"sk_\xff").expect("written");
    for (source, name) in [
        (SecretSource::env("API_KEYS_NOT_SET"), "API_KEYS_NOT_SET".to_owned()),
        (SecretSource::file(&missing), missing.display().to_string()),
        (SecretSource::file(&binary), binary.display().to_string()),
    ] {
        let error = source.read().expect_err("nothing to read").into_error("fake");
        assert_eq!(
            (error.kind(), error.operation(), error.vendor()),
            (ErrorKind::Configuration, None, "fake")
        );
        assert!(error.to_string().contains(&name), "{error}");
        assert!(!format!("{error:?}").contains("sk_"), "{error:?}");
    }
}

#[test]
fn invalid_source_is_not_quoted() {
    for json in [
        r#"{ "environment": "sk_live_0123456789" }"#,
        "17",
        r#"["sk_live_0123456789"]"#,
        r#"{ "env": "A", "file": "/b" }"#,
    ] {
        let error = serde_json::from_str::<SecretSource>(json).expect_err(json);
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
    }
}

/// The environment variable that selects the child process.
#[cfg(unix)]
const CHILD: &str = "API_KEYS_CORE_TEST_CHILD";

#[test]
#[cfg(unix)]
fn invalid_variable_is_not_quoted() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    if std::env::var_os(CHILD).is_some() {
        let error = SecretSource::env("NOT_TEXT").read().expect_err("not Unicode");
        println!("{error}\n{error:?}\n{error:#?}");
        return;
    }
    // Setting a variable in this process would affect other tests.
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "--nocapture", "invalid_variable_is_not_quoted"])
        .env(CHILD, "1")
        .env("NOT_TEXT", OsStr::from_bytes(b"sk_live_0123456789\xff"))
        .output()
        .expect("a child");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("NOT_TEXT"), "{text}");
    assert!(!text.contains("sk_live") && !text.contains("0123"), "{text}");
}
