//! Applying plans, with crashes at every point.

use std::collections::BTreeMap;
use std::time::Duration;

use api_keys_core::{ApiKeyProvider as _, NewApiKey, RevokeOptions};
use api_keys_plan::{Action, Declaration, StepError};
use proptest::prelude::*;

use crate::world::{FULL, MINIMAL, REPLACING, ROTATING, VENDORS, World, declare};

const DAY: Duration = Duration::from_secs(86_400);

/// Declares three keys with two destinations each.
fn three(vendor: &str, settings: &str) -> Declaration {
    let key = |name: &str| {
        format!(
            "[keys.{name}]\nprovider = \"{vendor}\"\n{settings}\ndestinations = [\
             {{ type = \"file\", path = \"{name}\" }}, {{ type = \"file\", path = \"{name}.copy\" }}]\n"
        )
    };
    declare(&["a", "b", "c"].map(key).concat())
}

/// Checks that there are exactly three keys, each with a valid secret in both of its destinations.
async fn check(world: &World, vendor: &str, case: &str) {
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        let key = world.verify(vendor, &format!("file {name}")).await;
        let key = key.unwrap_or_else(|| panic!("{case}: the secret of {name} is invalid"));
        let copy = world.verify(vendor, &format!("file {name}.copy")).await;
        assert_eq!(copy.map(|copy| copy.id), Some(key.id.clone()), "{case}: {name}");
        ids.push(key.id);
    }
    let mut active: Vec<_> = world.active(vendor).await.into_iter().map(|key| key.id).collect();
    ids.sort();
    active.sort();
    assert_eq!(active, ids, "{case}");
}

#[tokio::test]
async fn creation_survives_every_crash() {
    for (vendor, capabilities) in VENDORS {
        for point in 0.. {
            let world = World::new(&[(vendor, capabilities)]);
            let declaration = three(vendor, "");
            let reached = world.crash(&declaration, point).await;
            world.converge(&declaration).await;
            check(&world, vendor, &format!("{vendor}, point {point}")).await;
            if !reached {
                assert!(point > 10, "{vendor}: {point} points");
                break;
            }
        }
    }
}

#[tokio::test]
async fn second_crash_of_a_used_key_leaves_no_extra_keys() {
    for (vendor, capabilities) in VENDORS {
        for first in 0.. {
            let mut reached = false;
            for second in 0.. {
                let world = World::new(&[(vendor, capabilities)]);
                let declaration = declare(&format!(
                    "[keys.a]\nprovider = \"{vendor}\"\ndestinations = [\
                     {{ type = \"file\", path = \"a\" }}, {{ type = \"file\", path = \"a.copy\" }}]"
                ));
                reached = world.crash(&declaration, first).await;
                let again = world.crash(&declaration, second).await;
                // Sets the time of the last use.
                world.verify(vendor, "file a").await;
                world.converge(&declaration).await;
                let active = world.active(vendor).await.len();
                assert_eq!(active, 1, "{vendor}, points {first} and {second}");
                if !again {
                    break;
                }
            }
            if !reached {
                break;
            }
        }
    }
}

#[tokio::test]
async fn lost_responses_leave_no_extra_keys() {
    for (vendor, capabilities) in VENDORS {
        for (number, applied) in (0..12).flat_map(|number| [(number, false), (number, true)]) {
            let case = format!("{vendor}, change {number}, applied: {applied}");
            let world = World::new(&[(vendor, capabilities)]);
            let fault = || *world.vendors[vendor].fault.lock().unwrap() = Some((number, applied));
            let declaration = three(vendor, "rotate = { every = \"30d\" }");
            fault();
            world.apply(&declaration).await;
            *world.vendors[vendor].fault.lock().unwrap() = None;
            world.converge(&declaration).await;
            check(&world, vendor, &case).await;
            world.pass(DAY * 31);
            fault();
            world.apply(&declaration).await;
            *world.vendors[vendor].fault.lock().unwrap() = None;
            world.converge(&declaration).await;
            check(&world, vendor, &case).await;
        }
    }
}

