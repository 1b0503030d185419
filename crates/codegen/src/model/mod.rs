//! The API in terms of the code to be generated, without OpenAPI and without Rust syntax. Names are final.

mod api;
mod operation;
mod types;
mod xml;

pub(crate) use self::api::{Api, ClientHeader, Credential, Scheme, Server};
pub(crate) use self::operation::{
    Body, BodyFormat, Class, Content, Encoding, EncodingFormat, Event, EventData, EventEnum, FieldPath,
    Items, Location, NextPage, Operation, Options, PageParameter, Pagination, Parameter, ResponseBody,
    Status, StatusEnum, StatusResponse, Stream, Streamed, Success, XmlBody,
};
pub(crate) use self::types::{
    Additional, Direction, Docs, Enum, EnumValue, Field, Presence, SelectedBy, Shape, Struct, Tag, TagValue,
    Type, TypeDef, TypeId, Types, Union, Variant,
};
pub(crate) use self::xml::{
    Xml, XmlContent, XmlKind, XmlNode, XmlObject, XmlObjectId, XmlProperty, XmlRoot, XmlUnion, XmlUnionId,
};
