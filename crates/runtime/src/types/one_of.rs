//! Unions.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use api_keys_core::Json;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Error, IntoDeserializer, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::Value;

/// A decoder for values of one of several types, used by generated enums.
///
/// If a discriminator identifies the type, only [that type](Self::only) is decoded. Otherwise the first type that
/// decodes every documented field is chosen, so that no documented field is lost. A value that matches two types at
/// once, or none, is kept as JSON.
///
/// ```
/// use api_keys_runtime::{Json, OneOf};
/// use serde::{Deserialize, Deserializer};
///
/// #[derive(Debug)]
/// enum Shape {
///     Circle(Circle),
///     Square(Square),
///     Other(Json),
/// }
///
/// #[derive(Debug, Deserialize)]
/// struct Circle {
///     name: Option<String>,
///     radius: Option<f64>,
/// }
///
/// #[derive(Debug, Deserialize)]
/// struct Square {
///     name: Option<String>,
///     side: Option<f64>,
/// }
///
/// impl<'de> Deserialize<'de> for Shape {
///     fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
///         Ok(OneOf::deserialize(deserializer)?.fit(Self::Circle).fit(Self::Square).or(Self::Other))
///     }
/// }
///
/// let read = |json| serde_json::from_str::<Shape>(json);
/// assert!(matches!(read(r#"{ "side": 1 }"#)?, Shape::Square(_)));
/// assert!(matches!(read(r#"{ "side": 1, "added_later": 2 }"#)?, Shape::Square(_)));
/// assert!(matches!(read(r#"{ "side": 1, "radius": 1 }"#)?, Shape::Other(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug)]
pub struct OneOf<U> {
    value: Value,
    /// The path within an enclosing union.
    at: Option<String>,
    /// The type that was chosen when the same path was decoded before, for another type of the enclosing union.
    choice: Option<Choice>,
    tried: usize,
    best: Option<Candidate<U>>,
    /// The fields that none of the types decoded so far reads.
    unread_by_all: Option<Unread>,
}

/// The number of a type, in the order of attempts; `None` if no type matches.
type Choice = Option<usize>;

/// The paths that decoding as a type ignored.
type Unread = BTreeSet<String>;

#[derive(Debug)]
struct Candidate<U> {
    number: usize,
    read: U,
    unread: Unread,
}

impl<U: 'static> OneOf<U> {
    /// Returns the value, if it is a string.
    pub fn as_text(&self) -> Option<&str> {
        self.value.as_str()
    }

    /// Returns a string property.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.value.get(property)?.as_str()
    }

    /// Returns a boolean property.
    pub fn boolean(&self, property: &str) -> Option<bool> {
        self.value.get(property)?.as_bool()
    }

    /// Returns an integer property.
    pub fn integer(&self, property: &str) -> Option<i64> {
        self.value.get(property)?.as_i64()
    }

    /// Removes a property that belongs to the union, not to its types.
    pub fn without(mut self, property: &str) -> Self {
        if let Value::Object(fields) = &mut self.value {
            fields.remove(property);
        }
        self
    }

    /// Decodes the value as a type.
    ///
    /// # Errors
    /// Returns an error if the value does not match.
    pub fn only<T: DeserializeOwned, E: Error>(self, variant: impl FnOnce(T) -> U) -> Result<U, E> {
        if self.at.is_none() {
            return T::deserialize(self.value).map(variant).map_err(E::custom);
        }
        let Candidate { read, unread, .. } = self.read(variant).map_err(E::custom)?;
        self.leave(unread);
        Ok(read)
    }

    /// Tries another type.
    pub fn fit<T: DeserializeOwned>(mut self, variant: impl FnOnce(T) -> U) -> Self {
        self.tried += 1;
        let is_settled = self.best.as_ref().is_some_and(|best| best.unread.is_empty());
        let is_another = self.choice.is_some_and(|choice| choice != Some(self.tried));
        if is_settled || is_another {
            return self;
        }
        let Ok(candidate) = self.read(variant) else { return self };
        let unread_by_all = match self.unread_by_all.take() {
            None => candidate.unread.clone(),
            Some(unread) => unread.intersection(&candidate.unread).cloned().collect(),
        };
        self.unread_by_all = Some(unread_by_all);
        let is_better = self.best.as_ref().is_none_or(|best| {
            candidate.unread.len() < best.unread.len() && candidate.unread.is_subset(&best.unread)
        });
        if is_better {
            self.best = Some(candidate);
        }
        self
    }

    /// The type that fits, or else the value as it came.
    pub fn or(mut self, other: impl FnOnce(Json) -> U) -> U {
        let fits = |best: &Candidate<U>| self.unread_by_all.as_ref() == Some(&best.unread);
        let best = self.best.take().filter(fits);
        if let Some(at) = self.at.clone() {
            let choice = best.as_ref().map(|best| best.number);
            with_track(|track| track.choices.insert((at, TypeId::of::<U>()), choice));
        }
        match best {
            Some(best) => {
                self.leave(best.unread);
                best.read
            }
            None => other(self.value.into()),
        }
    }

    fn read<T: DeserializeOwned>(
        &self,
        variant: impl FnOnce(T) -> U,
    ) -> Result<Candidate<U>, serde_json::Error> {
        let path = self.at.clone().unwrap_or_default();
        let (read, unread) = track(|| T::deserialize(Reader { value: &self.value, path }));
        Ok(Candidate { number: self.tried, read: variant(read?), unread })
    }

    /// Lets the value around this one know what is left out.
    fn leave(&self, unread: Unread) {
        if self.at.is_some() {
            with_track(|track| track.unread.extend(unread));
        }
    }
}

