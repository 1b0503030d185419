//! Unparsed JSON.

use std::fmt;
use std::str::FromStr;

use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// JSON of undocumented structure, parsed on demand.
///
/// Most callers that list keys do not use it, and a tree of JSON values takes more memory than the rest of a key.
///
/// ```
/// use api_keys_core::Json;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Plan {
///     seats: u32,
/// }
///
/// let json: Json = r#"{ "seats": 5 }"#.parse()?;
/// assert_eq!(json.decode::<Plan>()?.seats, 5);
/// assert_eq!(json.value()?["seats"], 5);
/// assert_eq!(json.as_str(), r#"{ "seats": 5 }"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The text can have any white space. It is serialized by `serde_json` as it is, but always in one line, and
/// deserialized from any self-describing format.
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// Returns the JSON text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Decodes the JSON.
    ///
    /// # Errors
    /// Returns an error if the JSON does not match the type. The error may quote it.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }

    /// Decodes the JSON as a tree of values.
    ///
    /// # Errors
    /// Returns an error for values that a [`Value`] cannot represent, such as a number beyond `f64`.
    pub fn value(&self) -> Result<Value, serde_json::Error> {
        self.decode()
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        // Serializing a value cannot fail.
        Self(to_raw_value(&value).unwrap_or_default())
    }
}

impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}

/// Compares the values, not the texts.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        let same_value = || matches!((self.value(), other.value()), (Ok(one), Ok(two)) if one == two);
        self.as_str() == other.as_str() || same_value()
    }
}

impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        self.value().is_ok_and(|value| value == *other)
    }
}

/// Omits the JSON, which may contain a secret.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(..)")
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const LINE_BREAKS: [char; 2] = ['\n', '\r'];
        if !self.as_str().contains(LINE_BREAKS) {
            return self.0.serialize(serializer);
        }
        // A line break cannot be within a string, so it and the indentation that follows are insignificant.
        let line = self.as_str().split(LINE_BREAKS).map(str::trim).collect();
        RawValue::from_string(line).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(RawOrValue(deserializer)).map(Self)
    }
}

/// A deserializer of raw values. Only `serde_json` has them: from any other deserializer, such as serde's own for
/// flattened fields and untagged enums, a [`Value`] is deserialized and written as text.
struct RawOrValue<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for RawOrValue<D> {
    type Error = D::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, RawOrValueVisitor { name, visitor })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct RawOrValueVisitor<V> {
    name: &'static str,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for RawOrValueVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    /// Visits a raw value.
    fn visit_map<A: MapAccess<'de>>(self, raw: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(raw)
    }

    /// Visits the content of a newtype, which raw values are for deserializers that do not know them.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let value = Value::deserialize(deserializer)?;
        value.deserialize_newtype_struct(self.name, self.visitor).map_err(D::Error::custom)
    }
}
