//! `oneOf`, `anyOf` and lists of types to unions.

use heck::ToUpperCamelCase;

use super::form::{Declared, Form, Member};
use super::names::{self, Scope};
use super::notes;
use super::schemas::Schemas;
use super::tags;
use crate::document::Node;
use crate::model::{Docs, Tag, TagValue, ToldBy, Type, Union, Variant};
use crate::problem::Problem;

pub(super) fn lower<'d>(
    schemas: &mut Schemas<'d>,
    members: &[Member<'d>],
    discriminator: Option<&Node<'d>>,
    name: &str,
) -> Result<Union, Problem> {
    let tag = tags::find(members, discriminator)?;
    let names = variant_names(members, tag.as_ref(), name)?;
    let mut kinds = Vec::new();
    let mut variants = Vec::new();
    for (member, variant) in members.iter().zip(names) {
        kinds.push(JsonType::of(member)?);
        let usage = schemas.member(member, &format!("{name}{variant}"))?;
        let docs = match member.only {
            // The words about the whole belong to the union.
            Some(_) => Docs::default(),
            None => notes::docs(&member.node)?,
        };
        variants.push(Variant { name: variant, docs, ty: usage.into_type(), boxed: false });
    }
    let by_json_type = kinds.iter().enumerate().all(|(index, kind)| {
        kind.is_some_and(|kind| {
            kinds[..index].iter().all(|other| other.is_some_and(|other| kind.differs_from(other)))
        })
    });
    let is_word = |ty: &Type| match ty {
        Type::Named(id) => schemas.is_enum(*id),
        ty => ty.is_word() || *ty == Type::Secret,
    };
    let told_by = match tag {
        Some(tag) => ToldBy::Tag(tag),
        None if by_json_type => ToldBy::JsonType,
        None if variants.iter().all(|variant| is_word(&variant.ty)) => {
            // Any number would do for a whole one, and not come back as it was.
            variants.sort_by_key(|variant| variant.ty == Type::Number);
            ToldBy::Order
        }
        None => ToldBy::Fit,
    };
    let is_free = |name: &&str| variants.iter().all(|variant| variant.name != *name);
    let other = ["Other", "Unlisted"].into_iter().find(is_free).unwrap_or("Undescribed").to_owned();
    Ok(Union { variants, told_by, other })
}

/// The JSON type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonType {
    Boolean,
    Integer,
    Number,
    Text,
    List,
    Object,
}

impl JsonType {
    /// The one JSON type that all values of a member have.
    fn of(member: &Member<'_>) -> Result<Option<Self>, Problem> {
        let (form, nullable) = match member.only {
            Some(_) => (member.form()?, false),
            None if member.base.is_some() => (member.form()?, false),
            None => super::form::form(&member.node.resolve()?)?,
        };
        Ok(match form {
            _ if nullable => None,
            Form::Any | Form::Same(_) | Form::Declared(Declared::Union(..)) => None,
            Form::Scalar(Type::Bool) => Some(Self::Boolean),
            Form::Scalar(Type::Int32 | Type::Int64 | Type::UInt64) => Some(Self::Integer),
            Form::Scalar(Type::Number) => Some(Self::Number),
            Form::Scalar(_) | Form::Declared(Declared::Enum(_)) => Some(Self::Text),
            Form::List(_) | Form::Tuple(_) => Some(Self::List),
            Form::Map(_) | Form::Declared(Declared::Struct(_)) => Some(Self::Object),
        })
    }

    fn differs_from(self, other: Self) -> bool {
        let is_number = |kind| matches!(kind, Self::Integer | Self::Number);
        self != other && !(is_number(self) && is_number(other))
    }
}

/// Short names for the members: their titles, or the types that they refer to, or what they are.
fn variant_names(members: &[Member<'_>], tag: Option<&Tag>, union: &str) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for (index, Member { node, only, base }) in members.iter().enumerate() {
        let value = tag.and_then(|tag| tag.values[index].first());
        let title = if only.is_none() { node.text_of("title")? } else { None };
        let name = match (title, node.get("$ref"), value) {
            (Some(title), ..) => names::variant_name(title),
            (None, None, Some(TagValue::Text(value))) => names::variant_name(value),
            (None, None, Some(TagValue::Boolean(value))) => names::variant_name(&value.to_string()),
            (None, None, Some(TagValue::Integer(value))) => names::variant_name(&value.to_string()),
            (None, Some(_), _) => names::variant_name(&node.resolve()?.key()),
            (None, None, None) => {
                kind_name(&Member { node: node.clone(), only: *only, base: base.clone() }.form()?).to_owned()
            }
        };
        names.push(without_words_of(&name, union));
    }
    let mut scope = Scope::default();
    Ok(names.iter().map(|name| scope.claim([name.as_str()])).collect())
}

fn kind_name(form: &Form<'_>) -> &'static str {
    match form {
        Form::Any | Form::Same(_) => "Any",
        Form::Scalar(Type::Bool) => "Boolean",
        Form::Scalar(Type::Int32 | Type::Int64 | Type::UInt64) => "Integer",
        Form::Scalar(Type::Number) => "Number",
        Form::Scalar(_) => "Text",
        Form::Declared(Declared::Enum(_)) => "Word",
        Form::List(_) | Form::Tuple(_) => "List",
        Form::Map(_) | Form::Declared(Declared::Struct(_)) => "Object",
        Form::Declared(Declared::Union(..)) => "Either",
    }
}

/// `Event::UserEvent` is `Event::User`: a variant does not repeat the name of its enum.
fn without_words_of(name: &str, union: &str) -> String {
    let stripped = name.strip_prefix(union).or_else(|| name.strip_suffix(union)).unwrap_or(name);
    if stripped.is_empty()
        || stripped.to_upper_camel_case() != stripped
        || stripped.starts_with(char::is_numeric)
    {
        name.to_owned()
    } else {
        stripped.to_owned()
    }
}
