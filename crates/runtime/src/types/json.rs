//! Unparsed JSON.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// JSON of undocumented structure, parsed on demand.
///
/// Most callers that list keys do not use it, and a tree of JSON values takes more memory than the rest of a key.
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
        Self(RawValue::from_string(value.to_string()).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

/// Compares the values, not the texts.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        let same_value = || matches!((self.value(), other.value()), (Ok(one), Ok(two)) if one == two);
        self.as_str() == other.as_str() || same_value()
    }
}

/// Omits the JSON, which may contain a secret.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(..)")
    }
}
