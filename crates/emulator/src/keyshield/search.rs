//! Filters, order and pages of listings.

use std::cmp::Ordering;

use api_keys_core::{ApiKey, Timestamp};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::body::{Fields, scopes};
use super::{is_active, public_id};
use crate::pydantic::{ValidationError, ValidationErrors, boolean, both, datetime, integer, string};

/// A page.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) offset: usize,
    pub(super) limit: usize,
}

impl Bounds {
    pub(super) fn parse(query: &str) -> Result<Self, ValidationErrors> {
        let value = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let mut values = pairs.filter(|(other, _)| *other == name);
            values.next_back().map(|(_, value)| Value::from(percent_decode_str(value).decode_utf8_lossy()))
        };
        let loc = |name: &str| [json!("query"), json!(name)];
        let offset = value("offset").map_or(Ok(0), |given| {
            let number = integer(&given, &loc("offset"))?;
            usize::try_from(number)
                .map_err(|_| vec![ValidationError::out_of_range(&loc("offset"), given, "ge", 0)])
        });
        let limit = value("limit").map_or(Ok(50), |given| match integer(&given, &loc("limit"))? {
            number @ 1..=100 => Ok(number as usize),
            101.. => Err(vec![ValidationError::out_of_range(&loc("limit"), given, "le", 100)]),
            _ => Err(vec![ValidationError::out_of_range(&loc("limit"), given, "gt", 0)]),
        });
        both(offset, limit).map(|(offset, limit)| Self { offset, limit })
    }

    pub(super) fn slice(self, keys: Vec<ApiKey>) -> Vec<ApiKey> {
        keys.into_iter().skip(self.offset).take(self.limit).collect()
    }
}

/// Returns keys in the order of the plain list.
pub(super) fn newest_first(mut keys: Vec<ApiKey>) -> Vec<ApiKey> {
    keys.sort_by_key(|key| std::cmp::Reverse(key.created_at));
    keys
}

type Time = fn(&ApiKey) -> Option<Timestamp>;

/// Conditions on keys, and their order.
pub(super) struct Search {
    is_active: Option<bool>,
    before: Vec<(Time, Timestamp)>,
    after: Vec<(Time, Timestamp)>,
    never_used: Option<bool>,
    all_scopes: Vec<String>,
    any_scope: Vec<String>,
    name_contains: String,
    name_exact: String,
    order: fn(&ApiKey, &ApiKey) -> Ordering,
    descending: bool,
}

impl Search {
    pub(super) fn parse(body: &Value) -> Result<Self, ValidationErrors> {
        let times: [(&str, Time); 3] = [
            ("expires", |key| key.expiry.at()),
            ("created", |key| key.created_at),
            ("last_used", |key| key.last_used_at),
        ];
        let mut fields = Fields::new(body)?;
        let mut search = Self {
            is_active: fields.optional("is_active", boolean),
            before: Vec::new(),
            after: Vec::new(),
            never_used: None,
            all_scopes: Vec::new(),
            any_scope: Vec::new(),
            name_contains: String::new(),
            name_exact: String::new(),
            order: |one, other| one.created_at.cmp(&other.created_at),
            descending: true,
        };
        for (name, time) in times {
            // Times without an offset are those of the server, in UTC.
            let mut read = |end: &str| fields.optional(&format!("{name}_{end}"), datetime).flatten();
            search.before.extend(read("before").map(|limit| (time, limit)));
            search.after.extend(read("after").map(|limit| (time, limit)));
        }
        search.never_used = fields.optional("never_used", boolean);
        search.all_scopes = fields.optional("scopes_contain_all", scopes).unwrap_or_default();
        search.any_scope = fields.optional("scopes_contain_any", scopes).unwrap_or_default();
        search.name_contains = fields.optional("name_contains", string).unwrap_or_default().to_lowercase();
        search.name_exact = fields.optional("name_exact", string).unwrap_or_default();
        if let Some(order) = fields.defined("order_by", order) {
            search.order = order;
        }
        search.descending = fields.defined("order_desc", boolean).unwrap_or(true);
        fields.valid(search)
    }

    /// Returns a page, and the number of keys on all pages.
    pub(super) fn page(&self, keys: Vec<ApiKey>, bounds: Bounds) -> (Vec<ApiKey>, usize) {
        let mut found = keys;
        found.retain(|key| self.matches(key));
        found.sort_by(|one, other| {
            let order = (self.order)(one, other);
            if self.descending { order.reverse() } else { order }
        });
        let total = found.iter().filter(|key| self.has_scopes(key)).count();
        // Scopes are compared after pagination.
        let mut page = bounds.slice(found);
        page.retain(|key| self.has_scopes(key));
        (page, total)
    }

    pub(super) fn count(&self, keys: Vec<ApiKey>) -> usize {
        self.page(keys, Bounds { offset: 0, limit: usize::MAX }).1
    }

    fn matches(&self, key: &ApiKey) -> bool {
        let name = key.name.as_deref().unwrap_or_default();
        self.is_active.is_none_or(|active| active == is_active(key))
            && self.before.iter().all(|(time, limit)| time(key).is_some_and(|time| time < *limit))
            && self.after.iter().all(|(time, limit)| time(key).is_some_and(|time| time > *limit))
            && self.never_used.is_none_or(|never| never == key.last_used_at.is_none())
            && name.to_lowercase().contains(&self.name_contains)
            && (self.name_exact.is_empty() || name == self.name_exact)
    }

    fn has_scopes(&self, key: &ApiKey) -> bool {
        let own = key.scopes.as_deref().unwrap_or_default();
        self.all_scopes.iter().all(|scope| own.contains(scope))
            && (self.any_scope.is_empty() || self.any_scope.iter().any(|scope| own.contains(scope)))
    }
}

fn order(value: &Value, loc: &[Value]) -> Result<fn(&ApiKey, &ApiKey) -> Ordering, ValidationErrors> {
    const EXPECTED: &str =
        "'id_', 'name', 'created_at', 'expires_at', 'last_used_at', 'is_active' or 'key_id'";
    Ok(match value.as_str() {
        Some("id_") => |one, other| one.id.cmp(&other.id),
        Some("name") => |one, other| one.name.cmp(&other.name),
        Some("created_at") => |one, other| one.created_at.cmp(&other.created_at),
        Some("expires_at") => |one, other| one.expiry.at().cmp(&other.expiry.at()),
        Some("last_used_at") => |one, other| one.last_used_at.cmp(&other.last_used_at),
        Some("is_active") => |one, other| is_active(one).cmp(&is_active(other)),
        Some("key_id") => |one, other| public_id(&one.id).cmp(public_id(&other.id)),
        _ => return Err(vec![ValidationError::not_in_enum(loc, value.clone(), EXPECTED)]),
    })
}
