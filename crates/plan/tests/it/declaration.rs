//! Parsing of declarations.

use std::collections::BTreeSet;

use api_keys_plan::{Declaration, Mark, State};
use proptest::prelude::*;
use serde_json::Value;

const KEY: &str = "provider = \"p\"\ndestinations = [{ type = \"file\", path = \"a\" }]\n";

#[test]
fn invalid_declarations_have_a_location() {
    let key = |settings: &str| format!("project = \"shop\"\n[keys.ci]\n{KEY}{settings}");
    for (text, expected) in [
        ("project = \"shop".to_owned(), "line 1: "),
        (String::new(), ".: missing field `project`"),
        ("project = \"a/b\"".to_owned(), "project: a name has 1 to 64"),
        ("project = \"shop\"\nkey = 1".to_owned(), "key: unknown field `key`"),
        (format!("project = \"shop\"\n[keys.\"a b\"]\n{KEY}"), "keys.a b: a name has 1 to 64"),
        (key("expires = \"soon\""), "keys.ci.expires: expected `never`, a lifetime"),
        (key("expires = \"0d\""), "keys.ci.expires: the lifetime must not be zero"),
        (key("scope = [\"a\"]"), "keys.ci.scope: unknown field `scope`"),
        (key("owner = \"${team}\""), "keys.ci.owner: unknown variable `team`"),
        (key("adopt = \"..\""), "keys.ci.adopt: invalid key id"),
        (key("metadata = { api-keys = \"x\" }"), "keys.ci.metadata: the member `api-keys` is reserved"),
        (key("rotate = { every = \"1d\", overlap = \"1d\" }"), "keys.ci.rotate.overlap: must be shorter"),
        (
            key("expires = \"30d\"\nrotate = { every = \"90d\" }"),
            "keys.ci.rotate.every: a key would expire before it is rotated",
        ),
        (format!("{}\n[keys.other]\n{KEY}", key("")), "keys.other.destinations: a destination of `ci`"),
        (
            format!(
                "{}\n[keys.other]\nprovider = \"p\"\ndestinations = [{{ type = \"dotenv\", path = \"./a\", variable = \"A\" }}]",
                key("")
            ),
            "keys.other.destinations: a destination of `ci`",
        ),
        ("project = \"shop\"\n[keys.ci]\nprovider = \"p\"\ndestinations = []".to_owned(), "keys.ci.destinations: at least one"),
        (
            "project = \"shop\"\n[keys.ci]\nprovider = \"p\"\ndestinations = [{ type = \"vault\", path = \"a\", \
             field = \"b\", token = \"hvs.secret\" }]"
                .to_owned(),
            "keys.ci.destinations[0]: expected a table with `env`",
        ),
        (
            "project = \"shop\"\n[keys.ci]\nprovider = \"p\"\ndestinations = [{ type = \"file\", path = \"a\", x = 1 }]"
                .to_owned(),
            "keys.ci.destinations[0]: unknown field `x`",
        ),
    ] {
        let error = Declaration::parse(&text, None, &[]).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\n{expected}");
        assert!(!error.contains("hvs.secret"), "{error}");
    }
}

#[test]
fn environments_are_merged() {
    let text = format!(
        "project = \"shop\"\n[variables]\nteam = \"a\"\n[keys.ci]\n{KEY}owner = \"${{team}}\"\n\
         [environments.staging]\nvariables.team = \"b\"\nkeys.ci.expires = \"30d\"\n\
         [environments.staging.keys.extra]\nprovider = \"p\"\n\
         destinations = [{{ type = \"file\", path = \"b\" }}]\n"
    );
    let plain = Declaration::parse(&text, None, &[]).unwrap();
    assert_eq!((plain.scope().as_str(), plain.keys.len()), ("shop", 1));
    let team = [("team".to_owned(), "c".to_owned())];
    let staging = Declaration::parse(&text, Some("staging"), &team).unwrap();
    assert_eq!((staging.scope().as_str(), staging.keys.len()), ("shop:staging", 2));
    assert_eq!(staging.keys["ci"].owner.as_deref(), Some("c"));
    assert!(staging.keys["ci"].expires.is_some());

    let error = Declaration::parse(&text, Some("prod"), &[]).unwrap_err().to_string();
    assert_eq!(error, "environments.prod: no such environment (declared: staging)");
    let unknown = [("teams".to_owned(), "c".to_owned())];
    assert!(Declaration::parse(&text, None, &unknown).is_err());
}

#[test]
fn resolved_declaration_is_equal_after_a_round_trip() {
    let text =
        format!("project = \"shop\"\n[keys.ci]\n{KEY}expires = 2030-01-31\nmetadata = {{ a = [1, 2.5] }}");
    let declaration = Declaration::parse(&text, None, &[]).unwrap();
    let json = serde_json::to_string(&declaration).unwrap();
    assert_eq!(serde_json::from_str::<Declaration>(&json).unwrap(), declaration);
}

#[test]
fn schema_accepts_the_same_fields() {
    let schema: Value = serde_json::from_str(include_str!("../../schema/declaration.json")).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let example = include_str!("../../examples/keys.toml");
    let parsed = |text: &str| serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
    for environment in [None, Some("staging")] {
        Declaration::parse(example, environment, &[]).unwrap();
    }
    let errors: Vec<_> = validator.iter_errors(&parsed(example)).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The example has every field of the schema.
    fn properties(schema: &Value, names: &mut BTreeSet<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            names.extend(properties.keys().cloned());
        }
        match schema {
            Value::Object(members) => members.values().for_each(|value| properties(value, names)),
            Value::Array(items) => items.iter().for_each(|value| properties(value, names)),
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    properties(&schema, &mut names);
    for name in names {
        assert!(example.contains(&name), "{name}");
    }
    for (valid, invalid) in [
        ("scopes =", "scope ="),
        ("type = \"file\"", "type = \"fil\""),
        ("every =", "often ="),
        ("[keys.ci-deploy]", "[keys.\"ci deploy\"]"),
        ("project =", "projects ="),
    ] {
        assert!(example.contains(valid), "{valid}");
        let text = example.replacen(valid, invalid, 1);
        assert!(!validator.is_valid(&parsed(&text)), "{invalid}");
        assert!(Declaration::parse(&text, None, &[]).is_err(), "{invalid}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsers_do_not_panic(text in "\\PC*", at in 0..3000_usize, piece in "[\\[\\]{}=\"'$.\\n a-z0-9]{0,8}") {
        let mut example = include_str!("../../examples/keys.toml").to_owned();
        let at = (0..=at.min(example.len())).rev().find(|at| example.is_char_boundary(*at)).unwrap();
        example.insert_str(at, &piece);
        for text in [text.as_str(), &example] {
            let _ = Declaration::parse(text, Some("staging"), &[]);
            let _ = State::parse(text);
            let _ = text.parse::<Mark>();
        }
    }
}
