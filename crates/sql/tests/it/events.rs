//! The audit trail.

use api_keys_core::{ApiKeyProvider as _, ErrorKind, NewApiKey, RevokeOptions, RotateOptions, UpdateApiKey};
use api_keys_sql::EventQuery;
use serde_json::json;

use crate::support::Database;

#[tokio::test]
async fn every_change_is_recorded() {
    for database in Database::all().await {
        let keys = database.builder().actor("deploy").build().expect("built");
        let issued = keys.create(NewApiKey::new("ci").owner("org_1").scopes(["read"])).await.expect("a key");
        let id = &issued.key.id;
        let alice = keys.with_actor("alice");
        let changes =
            UpdateApiKey::new().scopes(["read", "write"]).enabled(false).metadata(json!({ "a": 1 }));
        alice.update(id, changes).await.expect("updated");
        let rotated = alice.rotate(id, RotateOptions::new()).await.expect("a secret");
        for _ in 0..2 {
            let _ = alice.revoke(id, RevokeOptions::new().reason("leaked")).await.expect("revoked");
        }
        let rejected = alice.update(id, UpdateApiKey::new().name("x")).await.expect_err("revoked");
        assert_eq!(rejected.kind(), ErrorKind::Conflict);
        keys.delete(id).await.expect("deleted");

        let page = keys.events(EventQuery::new()).await.expect("events");
        assert_eq!(page.next, None);
        let mut events = page.items;
        events.reverse();
        let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
        assert_eq!(actions, ["create", "update", "rotate", "revoke", "delete"]);
        let actors: Vec<_> = events.iter().map(|event| event.actor.as_deref().expect("an actor")).collect();
        assert_eq!(actors, ["deploy", "alice", "alice", "alice", "deploy"]);
        assert!(events.iter().all(|event| event.key == *id && event.owner.as_deref() == Some("org_1")));
        assert!(events.is_sorted_by_key(|event| event.at));
        let changes = serde_json::Value::from(events[1].changes.clone());
        let expected = json!({
            "scopes": { "from": ["read"], "to": ["read", "write"] },
            "status": { "from": "active", "to": "disabled" },
            "metadata": { "from": null, "to": { "a": 1 } },
        });
        assert_eq!(changes, expected);
        assert_eq!(events[3].changes["extra"]["to"], json!({ "revocation_reason": "leaked" }));
        let text = serde_json::to_string(&events).expect("JSON");
        for secret in [&issued.secret, &rotated.secret] {
            assert!(!text.contains(&secret.expose()[..secret.expose().len() - 4]));
        }
    }
}

#[tokio::test]
async fn events_are_filtered_and_paged() {
    for database in Database::all().await {
        let keys = database.open().await;
        let mut ids = Vec::new();
        for n in 0..5 {
            let new = NewApiKey::new(n.to_string()).owner(format!("org_{}", n % 2));
            ids.push(keys.with_actor(format!("user_{}", n % 3)).create(new).await.expect("a key").key.id);
        }
        let count = async |query| keys.events(query).await.expect("events").items.len();
        assert_eq!(count(EventQuery::new()).await, 5);
        assert_eq!(count(EventQuery::new().key(ids[3].clone())).await, 1);
        assert_eq!(count(EventQuery::new().owner("org_0")).await, 3);
        assert_eq!(count(EventQuery::new().actor("user_0").owner("org_1")).await, 1);
        let third = keys.events(EventQuery::new()).await.expect("events").items[2].at;
        assert_eq!(count(EventQuery::new().since(third)).await, 3);

        let mut query = EventQuery::new().limit(2);
        let mut seen = Vec::new();
        loop {
            let page = keys.events(query.clone()).await.expect("events");
            seen.extend(page.items.into_iter().map(|event| event.key));
            match page.next {
                Some(cursor) => query.cursor = Some(cursor),
                None => break,
            }
        }
        seen.reverse();
        assert_eq!(seen, ids);
        let error = keys.events(EventQuery::new().limit(0)).await.expect_err("no page");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn events_cannot_be_changed() {
    for database in Database::all().await {
        let keys = database.open().await;
        let _ = keys.create(NewApiKey::new("ci")).await.expect("a key");
        database.rejects("UPDATE api_key_events SET actor = 'nobody'").await;
        database.rejects("DELETE FROM api_key_events").await;
        assert_eq!(keys.events(EventQuery::new()).await.expect("events").items.len(), 1);
    }
}
