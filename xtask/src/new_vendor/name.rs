//! What a vendor is called, in each of the forms that code needs.

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
                true => format!("; `{kebab}` is"),
                false => String::new(),
            };
            return Err(format!(
                "`{name}` is no name for a vendor{hint}: write lower-case letters, digits and single hyphens, a letter first"
            ));
        }
        let snake = name.replace('-', "_");
        if RESERVED.contains(&name) || syn::parse_str::<syn::Ident>(&snake).is_err() {
            return Err(format!(
                "`{name}` means something else in Rust or in this workspace: take another name"
            ));
        }
        // Crates, modules and types that differ in a hyphen only cannot be told apart by people.
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

    fn complaint(name: &str) -> String {
        VendorName::new(name, &["better-auth".to_owned()]).unwrap_err()
    }

    #[test]
    fn a_name_in_kebab_case_has_the_forms_that_code_needs() {
        let name = VendorName::new("open-ai2", &[]).unwrap();
        assert_eq!((&*name.kebab, &*name.snake, &*name.camel), ("open-ai2", "open_ai2", "OpenAi2"));
    }

    #[test]
    fn other_forms_are_refused_and_the_right_one_is_told() {
        for (name, right) in
            [("OpenAi", "open-ai"), ("open_ai", "open-ai"), ("-acme", "acme"), ("a--b", "a-b")]
        {
            assert!(complaint(name).contains(&format!("`{right}` is")), "{}", complaint(name));
        }
        for name in ["", "-", "1password", "acme/../x", "schlüssel", "a b/c"] {
            assert!(complaint(name).contains("no name for a vendor"), "{name}");
        }
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        for name in ["core", "std", "http", "async", "self", "provider"] {
            assert!(complaint(name).contains("something else"), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_taken_or_near_one_is_refused() {
        assert!(complaint("better-auth").contains("taken"));
        assert!(complaint("betterauth").contains("too close to `better-auth`"));
        assert!(complaint("better-au-th").contains("too close"));
    }
}
