//! Vendor-specific fields.

use std::borrow::Cow;
use std::fmt;
use std::iter;
use std::mem;
use std::ops::Index;
use std::slice;
use std::vec;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// A field with its name.
type Entry = (Cow<'static, str>, Value);

/// Further fields of a key by the vendor's names, sorted by name.
///
/// Keys have few of them, so they are in a list: a [`Map`] allocates more memory than the rest of a key for its first
/// entry. The API is the same.
///
/// ```
/// use api_keys_core::Fields;
///
/// let mut fields = Fields::new();
/// fields.insert("remaining", 5);
/// assert_eq!(fields["remaining"], 5);
/// assert_eq!(fields.get("prefix"), None);
/// ```
#[derive(Clone, PartialEq, Default)]
pub struct Fields(Vec<Entry>);

impl Fields {
    /// Creates an empty list, without an allocation.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the number of fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether there is a field with this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_ok()
    }

    /// Returns the value of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).ok().map(|index| &self.0[index].1)
    }

    /// Returns the value of a field, for changes.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.position(name).ok().map(|index| &mut self.0[index].1)
    }

    /// Sets a field and returns its previous value.
    pub fn insert(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.into(), value.into());
        match self.position(&name) {
            Ok(index) => Some(mem::replace(&mut self.0[index].1, value)),
            Err(index) => {
                self.0.insert(index, (name, value));
                None
            }
        }
    }

    /// Removes a field and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.position(name).ok().map(|index| self.0.remove(index).1)
    }

    /// Removes all fields for which a function returns `false`.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    /// Returns the fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.into_iter()
    }

    /// Returns the names.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_ref().cmp(name))
    }
}

/// For authors of providers.
impl Fields {
    /// Sets the fields that have a value. Faster if they are sorted by name and the first ones.
    ///
    /// ```
    /// use api_keys_core::Fields;
    ///
    /// let prefix: Option<String> = None;
    /// let mut fields = Fields::new();
    /// fields.insert_present([("remaining", Some(5.into())), ("prefix", prefix.map(Into::into))]);
    /// assert!(fields.keys().eq(["remaining"]));
    /// ```
    pub fn insert_present<const N: usize>(&mut self, fields: [(&'static str, Option<Value>); N]) {
        let is_sorted = self.is_empty() && fields.windows(2).all(|pair| pair[0].0 < pair[1].0);
        self.0.reserve_exact(fields.iter().filter(|(_, value)| value.is_some()).count());
        let present = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        match is_sorted {
            true => self.0.extend(present.map(|(name, value)| (name.into(), value))),
            false => self.extend(present),
        }
    }
}

impl Index<&str> for Fields {
    type Output = Value;

    /// Returns the value of a field.
    ///
    /// # Panics
    /// If there is no field with this name.
    fn index(&self, name: &str) -> &Value {
        match self.get(name) {
            Some(value) => value,
            None => panic!("no field `{name}`"),
        }
    }
}

/// Of several fields with the same name, the last one is kept.
impl<N: Into<Cow<'static, str>>, V: Into<Value>> Extend<(N, V)> for Fields {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, fields: I) {
        self.0.extend(fields.into_iter().map(|(name, value)| (name.into(), value.into())));
        // Stable, so that equal names remain in their order.
        self.0.sort_by(|(one, _), (two, _)| one.cmp(two));
        self.0.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                mem::swap(later, earlier);
            }
            same
        });
    }
}

/// Of several fields with the same name, the last one is kept.
impl<N: Into<Cow<'static, str>>, V: Into<Value>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut collected = Self::new();
        collected.extend(fields);
        collected
    }
}

impl From<Map<String, Value>> for Fields {
    fn from(map: Map<String, Value>) -> Self {
        map.into_iter().collect()
    }
}

impl From<Fields> for Map<String, Value> {
    fn from(fields: Fields) -> Self {
        fields.into_iter().map(|(name, value)| (name.into_owned(), value)).collect()
    }
}

impl IntoIterator for Fields {
    type Item = (Cow<'static, str>, Value);
    type IntoIter = vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Fields {
    type Item = (&'a str, &'a Value);
    type IntoIter = iter::Map<slice::Iter<'a, Entry>, fn(&'a Entry) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

/// Omits the values, which may be confidential.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let entries = iter::from_fn(|| map.next_entry::<String, Value>().transpose());
        entries.collect()
    }
}
