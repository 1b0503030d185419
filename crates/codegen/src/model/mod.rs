//! The API in terms of the code to be generated, without OpenAPI and without Rust syntax. Names are final.

mod api;
mod operation;
mod types;

pub(crate) use self::api::{Api, ClientHeader, Credential, Scheme, Server};
pub(crate) use self::operation::{
    Body, Class, Content, Encoding, EncodingFormat, Location, Operation, Options, Parameter, ResponseBody,
    Status, StatusEnum, StatusResponse, Success,
};
pub(crate) use self::types::{
    Additional, Direction, Docs, Enum, EnumValue, Field, Presence, SelectedBy, Shape, Struct, Tag, TagValue,
    Type, TypeDef, TypeId, Types, Union, Variant,
};
