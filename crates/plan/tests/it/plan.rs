//! Plans for inventories of every kind.

use std::collections::BTreeMap;

use api_keys_core::{ApiKey, Capabilities, KeyId, KeyStatus, Timestamp};
use api_keys_plan::{Action, Declaration, Inventory, KeyState, Mark, Plan, PlanOptions, State, plan};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{FULL, MINIMAL, REPLACING, START, VENDORS, declare};

fn now() -> Timestamp {
    Timestamp::from_second(START).unwrap()
}

fn one() -> Declaration {
    declare("[keys.ci]\nprovider = \"p\"\ndestinations = [{ type = \"file\", path = \"a\" }]")
}

fn key(id: &str, mark: Option<&str>) -> ApiKey {
    let mut key = ApiKey::new(KeyId::new(id).unwrap());
    key.name = Some("ci".to_owned());
    key.status = KeyStatus::Active;
    key.metadata = mark.map(|mark| json!({ "api-keys": mark }).into());
    key
}

fn planned(declaration: &Declaration, capabilities: Capabilities, keys: Vec<ApiKey>, complete: bool) -> Plan {
    let inventory = Inventory::new("acme", capabilities, keys, complete);
    let inventories = BTreeMap::from([("p".to_owned(), inventory)]);
    plan(declaration, &inventories, &State::default(), &PlanOptions::new(now(), "here"))
}

#[track_caller]
fn blocked(plan: &Plan, reason: &str) {
    assert_eq!(plan.count(Action::Blocked), 1, "{plan:?}");
    let actual = plan.steps[0].reason.as_deref().unwrap_or_default();
    assert!(actual.contains(reason), "{actual}");
}

#[test]
fn incomplete_listing_is_not_a_deletion() {
    blocked(&planned(&one(), FULL, Vec::new(), false), "does not list all keys");
}

#[test]
fn keys_of_an_unavailable_provider_are_skipped() {
    let declaration = declare(
        "[keys.a]\nprovider = \"p\"\ndestinations = [{ type = \"file\", path = \"a\" }]\n\
         [keys.b]\nprovider = \"down\"\ndestinations = [{ type = \"file\", path = \"b\" }]",
    );
    let plan = planned(&declaration, FULL, Vec::new(), true);
    assert_eq!((plan.steps.len(), plan.steps[0].key.as_str()), (1, "a"));
    assert_eq!(plan.unavailable, ["down"]);
}

#[test]
fn several_keys_of_one_identity_are_blocked() {
    let keys = vec![key("1", Some("shop/ci current")), key("2", Some("shop/ci current"))];
    blocked(&planned(&one(), FULL, keys, true), "several keys have this identity: 1, 2");
}

#[test]
fn key_claimed_twice_is_blocked() {
    let state = r#"{"version": 1, "keys": [
        {"provider": "p", "id": "1", "mark": "shop/ci current"},
        {"provider": "p", "id": "1", "mark": "shop/other current"}]}"#;
    let inventory = Inventory::new("acme", MINIMAL, vec![key("1", None)], true);
    let inventories = BTreeMap::from([("p".to_owned(), inventory)]);
    let options = PlanOptions::new(now(), "here");
    let plan = plan(&one(), &inventories, &State::parse(state).unwrap(), &options);
    blocked(&plan, "the key 1 is claimed by more than one managed key");
}

#[test]
fn namesake_is_blocked_only_without_marks() {
    blocked(&planned(&one(), MINIMAL, vec![key("1", None)], true), "the key 1 has its name");
    let plan = planned(&one(), FULL, vec![key("1", None)], true);
    assert_eq!((plan.count(Action::Create), plan.unmanaged.len()), (1, 1), "{plan:?}");
}

#[test]
fn unsupported_fields_are_blocked() {
    let declaration = declare(
        "[keys.ci]\nprovider = \"p\"\nowner = \"o\"\ndestinations = [{ type = \"file\", path = \"a\" }]",
    );
    blocked(&planned(&declaration, MINIMAL, Vec::new(), true), "owner");
}

#[test]
fn keys_of_other_projects_are_not_touched() {
    let keys = vec![key("1", Some("other/ci current")), key("2", Some("shop:prod/ci current"))];
    let plan = planned(&one(), FULL, keys, true);
    assert_eq!(plan.count(Action::Create), 1, "{plan:?}");
    assert!(plan.undeclared.is_empty() && plan.unmanaged.is_empty(), "{plan:?}");
}

#[test]
fn retired_key_without_a_current_one_is_not_revoked_first() {
    let keys = vec![key("1", Some("shop/ci retired due=2020-01-01T00:00:00Z"))];
    let plan = planned(&one(), FULL, keys, true);
    let actions: Vec<_> = plan.steps.iter().map(|step| step.action).collect();
    assert_eq!(actions, [Action::Create, Action::Revoke], "{plan:?}");
}

