//! Files of keys as code: declarations, marks at vendors, and state files.

use api_keys_plan::{Declaration, Mark, State};

use crate::target::TOKEN;

/// Parses the bytes as a declaration, without and with an environment.
pub fn declaration(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for environment in [None, Some("staging")] {
        match Declaration::parse(text, environment, &[("team".to_owned(), "org_1".to_owned())]) {
            Ok(declaration) => {
                let _ = declaration.scope();
                let _ = declaration.provider_names();
            }
            Err(error) => {
                let line = error.to_string();
                assert!(!line.contains(TOKEN), "an error quotes a value");
                assert!(!line.contains(char::is_control), "{line:?} is not one line");
            }
        }
    }
}

/// Parses the bytes as a mark.
pub fn mark(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(mark) = text.parse::<Mark>() {
        assert_eq!(mark.to_string().parse(), Ok(mark), "{text:?} is not preserved");
    }
}

/// Parses the bytes as a state file.
pub fn state(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(state) = State::parse(text) {
        assert_eq!(State::parse(&state.to_text()), Ok(state), "{text:?} is not preserved");
    }
}