impl<'de, U: 'static> Deserialize<'de> for OneOf<U> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let at = with_track(|track| track.at.clone());
        let choice = at.clone().and_then(|at| {
            with_track(|track| track.choices.get(&(at, TypeId::of::<U>())).copied()).flatten()
        });
        Ok(Self { value, at, choice, tried: 0, best: None, unread_by_all: None })
    }
}

/// The state during decoding, which serde cannot pass along.
#[derive(Debug, Default)]
struct Track {
    /// The place that was read last.
    at: String,
    unread: Unread,
    /// The number of times that each path was decoded.
    looks: usize,
    /// Choices for nested paths. Without them the work would double with each level.
    choices: HashMap<(String, TypeId), Choice>,
}

thread_local! {
    static TRACK: RefCell<Option<Track>> = const { RefCell::new(None) };
}

fn with_track<T>(look: impl FnOnce(&mut Track) -> T) -> Option<T> {
    TRACK.with_borrow_mut(|track| track.as_mut().map(look))
}

/// Runs `read` and returns its result with the paths that it ignored. Choices of the enclosing value are available to
/// it, and vice versa.
fn track<T>(read: impl FnOnce() -> T) -> (T, Unread) {
    let mut track = Track::default();
    with_track(|outer| {
        track.looks = outer.looks;
        track.choices = std::mem::take(&mut outer.choices);
    });
    let outer = TRACK.replace(Some(track));
    let result = read();
    let Track { unread, looks, choices, .. } = TRACK.replace(outer).unwrap_or_default();
    with_track(|outer| {
        outer.looks = looks;
        outer.choices = choices;
    });
    (result, unread)
}

/// The maximum number of times that the paths of a value are decoded before it is kept as JSON. Nested unions are
/// decoded again for each type of the enclosing one, and responses may be hostile.
const MOST_LOOKS: usize = 10_000_000;

/// Reads a value and tracks what is left out.
#[derive(Debug)]
struct Reader<'v> {
    value: &'v Value,
    path: String,
}

impl<'v> Reader<'v> {
    fn child(&self, key: &str, value: &'v Value) -> Self {
        Self { value, path: format!("{}/{}", self.path, key.replace('~', "~0").replace('/', "~1")) }
    }

    /// Notes the places in here that hold something.
    fn leave(self, unread: &mut Unread) {
        match self.value {
            Value::Object(fields) if !fields.is_empty() => {
                fields.iter().for_each(|(name, value)| self.child(name, value).leave(unread));
            }
            Value::Array(items) if !items.is_empty() => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, item)| self.child(&index.to_string(), item).leave(unread));
            }
            _ => {
                unread.insert(self.path);
            }
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let looks = with_track(|track| {
            track.looks += 1;
            track.looks
        });
        if looks > Some(MOST_LOOKS) {
            return Err(Error::custom("there are too many ways to read this"));
        }
        let read = match self.value {
            Value::Object(fields) => {
                let entries = fields.iter().map(|(name, value)| (name.as_str(), self.child(name, value)));
                let mut map = MapDeserializer::new(entries);
                visitor.visit_map(&mut map).and_then(|read| map.end().map(|()| read))
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let mut list =
                    SeqDeserializer::new(items.map(|(index, item)| self.child(&index.to_string(), item)));
                visitor.visit_seq(&mut list).and_then(|read| list.end().map(|()| read))
            }
            scalar => scalar.deserialize_any(visitor),
        };
        with_track(|track| track.at = self.path);
        read
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// Serde would take a list for the fields of a struct in their order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self.value {
            Value::Array(_) => Err(Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.value.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        with_track(|track| self.leave(&mut track.unread));
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for Reader<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