#[test]
fn changed_capabilities_change_the_steps() {
    let declaration = declare(
        "[keys.ci]\nprovider = \"p\"\nname = \"new\"\ndestinations = [{ type = \"file\", path = \"a\" }]",
    );
    let keys = || vec![key("1", Some("shop/ci current"))];
    let (before, after) =
        (planned(&declaration, FULL, keys(), true), planned(&declaration, REPLACING, keys(), true));
    assert_eq!((before.count(Action::Update), after.count(Action::Replace)), (1, 1));
    assert!(!before.has_same_steps(&after) && before.has_same_steps(&before));
}

#[test]
fn hostile_marks_are_ignored() {
    for mark in ["", "shop/ci", "shop/ci current\u{1b}[2J", "../../ci current", "shop/ci retired due=never"] {
        let plan = planned(&one(), FULL, vec![key("1", Some(mark))], true);
        assert_eq!((plan.count(Action::Create), plan.unmanaged.len()), (1, 1), "{mark}: {plan:?}");
    }
}

/// Keys with random marks, some of which authenticate.
fn keys() -> impl Strategy<Value = Vec<ApiKey>> {
    let mark = prop_oneof![
        Just(None),
        Just(Some("shop/ci current")),
        Just(Some("shop/ci pending by=here issued=2020-01-01T00:00:00Z")),
        Just(Some("shop/ci pending by=there issued=2027-01-15T08:00:00Z")),
        Just(Some("shop/ci rotating by=here issued=2020-01-01T00:00:00Z")),
        Just(Some("shop/ci retired due=2020-01-01T00:00:00Z")),
        Just(Some("shop/ci retired due=2099-01-01T00:00:00Z")),
        Just(Some("shop/gone current")),
        Just(Some("other/ci current")),
    ];
    let status = prop_oneof![
        Just(KeyStatus::Active),
        Just(KeyStatus::Unknown),
        Just(KeyStatus::Revoked),
        Just(KeyStatus::Disabled)
    ];
    let fields = (mark, status, prop_oneof![Just("ci"), Just("ci (2)"), Just("x")], any::<bool>());
    prop::collection::vec(fields, 0..6).prop_map(|keys| {
        let listed =
            |(index, (mark, status, name, scoped)): (usize, (Option<&str>, KeyStatus, &str, bool))| {
                let mut key = key(&index.to_string(), mark);
                (key.status, key.name) = (status, Some(name.to_owned()));
                key.scopes = Some(if scoped { vec!["deploy".to_owned()] } else { Vec::new() });
                key
            };
        keys.into_iter().enumerate().map(listed).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn steps_keep_a_delivered_key(
        keys in keys(),
        capabilities in prop::sample::select(&VENDORS[..]),
        complete in any::<bool>(),
    ) {
        let declaration = declare(
            "[keys.ci]\nprovider = \"p\"\nscopes = [\"deploy\"]\nrotate = { every = \"30d\" }\n\
             destinations = [{ type = \"file\", path = \"a\" }]",
        );
        let plan = planned(&declaration, capabilities.1, keys.clone(), complete);
        prop_assert_eq!(&plan, &planned(&declaration, capabilities.1, keys.clone(), complete));
        let of = |id: &KeyId| keys.iter().find(|key| key.id == *id).unwrap();
        let mark = |key: &ApiKey| {
            key.metadata.as_ref()?.value().ok()?["api-keys"].as_str()?.parse::<Mark>().ok()
        };
        let delivered = |key: &&ApiKey| {
            !key.status.is_inactive()
                && mark(key).is_some_and(|mark| {
                    mark.identity.to_string() == "shop/ci"
                        && matches!(mark.state, KeyState::Current | KeyState::Rotating)
                })
        };
        let mut secured = keys.iter().any(|key| delivered(&key));
        for step in &plan.steps {
            if let Some(id) = &step.id {
                // Only keys of this declaration are changed.
                prop_assert_eq!(mark(of(id)).unwrap().identity.to_string(), "shop/ci");
            }
            match step.action {
                Action::Revoke => {
                    prop_assert!(secured, "{:?}", plan);
                    prop_assert!(!delivered(&of(step.id.as_ref().unwrap())), "{:?}", plan);
                }
                Action::Create | Action::Replace => {
                    // Without marks, the state file names all keys.
                    let listed = complete || matches!(capabilities.0, "rotating" | "minimal");
                    prop_assert!(listed || step.resume.is_some() || step.action == Action::Replace, "{:?}", plan);
                    secured = true;
                }
                Action::Blocked => prop_assert_eq!(plan.steps.len(), 1),
                _ => prop_assert!(secured, "{:?}", plan),
            }
        }
        prop_assert_eq!(plan.unmanaged.len(), keys.iter().filter(|key| mark(key).is_none() && !key.status.is_inactive()).count());
    }
}

#[test]
fn plans_survive_serialization() {
    let keys = vec![key("1", Some("shop/ci pending by=here issued=2027-01-15T08:00:00Z")), key("2", None)];
    let plan = planned(&one(), FULL, keys, true);
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
}
