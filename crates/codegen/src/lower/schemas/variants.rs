//! Unions and their variants.

use heck::ToUpperCamelCase;

use super::builder::Schemas;
use super::classify::{self, classify};
use super::discriminator;
use super::form::{Declared, Form, Member};
use crate::document::Node;
use crate::lower::descriptions;
use crate::lower::names::{self, Scope};
use crate::model::{Docs, SelectedBy, Tag, TagValue, Type, Union, Variant};
use crate::problem::Problem;

impl<'d> Schemas<'d> {
    /// Lowers the alternatives of `oneOf`, `anyOf` or a list of types.
    pub(super) fn union(
        &mut self,
        members: &[Member<'d>],
        discriminator: Option<&Node<'d>>,
        name: &str,
    ) -> Result<Union, Problem> {
        let tag = discriminator::find(members, discriminator)?;
        let names = variant_names(members, tag.as_ref(), name)?;
        let mut kinds = Vec::new();
        let mut variants = Vec::new();
        for (member, variant) in members.iter().zip(names) {
            kinds.push(JsonType::of(member)?);
            let usage = self.member(member, &format!("{name}{variant}"))?;
            let docs = match member.only {
                // The description belongs to the union.
                Some(_) => Docs::default(),
                None => descriptions::docs(&member.node)?,
            };
            variants.push(Variant { name: variant, docs, ty: usage.into_type(), boxed: false });
        }
        let by_json_type = kinds.iter().enumerate().all(|(index, kind)| {
            kind.is_some_and(|kind| {
                // The values that enums list distinguish strings.
                let is_distinct = |other| kind == JsonType::Text || kind.differs_from(other);
                kinds[..index].iter().all(|other| other.is_some_and(is_distinct))
            })
        });
        let has_one_text = kinds.iter().filter(|kind| **kind == Some(JsonType::Text)).count() < 2;
        let is_scalar = |ty: &Type| self.is_scalar(ty) || *ty == Type::Secret;
        let selected_by = match tag {
            Some(tag) => SelectedBy::Tag(tag),
            None if by_json_type => SelectedBy::JsonType,
            None if has_one_text && variants.iter().all(|variant| is_scalar(&variant.ty)) => {
                // A number would accept an integer and change its text.
                variants.sort_by_key(|variant| variant.ty == Type::Number);
                SelectedBy::Order
            }
            None => SelectedBy::Fit,
        };
        let is_free = |name: &&str| variants.iter().all(|variant| variant.name != *name);
        let other = ["Other", "Unlisted"].into_iter().find(is_free).unwrap_or("Undescribed").to_owned();
        Ok(Union { variants, selected_by, other })
    }
}

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
    /// Returns the JSON type of all values of a member, if there is only one.
    fn of(member: &Member<'_>) -> Result<Option<Self>, Problem> {
        let is_plain = member.only.is_none() && member.base.is_none();
        let (form, nullable) =
            if is_plain { classify(&member.node.resolve()?)? } else { classify::member(member)? };
        Ok(match form {
            _ if nullable => None,
            Form::Any | Form::Same(_) | Form::Declared(Declared::Union(..)) => None,
            Form::Scalar(Type::Bool) => Some(Self::Boolean),
            Form::Scalar(Type::Int32 | Type::Int64 | Type::UInt64) => Some(Self::Integer),
            Form::Scalar(Type::Number) => Some(Self::Number),
            Form::Scalar(_) | Form::Declared(Declared::Enum(_)) => Some(Self::Text),
            Form::List(_) | Form::Tuple(_) => Some(Self::List),
            Form::Map(_) | Form::Declared(Declared::Struct(_) | Declared::Base(..)) => Some(Self::Object),
        })
    }

    fn differs_from(self, other: Self) -> bool {
        let is_number = |kind| matches!(kind, Self::Integer | Self::Number);
        self != other && !(is_number(self) && is_number(other))
    }
}

/// Returns short names of the members: their titles, the types that they refer to, or their kinds.
fn variant_names(members: &[Member<'_>], tag: Option<&Tag>, union: &str) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let Member { node, only, .. } = member;
        let value = tag.and_then(|tag| tag.values[index].first());
        let title = if only.is_none() { node.text_of("title")? } else { None };
        let name = match (title, node.get("$ref"), value) {
            (Some(title), ..) => names::variant_name(title),
            (None, None, Some(TagValue::Text(value))) => names::variant_name(value),
            (None, None, Some(TagValue::Boolean(value))) => names::variant_name(&value.to_string()),
            (None, None, Some(TagValue::Integer(value))) => names::variant_name(&value.to_string()),
            (None, Some(_), _) => names::variant_name(&node.resolve()?.key()),
            (None, None, None) => kind_name(&classify::member(member)?.0).to_owned(),
        };
        names.push(without_union_name(&name, union));
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
        Form::Map(_) | Form::Declared(Declared::Struct(_) | Declared::Base(..)) => "Object",
        Form::Declared(Declared::Union(..)) => "Either",
    }
}

/// Removes the name of the union from a variant: `Event::UserEvent` becomes `Event::User`.
pub(super) fn without_union_name(name: &str, union: &str) -> String {
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
