//! The name of a vendor in all required notations.

use heck::{ToKebabCase, ToSnakeCase, ToUpperCamelCase};

/// Names that mean something else in the crates that get a module, a feature or a type of the vendor's name.
const RESERVED: [&str; 15] = [
    "alloc",
    "all-vendors",
    "config",
    "core",
    "default",
    "guide",
    "http",
    "promises",
    "proc-macro",
    "provider",
    "std",
    "system-proxy",
    "test",
    "vendor",
    "vendors",
];

/// The name of a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VendorName {
    /// `latitude-sh`: of the document, the folder, the feature.
    pub(super) kebab: String,
    /// `latitude_sh`: of modules.
    pub(super) snake: String,
    /// `LatitudeSh`: of types.
    pub(super) camel: String,
}

impl VendorName {
    /// Takes a name in kebab-case that nothing else has. `taken` is what there is already, by the same rule.
    pub(super) fn new(name: &str, taken: &[String]) -> Result<Self, String> {
        let good = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !name.ends_with('-')
            && !name.contains("--")
            && name.len() <= 40;
        if !good {
            let kebab = name.to_kebab_case();
            let hint = match kebab != name && Self::new(&kebab, &[]).is_ok() {
                true => format!(" (try `{kebab}`)"),
                false => String::new(),
            };
            return Err(format!(
                "invalid vendor name `{name}`{hint}: use lowercase letters, digits and single hyphens, starting with a letter"
            ));
        }
        let snake = name.replace('-', "_");
        if RESERVED.contains(&name) || syn::parse_str::<syn::Ident>(&snake).is_err() {
            return Err(format!("reserved vendor name `{name}`"));
        }
        // Names that differ only in a hyphen are confusing.
        let squashed = |name: &str| name.replace(['-', '_'], "").to_lowercase();
        if let Some(other) = taken.iter().find(|other| squashed(other) == squashed(name)) {
            return Err(match other == name {
                true => format!("`{name}` is taken: there is something of that name already"),
                false => format!("`{name}` is too close to `{other}`: take another name"),
            });
        }
        let camel = name.to_snake_case().to_upper_camel_case();
        Ok(Self { kebab: name.to_owned(), snake, camel })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection(name: &str) -> String {
        VendorName::new(name, &["better-auth".to_owned()]).unwrap_err()
    }

    #[test]
    fn kebab_case_name_has_all_notations() {
        let name = VendorName::new("open-ai2", &[]).unwrap();
        assert_eq!((&*name.kebab, &*name.snake, &*name.camel), ("open-ai2", "open_ai2", "OpenAi2"));
    }

    #[test]
    fn other_notations_are_rejected() {
        for (name, right) in
            [("OpenAi", "open-ai"), ("open_ai", "open-ai"), ("-acme", "acme"), ("a--b", "a-b")]
        {
            assert!(rejection(name).contains(&format!("try `{right}`")), "{}", rejection(name));
        }
        for name in ["", "-", "1password", "acme/../x", "schlüssel", "a b/c"] {
            assert!(rejection(name).contains("invalid vendor name"), "{name}");
        }
    }

    #[test]
    fn reserved_names_are_rejected() {
        for name in ["core", "std", "http", "async", "self", "provider"] {
            assert!(rejection(name).contains("reserved vendor name"), "{name}");
        }
    }

    #[test]
    fn similar_names_are_rejected() {
        assert!(rejection("better-auth").contains("taken"));
        assert!(rejection("betterauth").contains("too close to `better-auth`"));
        assert!(rejection("better-au-th").contains("too close"));
    }
}
