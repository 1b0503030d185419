//! Rules for the metadata of keys.

mod rule;

use std::collections::HashMap;
use std::time::Duration;

use api_keys::{ApiKey, Capabilities, Field, KeyExpiry, KeyStatus, Rotation, Timestamp};
use jiff::SignedDuration;
use serde::Serialize;

use crate::human;
pub(crate) use rule::{Level, Rule};

/// The duration after which a rotation without a delivered secret is interrupted.
const INTERRUPTED: Duration = Duration::from_secs(60 * 60);

/// Limits and patterns of the rules.
#[derive(Debug)]
pub(crate) struct Thresholds {
    pub(crate) expires_within: Duration,
    pub(crate) unused_for: Duration,
    pub(crate) max_age: Option<Duration>,
    /// Patterns: `*` matches any text, `\*` an asterisk.
    pub(crate) broad_scopes: Vec<String>,
    /// Every owner is known if this is empty.
    pub(crate) known_owners: Vec<String>,
    pub(crate) ignored: Vec<Rule>,
}

/// A rule that a key violates.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    pub(crate) level: Level,
    pub(crate) provider: String,
    pub(crate) key_id: String,
    pub(crate) key_name: Option<String>,
    pub(crate) message: String,
}

/// Checks all keys of one provider.
pub(crate) fn examine(
    provider: &str,
    capabilities: &Capabilities,
    keys: &[ApiKey],
    thresholds: &Thresholds,
    now: Timestamp,
) -> Vec<Finding> {
    // Without any time of last use, the vendor does not record it, and no key can be called unused.
    let reports_use = keys.iter().any(|key| key.last_used_at.is_some());
    let supports_owner = capabilities.create_fields.contains(Field::Owner);
    let mut names: HashMap<(&str, Option<&str>), usize> = HashMap::new();
    for key in keys.iter().filter(|key| !key.status.is_inactive()) {
        if let Some(name) = &key.name {
            *names.entry((name, key.owner.as_deref())).or_default() += 1;
        }
    }
    let mut findings = Vec::new();
    for key in keys {
        let mut found = |rule: Rule, message: String| {
            if !thresholds.ignored.contains(&rule) {
                findings.push(Finding {
                    rule,
                    level: rule.level(),
                    provider: provider.to_owned(),
                    key_id: key.id.to_string(),
                    key_name: key.name.clone(),
                    message,
                });
            }
        };
        if key.status == KeyStatus::Disabled {
            found(Rule::Disabled, "disabled but not revoked".to_owned());
        }
        // An inactive key cannot authenticate.
        if key.status.is_inactive() {
            continue;
        }
        match key.expiry {
            KeyExpiry::Never => found(Rule::NeverExpires, "never expires".to_owned()),
            KeyExpiry::Unknown => {}
            KeyExpiry::At(time) => {
                if time.duration_since(now) <= signed(thresholds.expires_within) {
                    found(Rule::ExpiresSoon, format!("expires {}", human::age(time, now)));
                }
            }
        }
        if let Some(used) = key.last_used_at.filter(|&used| is_before(used, thresholds.unused_for, now)) {
            found(Rule::Unused, format!("last used {}", human::age(used, now)));
        }
        let created_long_ago = |period| key.created_at.filter(|&created| is_before(created, period, now));
        if let (None, true, Some(created)) =
            (key.last_used_at, reports_use, created_long_ago(thresholds.unused_for))
        {
            found(Rule::Unused, format!("created {}, never used", human::age(created, now)));
        }
        if let Some(created) = thresholds.max_age.and_then(created_long_ago) {
            found(Rule::Old, format!("created {}", human::age(created, now)));
        }
        let namesakes = key.name.as_deref().and_then(|name| names.get(&(name, key.owner.as_deref())));
        if let Some(number) = namesakes.filter(|&&number| number > 1) {
            found(Rule::DuplicateName, format!("{number} keys have this name"));
        }
        let broad: Vec<_> = key.scopes.iter().flatten().filter(|scope| thresholds.is_broad(scope)).collect();
        if !broad.is_empty() {
            let broad: Vec<_> = broad.into_iter().map(String::as_str).collect();
            found(Rule::BroadScope, format!("broad scopes: {}", broad.join(" ")));
        }
        match &key.owner {
            Some(owner)
                if !thresholds.known_owners.is_empty() && !thresholds.known_owners.contains(owner) =>
            {
                found(Rule::UnknownOwner, format!("unknown owner {owner}"));
            }
            None if supports_owner => found(Rule::UnknownOwner, "no owner".to_owned()),
            _ => {}
        }
    }
    findings
}

/// Checks the rotations of one provider.
pub(crate) fn examine_rotations<'a>(
    provider: &str,
    rotations: impl IntoIterator<Item = &'a Rotation>,
    thresholds: &Thresholds,
    now: Timestamp,
) -> Vec<Finding> {
    if thresholds.ignored.contains(&Rule::OverdueRotation) {
        return Vec::new();
    }
    let overdue = |rotation: &Rotation| match rotation.due() {
        Some(due) if due <= now => Some(format!("its rotation was due {}", human::age(due, now))),
        Some(_) => None,
        None => (rotation.is_pending() && is_before(rotation.planned_at, INTERRUPTED, now))
            .then(|| format!("its rotation was interrupted {}", human::age(rotation.planned_at, now))),
    };
    let finding = |rotation: &Rotation| {
        Some(Finding {
            rule: Rule::OverdueRotation,
            level: Rule::OverdueRotation.level(),
            provider: provider.to_owned(),
            key_id: rotation.key.id.to_string(),
            key_name: rotation.key.name.clone(),
            message: overdue(rotation)?,
        })
    };
    rotations.into_iter().filter_map(finding).collect()
}

