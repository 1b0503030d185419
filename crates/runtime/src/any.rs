//! JSON of any form, kept as it came.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A part of an answer whose form its document leaves open, kept as it was written and parsed when it is asked for.
///
/// Most callers that list keys never look at it, and a tree of JSON values takes more memory than all the rest of a
/// key. Whoever does look can read it as a type of their own.
///
/// ```
/// use api_keys_runtime::Json;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Plan {
///     seats: u32,
/// }
///
/// let json: Json = serde_json::from_str(r#"{ "seats": 5 }"#)?;
/// assert_eq!(json.decode::<Plan>()?.seats, 5);
/// assert_eq!(json.value()?["seats"], 5);
/// assert_eq!(json.as_str(), r#"{ "seats": 5 }"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The JSON as it was written.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The JSON as a type that the caller expects.
    ///
    /// # Errors
    /// When it is something else. The error may quote the JSON.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }

    /// The JSON as a tree of values.
    ///
    /// # Errors
    /// For what JSON allows and a [`Value`] cannot hold, such as a number beyond `f64`.
    pub fn value(&self) -> Result<Value, serde_json::Error> {
        self.decode()
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        // A value can always be written as JSON.
        Self(RawValue::from_string(value.to_string()).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

/// Equal as values, however they are written.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        let same_value = || matches!((self.value(), other.value()), (Ok(one), Ok(two)) if one == two);
        self.as_str() == other.as_str() || same_value()
    }
}

/// Does not show the JSON, which may hold anything.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(..)")
    }
}
