//! Planning of declared keys.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use api_keys::sql::Sql;
use api_keys::{ApiKeyProvider as _, ListQuery, NewApiKey, Timestamp};
use api_keys_plan::{Declaration, Inventory, PlanOptions, State, plan};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

use crate::stats::median;

const KEYS: usize = 10_000;
const ROUNDS: usize = 11;

/// Measures the plan of 10,000 keys and returns a Markdown table.
pub(crate) fn markdown() -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let keys = runtime.block_on(async {
        let url = format!("sqlite:{}", folder.path().join("keys.db").display());
        let keys = Sql::connect(url).await.expect("opened");
        let create = async |index: usize| {
            let mark = json!({ "api-keys": format!("shop/k{index} current"), "team": "a" });
            let new = NewApiKey::new(format!("k{index}")).scopes(["deploy", "read"]).metadata(mark);
            let _ = keys.create(new).await.expect("a key");
        };
        stream::iter(0..KEYS).for_each_concurrent(64, create).await;
        keys
    });
    let text = declaration();
    let declaration = Declaration::parse(&text, None, &[]).expect("a declaration");
    let read = || runtime.block_on(Inventory::read(&keys, &[ListQuery::new()])).expect("a listing");
    let inventory = |keys| BTreeMap::from([("p".to_owned(), keys)]);
    let (full, mut none) = (read(), read());
    none.keys.clear();
    let (full, none) = (inventory(full), inventory(none));
    let options = PlanOptions::new(Timestamp::now(), "bench");
    let planned = |inventories| plan(&declaration, inventories, &State::default(), &options);
    assert_eq!((planned(&full).unchanged, planned(&none).steps.len()), (KEYS, KEYS));

    let listing = time(|| drop(read()));
    let mut table = "| 10,000 keys | figure | ratio |\n|---|---:|---:|\n".to_owned();
    for (title, seconds) in [
        ("listing, SQLite", listing),
        ("parsing the declaration", time(|| drop(Declaration::parse(&text, None, &[])))),
        ("plan, all unchanged", time(|| drop(planned(&full)))),
        ("plan, all to create", time(|| drop(planned(&none)))),
    ] {
        let _ = writeln!(table, "| {title} | {:.0} ms | {:.2} |", seconds * 1e3, seconds / listing);
    }
    table
}

fn declaration() -> String {
    let key = |index| {
        format!(
            "[keys.k{index}]\nprovider = \"p\"\nscopes = [\"deploy\", \"read\"]\nmetadata = {{ team = \"a\" }}\n\
             rotate = {{ every = \"30d\", overlap = \"24h\" }}\n\
             destinations = [{{ type = \"file\", path = \"k{index}\" }}]\n"
        )
    };
    format!("project = \"shop\"\n{}", (0..KEYS).map(key).collect::<String>())
}

/// Returns the median of several calls, in seconds.
fn time(call: impl Fn()) -> f64 {
    let seconds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        call();
        start.elapsed().as_secs_f64()
    });
    median(&seconds.collect::<Vec<_>>())
}
