//! Deserialization helpers for the configuration types of providers.
//!
//! Environment variables are strings. With these functions, a boolean or number can also be a string that spells it:
//!
//! ```
//! #[derive(serde::Deserialize)]
//! struct Config {
//!     #[serde(default, deserialize_with = "api_keys_core::de::option_from_text")]
//!     max_attempts: Option<u32>,
//! }
//!
//! for json in [r#"{ "max_attempts": 5 }"#, r#"{ "max_attempts": "5" }"#] {
//!     let config: Config = serde_json::from_str(json)?;
//!     assert_eq!(config.max_attempts, Some(5));
//! }
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer as _, Visitor};

/// Deserializes a boolean or number, or a string that spells it.
///
/// # Errors
/// Returns an error if the value is neither. The message does not quote the string, which may be a credential.
pub fn from_text<'de, T: Deserialize<'de> + FromStr, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    FromText::deserialize(deserializer).map(|FromText(value)| value)
}

/// Deserializes the same as [`from_text`], or null.
///
/// # Errors
/// Returns the errors of [`from_text`].
pub fn option_from_text<'de, T: Deserialize<'de> + FromStr, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(|FromText(value)| value))
}

struct FromText<T>(T);

impl<'de, T: Deserialize<'de> + FromStr> Deserialize<'de> for FromText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor(PhantomData)).map(Self)
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + FromStr> Visitor<'de> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<T>())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        T::deserialize(value.into_deserializer())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::deserialize(value.into_deserializer())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        T::deserialize(value.into_deserializer())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        T::deserialize(value.into_deserializer())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let expected = std::any::type_name::<T>();
        text.trim().parse().map_err(|_| E::custom(format_args!("invalid type: string, expected {expected}")))
    }
}
