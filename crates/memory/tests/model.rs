//! Lists and the limit on active keys, compared with a model that visits every key.

mod support;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ErrorKind, Expiry, KeyExpiry, KeyId, KeyStatus, ListQuery, NewApiKey, Result,
    RevokeOptions, RotateOptions, SecretKey, Timestamp, UpdateApiKey,
};
use api_keys_memory::{Memory, Snapshot};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use support::{Clock, is_valid, run};

const MAX_ACTIVE: u32 = 3;
const OWNERS: [&str; 3] = ["a", "b", "c"];
const NAMES: [&str; 3] = ["ci", "ci-2", "deploy"];

#[derive(Debug, Clone)]
enum Step {
    Create { name: &'static str, owner: Option<&'static str>, expiry: Expiry },
    Update { key: Index, owner: Option<&'static str>, enabled: Option<bool>, expiry: Option<Expiry> },
    Revoke(Index),
    Delete(Index),
    Rotate(Index),
    Verify(Index),
    SetTime(Timestamp),
    Snapshot,
    Restore,
    List(ListQuery),
}

/// Times before and after the Unix epoch, few enough that expirations are often equal to the current time.
fn time() -> impl Strategy<Value = Timestamp> {
    (-4..8_i64).prop_map(|second| Timestamp::from_second(second).expect("a time"))
}

fn expiry() -> impl Strategy<Value = Expiry> {
    prop_oneof![1 => Just(Expiry::Never), 3 => time().prop_map(Expiry::At)]
}

fn query() -> impl Strategy<Value = ListQuery> {
    let fields =
        (option::of(select(&OWNERS)), any::<bool>(), option::weighted(0.3, select(&NAMES)), 1..5_u32);
    fields.prop_map(|(owner, include_inactive, search, limit)| {
        let query = ListQuery::new().include_inactive(include_inactive).limit(limit);
        let query = owner.into_iter().fold(query, ListQuery::owner);
        search.into_iter().fold(query, ListQuery::search)
    })
}

fn step() -> impl Strategy<Value = Step> {
    let owner = || option::of(select(&OWNERS));
    prop_oneof![
        6 => (select(&NAMES), owner(), expiry())
            .prop_map(|(name, owner, expiry)| Step::Create { name, owner, expiry }),
        6 => (any::<Index>(), owner(), any::<Option<bool>>(), option::of(expiry()))
            .prop_map(|(key, owner, enabled, expiry)| Step::Update { key, owner, enabled, expiry }),
        1 => any::<Index>().prop_map(Step::Revoke),
        2 => any::<Index>().prop_map(Step::Delete),
        1 => any::<Index>().prop_map(Step::Rotate),
        1 => any::<Index>().prop_map(Step::Verify),
        4 => time().prop_map(Step::SetTime),
        1 => Just(Step::Snapshot),
        1 => Just(Step::Restore),
        4 => query().prop_map(Step::List),
    ]
}

/// A provider, and its expected keys in the order of creation.
struct World {
    clock: Clock,
    keys: Memory,
    model: Vec<(ApiKey, SecretKey)>,
    saved: (Snapshot, Vec<(ApiKey, SecretKey)>),
}

impl World {
    fn new() -> Self {
        let clock = Clock::start();
        let keys = clock.builder().max_active(MAX_ACTIVE).build().expect("built");
        let saved = (keys.snapshot(), vec![]);
        Self { clock, keys, model: vec![], saved }
    }

    fn status(&self, key: &ApiKey) -> KeyStatus {
        key.status.at(key.expiry, self.clock.now())
    }

    /// Returns whether creating or changing a key would exceed the limit.
    fn is_full(&self, before: Option<&ApiKey>, after: &ApiKey) -> bool {
        let is_active = |key: &ApiKey| self.status(key) == KeyStatus::Active;
        let active = self.model.iter().filter(|(key, _)| is_active(key)).count();
        is_active(after) && !before.is_some_and(is_active) && active >= MAX_ACTIVE as usize
    }