impl Thresholds {
    fn is_broad(&self, scope: &str) -> bool {
        self.broad_scopes.iter().any(|pattern| matches(pattern, scope))
    }
}

fn is_before(time: Timestamp, period: Duration, now: Timestamp) -> bool {
    now.duration_since(time) >= signed(period)
}

/// Converts a duration, with the maximum instead of an overflow.
fn signed(duration: Duration) -> SignedDuration {
    duration.try_into().unwrap_or(SignedDuration::MAX)
}

/// Returns whether the pattern matches the text.
fn matches(pattern: &str, text: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("\\*") {
        return text.strip_prefix('*').is_some_and(|text| matches(rest, text));
    }
    let mut chars = pattern.chars();
    match chars.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = chars.as_str();
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| matches(rest, &text[at..]))
        }
        Some(c) => text.strip_prefix(c).is_some_and(|text| matches(chars.as_str(), text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn thresholds() -> Thresholds {
        Thresholds {
            expires_within: DAY * 30,
            unused_for: DAY * 90,
            max_age: None,
            broad_scopes: vec!["\\*".to_owned(), "*:\\*".to_owned(), "admin".to_owned()],
            known_owners: Vec::new(),
            ignored: Vec::new(),
        }
    }

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn ago(days: u32) -> Timestamp {
        now().checked_sub(DAY * days).unwrap()
    }

    /// A key without findings.
    fn key(id: &str) -> ApiKey {
        let mut key = ApiKey::new(id.parse().unwrap());
        key.name = Some(id.to_owned());
        key.status = KeyStatus::Active;
        key.owner = Some("org_1".to_owned());
        key.expiry = KeyExpiry::At(now().checked_add(DAY * 200).unwrap());
        key.created_at = Some(ago(200));
        key.last_used_at = Some(ago(1));
        key
    }

    fn rules(keys: &[ApiKey], thresholds: &Thresholds) -> Vec<(Rule, String)> {
        let capabilities = Capabilities::none().create_fields(&[Field::Owner]);
        let findings = examine("prod", &capabilities, keys, thresholds, now());
        findings.into_iter().map(|finding| (finding.rule, finding.key_id)).collect()
    }

    fn found(change: impl FnOnce(&mut ApiKey)) -> Vec<Rule> {
        let mut changed = key("a");
        change(&mut changed);
        rules(&[changed, key("other")], &thresholds()).into_iter().map(|(rule, _)| rule).collect()
    }

    #[test]
    fn rules_find_only_their_violations() {
        assert_eq!(found(|_| {}), []);
        assert_eq!(found(|key| key.expiry = KeyExpiry::Never), [Rule::NeverExpires]);
        assert_eq!(found(|key| key.expiry = KeyExpiry::Unknown), []);
        assert_eq!(
            found(|key| key.expiry = KeyExpiry::At(now().checked_add(DAY * 30).unwrap())),
            [Rule::ExpiresSoon]
        );
        assert_eq!(found(|key| key.expiry = KeyExpiry::At(now().checked_add(DAY * 31).unwrap())), []);
        assert_eq!(found(|key| key.last_used_at = Some(ago(90))), [Rule::Unused]);
        assert_eq!(found(|key| key.last_used_at = Some(ago(89))), []);
        assert_eq!(found(|key| key.last_used_at = None), [Rule::Unused]);
        assert_eq!(found(|key| key.status = KeyStatus::Disabled), [Rule::Disabled]);
        assert_eq!(found(|key| key.name = Some("other".to_owned())).len(), 2);
        assert_eq!(found(|key| key.scopes = Some(vec!["keys:*".to_owned()])), [Rule::BroadScope]);
        assert_eq!(found(|key| key.scopes = Some(vec!["keys:read".to_owned()])), []);
        assert_eq!(found(|key| key.owner = None), [Rule::UnknownOwner]);
    }

    #[test]
    fn no_key_is_unused_without_usage_data() {
        let mut unreported = key("a");
        unreported.last_used_at = None;
        assert_eq!(rules(&[unreported], &thresholds()), []);
    }

    #[test]
    fn inactive_keys_have_no_findings() {
        for status in [KeyStatus::Revoked, KeyStatus::Expired] {
            let inactive = |key: &mut ApiKey| {
                key.status = status;
                key.expiry = KeyExpiry::Never;
            };
            assert_eq!(found(inactive), []);
        }
    }

    #[test]
    fn owners_age_and_rules_are_configurable() {
        let mut options = thresholds();
        options.known_owners = vec!["org_2".to_owned()];
        options.max_age = Some(DAY * 180);
        let expected = vec![(Rule::Old, "a".to_owned()), (Rule::UnknownOwner, "a".to_owned())];
        assert_eq!(rules(&[key("a")], &options), expected);
        options.ignored = vec![Rule::Old, Rule::UnknownOwner];
        assert_eq!(rules(&[key("a")], &options), []);
    }

    #[test]
    fn asterisk_matches_text_unless_escaped() {
        for (pattern, text, expected) in [
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("*:\\*", "keys:*", true),
            ("*:\\*", "keys:read", false),
            ("*admin*", "org.admin.x", true),
            ("admin", "administrator", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