#[tokio::test]
async fn repeated_crashes_leave_no_extra_keys() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        let declaration = three(vendor, "");
        for point in 0..40 {
            world.crash(&declaration, point % 7).await;
        }
        world.converge(&declaration).await;
        check(&world, vendor, vendor).await;
    }
}

#[tokio::test]
async fn rotation_survives_every_crash() {
    for (vendor, capabilities) in VENDORS {
        for overlap in ["0s", "1h"] {
            for point in 0.. {
                let case = format!("{vendor}, overlap {overlap}, point {point}");
                let world = World::new(&[(vendor, capabilities)]);
                let rotate = format!("rotate = {{ every = \"30d\", overlap = \"{overlap}\" }}");
                let declaration = three(vendor, &rotate);
                world.converge(&declaration).await;
                let before = world.destinations.lock().unwrap().clone();
                world.pass(DAY * 31);
                let reached = world.crash(&declaration, point).await;
                // No outage, except for a rotation in place without an overlap.
                if overlap != "0s" {
                    for name in ["a", "b", "c"] {
                        for destination in [format!("file {name}"), format!("file {name}.copy")] {
                            assert!(
                                world.verify(vendor, &destination).await.is_some(),
                                "{case}: {destination}"
                            );
                        }
                    }
                }
                world.converge(&declaration).await;
                for (destination, secret) in world.destinations.lock().unwrap().iter() {
                    assert_ne!(before[destination].expose(), secret.expose(), "{case}: {destination}");
                }
                world.pass(Duration::from_secs(2 * 3600));
                world.converge(&declaration).await;
                check(&world, vendor, &case).await;
                if !reached {
                    assert!(point > 10, "{case}");
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn old_key_remains_valid_during_the_overlap() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        let declaration = three(vendor, "rotate = { every = \"30d\", overlap = \"24h\" }");
        world.converge(&declaration).await;
        let old = world.destinations.lock().unwrap()["file a"].clone();
        world.pass(DAY * 31);
        world.converge(&declaration).await;
        let valid = async || {
            let verified = world.vendors[vendor].keys.verify(&old).await.unwrap();
            matches!(verified, api_keys_core::Verification::Valid(_))
        };
        world.pass(DAY - Duration::from_secs(60));
        world.converge(&declaration).await;
        assert!(valid().await, "{vendor}");
        world.pass(Duration::from_secs(120));
        world.converge(&declaration).await;
        assert!(!valid().await, "{vendor}");
        check(&world, vendor, vendor).await;
    }
}

#[tokio::test]
async fn changes_are_applied_in_place_or_by_replacement() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        world.converge(&three(vendor, "scopes = [\"read\"]\nexpires = \"90d\"")).await;
        let changed = three(vendor, "scopes = [\"read\", \"write\"]\nexpires = \"30d\"");
        let plan = world.plan(&changed).await;
        let replaced = !matches!(vendor, "full" | "describing");
        let expected = if replaced { Action::Replace } else { Action::Update };
        assert_eq!(plan.count(expected), 3, "{vendor}: {plan:?}");
        world.converge(&changed).await;
        check(&world, vendor, vendor).await;
        for key in world.active(vendor).await {
            assert_eq!(key.scopes.as_deref().map(<[String]>::len), Some(2), "{vendor}");
            let limit = world.options().now.checked_add(DAY * 31).unwrap();
            assert!(key.expiry.at().is_some_and(|end| end < limit), "{vendor}: {key:?}");
        }
    }
}

#[tokio::test]
async fn failed_destination_keeps_the_secret_for_the_next_run() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        let declaration = three(vendor, "rotate = { every = \"30d\", overlap = \"1h\" }");
        world.converge(&declaration).await;
        world.pass(DAY * 31);
        world.broken.lock().unwrap().push("file b.copy".to_owned());
        let outcomes = world.apply(&declaration).await;
        let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.result.is_err()).collect();
        assert!(
            matches!(&failed[..], [one] if matches!(one.result, Err(StepError::Undelivered(_)))),
            "{vendor}: {outcomes:?}"
        );
        assert!(world.verify(vendor, "file b.copy").await.is_some(), "{vendor}: the old secret is invalid");
        let issued = world.destinations.lock().unwrap()["file b"].clone();
        world.broken.lock().unwrap().clear();
        world.converge(&declaration).await;
        assert_eq!(world.destinations.lock().unwrap()["file b.copy"].expose(), issued.expose(), "{vendor}");
        world.pass(DAY);
        world.converge(&declaration).await;
        check(&world, vendor, vendor).await;
    }
}

