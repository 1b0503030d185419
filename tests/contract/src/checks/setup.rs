//! Base URLs and credentials, right and wrong.

use api_keys_core::{Effect, ErrorKind, Operation};

use crate::connection::{Args, CREDENTIAL, Vendor};
use crate::mock_server::{Server, response_with};
use crate::outcome::everything_shown;
use crate::perform::{Player, perform};
use crate::validator::Validator;
use crate::violations::Violations;

pub(super) async fn invalid_base_url_is_a_configuration_error(vendor: &'static Vendor) {
    let wrong = [
        "",
        "/",
        "example.com",
        "localhost:8000",
        "//example.com",
        "https://",
        "https:///v1",
        "https://?hunter2",
        "https://:443",
        "ftp://example.com",
        "https://example.com?hunter2",
        "https://example.com/v1?key=hunter2",
        "https://example.com/#hunter2",
        "https://user:hunter2@example.com",
        "https://hunter2@example.com",
        "https://exa mple.com",
        "https://example.com\n",
        "https://example.com/\0",
        "https://example.com\\v1",
        "https://[::1",
        "https://example.com:99999",
        "http://example.com",
        "http://192.0.2.1:8000/v1",
        "http://localhost.example.com",
        "HTTP://example.com",
    ];
    let mut violations = Violations::new();
    for base_url in wrong {
        let mut case = violations.case(format!("{base_url:?}"));
        match (vendor.connect)(base_url, CREDENTIAL) {
            Ok(_) => case.wrong("is taken"),
            Err(error) => {
                case.expect(error.kind() == ErrorKind::Configuration, format!("is {:?}", error.kind()));
                case.expect(error.effect() == Effect::NotApplied && error.attempts() == 0, "was tried");
                case.expect(error.vendor() == vendor.name, "is of another vendor");
                let shown = everything_shown(&error);
                let leaks = ["hunter2", CREDENTIAL].into_iter().find(|secret| shown.contains(secret));
                case.expect(leaks.is_none(), format!("shows {leaks:?}: {shown}"));
                case.expect(error.to_string().contains("base URL"), format!("does not name it: {error}"));
            }
        }
    }
    violations.check();
}

pub(super) async fn invalid_credential_is_a_configuration_error(vendor: &'static Vendor) {
    let wrong = [
        "",
        " ",
        "\n",
        "hunter2-hunter2\n",
        "hunter2\r\nx-admin: hunter2",
        "hunter2\0hunter2",
        "hunter2\u{7f}",
        "\thunter2",
        " hunter2",
        "hunter2 ",
        "hunter2-schlüssel",
    ];
    let mut violations = Violations::new();
    for credential in wrong {
        let mut case = violations.case(format!("{credential:?}"));
        match (vendor.connect)("https://api.example.com", credential) {
            Ok(_) => case.wrong("is taken"),
            Err(error) => {
                case.expect(error.kind() == ErrorKind::Configuration, format!("is {:?}", error.kind()));
                case.expect(!everything_shown(&error).contains("hunter2"), "shows the credential");
                case.expect(error.to_string().contains("credential"), format!("does not name it: {error}"));
            }
        }
    }
    violations.check();
}

pub(super) async fn credential_is_not_printed(vendor: &'static Vendor) {
    let good = [
        "https://api.example.com",
        "https://api.example.com/",
        "https://api.example.com:8443/v1",
        "HTTPS://API.EXAMPLE.COM/v1/",
        "https://192.0.2.1/v1",
        "https://[2001:db8::1]/v1",
        "http://localhost:3000",
        "http://127.0.0.1:3000/v1",
        "http://127.255.0.7",
        "http://[::1]:3000",
    ];
    let mut violations = Violations::new();
    for base_url in good {
        let mut case = violations.case(base_url);
        match (vendor.connect)(base_url, CREDENTIAL) {
            Ok(connection) => {
                let shown = format!("{connection:?}{connection:#?}");
                case.expect(!shown.contains(CREDENTIAL), format!("shows the credential: {shown}"));
            }
            Err(error) => case.wrong(error),
        }
    }
    violations.check();
}

pub(super) async fn base_url_path_is_kept(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = Server::start().await;
    for path in ["/base", "/base/", "/a/b%20c", "/a/b%20c/"] {
        let connection = (vendor.connect)(&format!("{}{path}", server.uri()), CREDENTIAL).unwrap();
        for (_, _, operation) in vendor.document.operations() {
            let mut case = violations.case(format!("{path} {}", operation.id));
            server.respond(response_with(404, "", "")).await;
            let _ = connection.call(&operation.id, &Args::minimal(vendor.id)).await;
            let requested = server.requests().await;
            match Validator::new(&vendor.document, path).validate(&requested[0]) {
                Ok(found) => case.expect(found.id == operation.id, format!("is {}", found.id)),
                Err(violations) => case.wrong(format!("{violations:?}")),
            }
        }
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

pub(super) async fn default_base_paths(vendor: &'static Vendor) {
    let server = Server::start().await;
    for slash in ["", "/"] {
        let connection = (vendor.connect)(&format!("{}{slash}", server.uri()), CREDENTIAL).unwrap();
        if !connection.provider.capabilities().support(Operation::List).is_supported() {
            continue;
        }
        server.respond(Player { vendor, status: None, nth: 0 }).await;
        let _ = perform(vendor, &*connection.provider, Operation::List, &vendor.key_id()).await;
        let requested = server.requests().await;
        let validated = Validator::new(&vendor.document, vendor.default_path).validate(&requested[0]);
        assert!(validated.is_ok(), "{} {slash:?}: {validated:?}", vendor.name);
    }
}
