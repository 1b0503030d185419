//! Secrets in request bodies: serialized explicitly, and collected for redaction.

use std::fmt::Display;

use api_keys_core::SecretKey;
use serde::ser::{self, Serialize, Serializer};

use crate::types::nullable::Nullable;

/// The name of the newtype that marks a secret. Formats such as JSON serialize a newtype as its content.
const MARKER: &str = "$api_keys_runtime::Secret";

/// Serializes a secret into a request body. For `#[serde(serialize_with = "...")]`.
///
/// [`SecretKey`] does not implement `Serialize`, so that a secret is never serialized by accident.
///
/// # Errors
/// Returns the errors of the serializer.
pub fn expose<S: Serializer>(secret: &SecretKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(MARKER, secret.expose())
}

/// Serializes an optional secret into a request body. For `#[serde(serialize_with = "...")]`.
///
/// # Errors
/// Returns the errors of the serializer.
pub fn expose_opt<S: Serializer>(secret: &Option<SecretKey>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Exposed).serialize(serializer)
}

/// Serializes a nullable secret into a request body. For `#[serde(serialize_with = "...")]`.
///
/// # Errors
/// Returns the errors of the serializer.
pub fn expose_nullable<S: Serializer>(
    secret: &Nullable<SecretKey>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret.as_option().map(Exposed).serialize(serializer)
}

struct Exposed<'a>(&'a SecretKey);

impl Serialize for Exposed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        expose(self.0, serializer)
    }
}

/// Returns the secrets that a body serializes with [`expose`].
pub(crate) fn secrets_in<T: Serialize + ?Sized>(body: &T) -> Vec<SecretKey> {
    let mut secrets = Vec::new();
    // A body that cannot be serialized is not sent.
    let _ = body.serialize(Collector { secrets: &mut secrets, in_secret: false });
    secrets
}

/// A serializer that produces nothing and collects the secrets.
struct Collector<'a> {
    secrets: &'a mut Vec<SecretKey>,
    in_secret: bool,
}

impl Collector<'_> {
    fn visit<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        value.serialize(Collector { secrets: self.secrets, in_secret: false })
    }
}

/// The error of a `Serialize` implementation.
#[derive(Debug, thiserror::Error)]
#[error("not serializable")]
struct Stop;

impl ser::Error for Stop {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

macro_rules! ignore {
    ($($method:ident($($value:ty),*);)*) => {
        $(fn $method(self $(, _: $value)*) -> Result<(), Stop> {
            Ok(())
        })*
    };
}

impl<'a> Serializer for Collector<'a> {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    ignore! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_str(self, text: &str) -> Result<(), Stop> {
        if self.in_secret {
            self.secrets.push(SecretKey::new(text));
        }
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(Self { in_secret: name == MARKER, ..self })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Stop> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Stop> {
        Ok(self)
    }
}

macro_rules! collect_items {
    ($($implemented:ident::$method:ident($($key:ty)?);)*) => {
        $(impl ser::$implemented for Collector<'_> {
            type Ok = ();
            type Error = Stop;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &T) -> Result<(), Stop> {
                self.visit(value)
            }

            fn end(self) -> Result<(), Stop> {
                Ok(())
            }
        })*
    };
}

collect_items! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeTupleVariant::serialize_field();
    SerializeStruct::serialize_field(&'static str);
    SerializeStructVariant::serialize_field(&'static str);
}

impl ser::SerializeMap for Collector<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        self.visit(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        self.visit(value)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;

    #[test]
    fn nested_secrets_are_collected() {
        #[derive(Serialize)]
        struct Body {
            name: &'static str,
            #[serde(serialize_with = "expose")]
            secret: SecretKey,
            #[serde(serialize_with = "expose_opt")]
            other: Option<SecretKey>,
            #[serde(serialize_with = "expose_opt")]
            none: Option<SecretKey>,
            more: Vec<BTreeMap<&'static str, Choice>>,
        }

        #[derive(Serialize)]
        enum Choice {
            Named {
                #[serde(serialize_with = "expose_nullable")]
                secret: Nullable<SecretKey>,
            },
            Plain(Option<&'static str>),
        }

        let body = Body {
            name: "ci",
            secret: SecretKey::new("one"),
            other: Some(SecretKey::new("two")),
            none: None,
            more: vec![
                [("a", Choice::Named { secret: SecretKey::new("three").into() })].into(),
                [("b", Choice::Plain(Some("text")))].into(),
            ],
        };
        let secrets = secrets_in(&body);
        assert_eq!(secrets.iter().map(SecretKey::expose).collect::<Vec<_>>(), ["one", "two", "three"]);
        let json = serde_json::to_string(&body).unwrap();
        assert!(json.starts_with(r#"{"name":"ci","secret":"one","other":"two","none":null,"#), "{json}");
    }
}