#[tokio::test]
async fn nothing_is_issued_for_an_unreachable_destination() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        world.unreachable.lock().unwrap().push("file b".to_owned());
        let declaration = three(vendor, "rotate = { every = \"30d\" }");
        assert_eq!(world.apply(&declaration).await.iter().filter(|one| one.result.is_err()).count(), 1);
        assert_eq!(world.active(vendor).await.len(), 2, "{vendor}");
        world.unreachable.lock().unwrap().clear();
        world.converge(&declaration).await;
        let before = world.destinations.lock().unwrap().clone();
        world.unreachable.lock().unwrap().extend(["file a", "file b", "file c"].map(str::to_owned));
        world.pass(DAY * 31);
        assert!(world.apply(&declaration).await.iter().all(|one| one.result.is_err()));
        for (destination, secret) in &before {
            assert_eq!(world.destinations.lock().unwrap()[destination].expose(), secret.expose());
        }
        check(&world, vendor, vendor).await;
    }
}

#[tokio::test]
async fn another_machine_wins_a_race() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        let declaration = declare(&format!(
            "[keys.a]\nprovider = \"{vendor}\"\ndestinations = [{{ type = \"file\", path = \"a\" }}]"
        ));
        // The other machine has listed before this one created the key.
        let rival = World::new(&[(vendor, capabilities)]);
        rival.converge(&declaration).await;
        let mut theirs = NewApiKey::new("a");
        let key = rival.active(vendor).await.remove(0);
        theirs.metadata = key.metadata.map(|metadata| metadata.value().unwrap());
        theirs.description = key.description;
        *world.vendors[vendor].rival.lock().unwrap() = Some(theirs);

        let outcomes = world.apply(&declaration).await;
        assert!(matches!(outcomes[0].result, Err(StepError::Contended)), "{vendor}: {outcomes:?}");
        assert_eq!(world.active(vendor).await.len(), 1, "{vendor}");
        assert!(world.destinations.lock().unwrap().is_empty(), "{vendor}");
        // Without marks, the key of the other machine has to be adopted.
        let plan = world.plan(&declaration).await;
        let blocked = plan.count(Action::Blocked);
        assert_eq!(blocked, usize::from(matches!(vendor, "rotating" | "minimal")), "{vendor}: {plan:?}");
        assert_eq!(plan.steps.len(), blocked, "{vendor}: {plan:?}");
    }
}

#[tokio::test]
async fn key_in_creation_by_another_machine_is_not_touched() {
    let mut world = World::new(&[("replacing", REPLACING)]);
    let declaration = three("replacing", "");
    world.crash(&declaration, 2).await;
    let created = world.active("replacing").await.len();
    assert!(created > 0);
    world.machine = "there";
    let other = world;
    let plan = other.plan(&declaration).await;
    assert_eq!(plan.count(Action::Blocked), created, "{plan:?}");
    other.pass(Duration::from_secs(16 * 60));
    other.converge(&declaration).await;
    check(&other, "replacing", "after the lease").await;
}