    fn run(&mut self, step: Step) {
        match step {
            Step::Create { name, owner, expiry } => self.create(name, owner, expiry),
            Step::SetTime(time) => self.clock.set(time),
            Step::Snapshot => self.saved = (self.keys.snapshot(), self.model.clone()),
            Step::Restore => {
                let (snapshot, model) = self.saved.clone();
                self.keys.restore(snapshot);
                self.model = model;
            }
            Step::List(query) => self.compare(query),
            _ if self.model.is_empty() => {}
            Step::Update { key, owner, enabled, expiry } => {
                self.update(key.index(self.model.len()), owner, enabled, expiry);
            }
            Step::Revoke(index) => {
                let (key, _) = index.get_mut(&mut self.model);
                run(self.keys.revoke(&key.id, RevokeOptions::new())).expect("revoked");
                key.status = KeyStatus::Revoked;
            }
            Step::Delete(index) => {
                let (key, _) = self.model.remove(index.index(self.model.len()));
                run(self.keys.delete(&key.id)).expect("deleted");
            }
            Step::Rotate(index) => {
                let (key, secret) = index.get_mut(&mut self.model);
                if let Ok(issued) = run(self.keys.rotate(&key.id, RotateOptions::new())) {
                    *secret = issued.secret;
                }
            }
            Step::Verify(index) => {
                let (key, secret) = index.get(&self.model);
                assert_eq!(is_valid(&self.keys, secret), self.status(key) == KeyStatus::Active);
            }
        }
    }

    fn create(&mut self, name: &str, owner: Option<&str>, expiry: Expiry) {
        let new = NewApiKey::new(name).expiry(expiry);
        let new = owner.into_iter().fold(new, NewApiKey::owner);
        let expected = new.clone().into_key(KeyId::new("id").expect("an id"), known(expiry));
        let is_full = self.is_full(None, &expected);
        if let Some(issued) = changed(run(self.keys.create(new)), is_full) {
            let (mut key, secret) = issued.into_parts();
            key.status = KeyStatus::Active;
            self.model.push((key, secret));
        }
    }

    fn update(&mut self, index: usize, owner: Option<&str>, enabled: Option<bool>, expiry: Option<Expiry>) {
        let changes = UpdateApiKey::new();
        let changes = owner.into_iter().fold(changes, UpdateApiKey::owner);
        let changes = enabled.into_iter().fold(changes, UpdateApiKey::enabled);
        let changes = expiry.into_iter().fold(changes, UpdateApiKey::expiry);
        let before = &self.model[index].0;
        if before.status == KeyStatus::Revoked || changes.fields().is_empty() {
            return;
        }
        let mut after = before.clone();
        changes.clone().apply(&mut after, expiry.map(known));
        let is_full = self.is_full(Some(before), &after);
        if let Some(key) = changed(run(self.keys.update(&before.id, changes)), is_full) {
            assert_eq!(key.status, self.status(&after));
            self.model[index].0 = after;
        }
    }

    /// Compares all pages of a query with the model.
    fn compare(&self, mut query: ListQuery) {
        let contains =
            |text: &Option<String>, part: &String| text.as_ref().is_some_and(|text| text.contains(part));
        let matching = self.model.iter().map(|(key, _)| key).filter(|key| {
            (query.include_inactive || !self.status(key).is_inactive())
                && (query.owner.is_none() || query.owner == key.owner)
                && query.search.as_ref().is_none_or(|text| contains(&key.name, text))
        });
        let expected: Vec<_> = matching.map(|key| (key.id.clone(), self.status(key))).collect();
        let total = query.search.is_none().then_some(expected.len() as u64);
        let mut listed = Vec::new();
        loop {
            let page = run(self.keys.list(query.clone())).expect("a page");
            assert_eq!(page.total, total, "{query:?}");
            assert!(page.next.is_none() || query.limit == Some(page.items.len() as u32), "{query:?}");
            listed.extend(page.items.into_iter().map(|key| (key.id, key.status)));
            let Some(next) = page.next else { break };
            query.cursor = Some(next);
        }
        assert_eq!(listed, expected, "{query:?}");
    }
}

fn known(expiry: Expiry) -> KeyExpiry {
    match expiry {
        Expiry::At(time) => KeyExpiry::At(time),
        _ => KeyExpiry::Never,
    }
}

/// Returns the result of a change, which must fail if and only if it would exceed the limit.
fn changed<T>(result: Result<T>, is_full: bool) -> Option<T> {
    assert_eq!(result.as_ref().is_err_and(|error| error.kind() == ErrorKind::LimitReached), is_full);
    (!is_full).then(|| result.unwrap_or_else(|error| panic!("{error}")))
}

proptest! {
    #[test]
    fn lists_and_limit_agree_with_a_model(steps in vec(step(), 0..60)) {
        let mut world = World::new();
        for step in steps {
            world.run(step);
        }
        for owner in [None, Some("a"), Some("b"), Some("c"), Some("nobody")] {
            for (include_inactive, search) in [(false, None), (true, None), (false, Some("ci")), (true, Some("ci"))] {
                let query = ListQuery::new().include_inactive(include_inactive).limit(2);
                let query = owner.into_iter().fold(query, ListQuery::owner);
                world.compare(search.into_iter().fold(query, ListQuery::search));
            }
        }
    }
}