#[tokio::test]
async fn keys_move_to_another_provider() {
    let world = World::new(&[("minimal", MINIMAL), ("full", FULL)]);
    let overlap = "rotate = { overlap = \"1h\" }";
    world.converge(&three("minimal", overlap)).await;
    let mut moved = three("full", overlap);
    moved.providers.push("minimal".to_owned());
    let plan = world.plan(&moved).await;
    assert!(plan.steps.iter().all(|step| step.from.as_deref() == Some("minimal")), "{plan:?}");
    world.converge(&moved).await;
    assert_eq!(world.active("minimal").await.len(), 3);
    world.pass(DAY);
    world.converge(&moved).await;
    assert!(world.active("minimal").await.is_empty());
    check(&world, "full", "moved").await;
}

#[tokio::test]
async fn undeclared_keys_are_revoked_only_on_request() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        let _theirs = world.vendors[vendor].keys.create(NewApiKey::new("theirs")).await.unwrap();
        world.converge(&three(vendor, "")).await;
        let mut fewer = three(vendor, "");
        fewer.keys.retain(|name, _| name == "a");
        let plan = world.plan(&fewer).await;
        assert_eq!((plan.undeclared.len(), plan.unmanaged.len()), (2, 1), "{vendor}: {plan:?}");
        world.converge(&fewer).await;
        assert_eq!(world.active(vendor).await.len(), 4, "{vendor}");
        let outcomes = world.apply_with(&fewer, &world.options().prune(true)).await;
        assert_eq!(outcomes.len(), 2, "{vendor}: {outcomes:?}");
        let mut names: Vec<_> = world.active(vendor).await.into_iter().filter_map(|key| key.name).collect();
        names.sort();
        assert_eq!(names, ["a", "theirs"], "{vendor}");
    }
}

#[tokio::test]
async fn renamed_key_is_revoked_after_the_delivery() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        let named = |name: &str| {
            declare(&format!(
                "[keys.{name}]\nprovider = \"{vendor}\"\ndestinations = [{{ type = \"file\", path = \"x\" }}]"
            ))
        };
        world.converge(&named("old")).await;
        let options = world.options().prune(true);
        world.broken.lock().unwrap().push("file x".to_owned());
        world.apply_with(&named("new"), &options).await;
        assert!(world.verify(vendor, "file x").await.is_some(), "{vendor}: the old key was revoked");
        world.broken.lock().unwrap().clear();
        let outcomes = world.apply_with(&named("new"), &options).await;
        assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()), "{vendor}: {outcomes:?}");
        assert!(world.verify(vendor, "file x").await.is_some(), "{vendor}");
        assert_eq!(world.active(vendor).await.len(), 1, "{vendor}");
    }
}

#[tokio::test]
async fn adopted_keys_are_marked_and_changed() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        let ours =
            world.vendors[vendor].keys.create(NewApiKey::new("by hand").scopes(["read"])).await.unwrap();
        let declaration = declare(&format!(
            "[keys.a]\nprovider = \"{vendor}\"\nname = \"by hand\"\nadopt = \"{}\"\nscopes = [\"read\"]\n\
             destinations = [{{ type = \"file\", path = \"a\" }}]",
            ours.key.id
        ));
        let plan = world.plan(&declaration).await;
        assert_eq!(plan.count(Action::Adopt), 1, "{vendor}: {plan:?}");
        world.converge(&declaration).await;
        assert!(world.destinations.lock().unwrap().is_empty(), "{vendor}");
        assert_eq!(world.active(vendor).await.len(), 1, "{vendor}");
        // A revoked key is created anew.
        world.vendors[vendor].keys.revoke(&ours.key.id, RevokeOptions::new()).await.unwrap();
        // Unless nothing shows that it was adopted.
        if vendor == "describing" {
            assert_eq!(world.plan(&declaration).await.count(Action::Blocked), 1);
            continue;
        }
        world.converge(&declaration).await;
        assert!(world.verify(vendor, "file a").await.is_some(), "{vendor}");
        assert!(world.state.lock().unwrap().len() <= 1, "{vendor}: {:?}", world.state);
    }
}

#[tokio::test]
async fn changed_destinations_get_a_secret() {
    for (vendor, capabilities) in VENDORS {
        let world = World::new(&[(vendor, capabilities)]);
        let with = |path: &str| {
            declare(&format!(
                "[keys.a]\nprovider = \"{vendor}\"\nrotate = {{ overlap = \"1h\" }}\n\
                 destinations = [{{ type = \"file\", path = \"{path}\" }}]"
            ))
        };
        world.converge(&with("old")).await;
        world.converge(&with("new")).await;
        let (old, new) = (world.verify(vendor, "file old").await, world.verify(vendor, "file new").await);
        assert!(old.is_some() && new.is_some(), "{vendor}");
    }
}

#[tokio::test]
async fn rotated_key_gets_its_whole_lifetime() {
    for (vendor, capabilities) in [("full", FULL), ("rotating", ROTATING)] {
        let world = World::new(&[(vendor, capabilities)]);
        let declaration = three(vendor, "expires = \"90d\"\nrotate = { every = \"60d\" }");
        world.converge(&declaration).await;
        world.pass(DAY * 61);
        world.converge(&declaration).await;
        world.pass(DAY * 40);
        check(&world, vendor, vendor).await;
    }
}

/// A key: its vendor, name, scopes, lifetime, and overlap.
type Settings = (usize, Option<&'static str>, Option<u8>, Option<&'static str>, &'static str);

fn settings() -> impl Strategy<Value = BTreeMap<usize, Settings>> {
    let settings = (
        0..VENDORS.len(),
        prop::option::of(prop::sample::select(&["one", "two"][..])),
        prop::option::of(0..3_u8),
        prop::option::of(prop::sample::select(&["60d", "90d", "never", "2030-01-31"][..])),
        prop::sample::select(&["0s", "1h"][..]),
    );
    prop::collection::btree_map(0..3_usize, settings, 0..=3)
}

fn declaration(keys: &BTreeMap<usize, Settings>) -> Declaration {
    let key = |(index, (vendor, name, scopes, expires, overlap)): (&usize, &Settings)| {
        let name = name.map(|name| format!("name = \"{name} {index}\"\n")).unwrap_or_default();
        let scopes = scopes.map(|scope| format!("scopes = [\"read\", \"s{scope}\"]\n")).unwrap_or_default();
        let expires = expires.map(|expires| format!("expires = \"{expires}\"\n")).unwrap_or_default();
        format!(
            "[keys.k{index}]\nprovider = \"{}\"\n{name}{scopes}{expires}\
             rotate = {{ every = \"30d\", overlap = \"{overlap}\" }}\n\
             destinations = [{{ type = \"file\", path = \"k{index}\" }}]\n",
            VENDORS[*vendor].0
        )
    };
    let providers: Vec<_> = VENDORS.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    declare(&format!("providers = [{}]\n{}", providers.join(", "), keys.iter().map(key).collect::<String>()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn applied_declaration_has_an_empty_plan(
        declarations in prop::collection::vec((settings(), 0..40_u64, 0..30_usize), 1..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new(&VENDORS);
            for (keys, days, point) in declarations {
                let declaration = declaration(&keys);
                world.crash(&declaration, point).await;
                world.converge(&declaration).await;
                for (index, settings) in &keys {
                    let key = world.verify(VENDORS[settings.0].0, &format!("file k{index}")).await;
                    assert!(key.is_some(), "k{index} of {keys:?}");
                }
                world.pass(DAY * u32::try_from(days).unwrap());
                world.converge(&declaration).await;
                let options = world.options().prune(true);
                assert!(world.apply_with(&declaration, &options).await.iter().all(|one| one.result.is_ok()));
                // The overlaps end; no other secret becomes too old.
                world.pass(Duration::from_secs(2 * 3600));
                world.converge(&declaration).await;
                let mut active = 0;
                for (vendor, _) in VENDORS {
                    active += world.active(vendor).await.len();
                }
                assert_eq!(active, keys.len(), "{keys:?}");
            }
        });
    }
}
