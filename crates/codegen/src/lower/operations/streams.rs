//! Responses that are read as they arrive.

use super::media_types;
use crate::document::Node;
use crate::lower::names::{self, Scope};
use crate::lower::schemas::Schemas;
use crate::model::{Event, EventData, EventEnum, Items, Status, Stream, Success, Type};
use crate::problem::{AS_ANY, Problem};

/// The formats of streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    JsonLines,
    JsonSequence,
    Events,
}

impl Format {
    /// Returns the format of a media type, if it is one of a stream.
    pub(super) fn of(media_type: &str) -> Option<Self> {
        match media_types::essence(media_type).as_str() {
            "application/jsonl"
            | "application/jsonlines"
            | "application/ndjson"
            | "application/x-jsonl"
            | "application/x-jsonlines"
            | "application/x-ndjson" => Some(Self::JsonLines),
            "application/json-seq" => Some(Self::JsonSequence),
            "text/event-stream" => Some(Self::Events),
            _ => None,
        }
    }
}

/// Divides the success of an operation into the whole response and a stream, which is the only form of some responses.
pub(super) fn lower<'d>(
    responses: &[&(Status, Node<'d>)],
    whole: Success,
    schemas: &mut Schemas<'d>,
    title: &str,
) -> Result<(Success, Option<Stream>), Problem> {
    let mut stream = None;
    let mut is_binary = false;
    for (_, response) in responses {
        let content = response.get("content").map(|content| media_types::entries(&content)).transpose()?;
        for (media_type, media) in content.unwrap_or_default() {
            let Some(format) = Format::of(media_type) else {
                is_binary |= !media_types::is_json(media_type) && !media_type.starts_with("text/");
                continue;
            };
            if stream.is_some() {
                let problem = media.problem("the operation has several streams", "describe one");
                media.pass_over(problem, "the first one is requested")?;
                continue;
            }
            let items = match format {
                Format::JsonLines | Format::JsonSequence => Items::Json(item(&media, schemas, title)?),
                Format::Events => events(&media, schemas, title)?,
            };
            stream = Some(Stream { media_type: Some(media_type.to_owned()), items });
        }
    }
    Ok(match (whole, stream) {
        (Success::Empty, Some(stream)) => (Success::Stream(stream), None),
        (Success::Raw, None) if is_binary && responses.iter().all(|(_, response)| response.is_lenient()) => {
            (Success::Raw, Some(Stream { media_type: None, items: Items::Bytes }))
        }
        (whole, stream) => (whole, stream),
    })
}

/// Returns the type of the items of JSON Lines. Before OpenAPI 3.2, `schema` describes an item, or all of them as an
/// array.
pub(super) fn item<'d>(media: &Node<'d>, schemas: &mut Schemas<'d>, title: &str) -> Result<Type, Problem> {
    let schema = match (media.get("itemSchema"), media.get("schema")) {
        (Some(item), _) => Some(item),
        (None, Some(schema)) => single(schema),
        (None, None) => None,
    };
    match schema {
        Some(schema) => Ok(schemas.usage(&schema, &format!("{title}Item"))?.into_type()),
        None => Ok(Type::Any),
    }
}

/// Returns the schema of an item. A string stands for the text of all items.
fn single<'d>(schema: Node<'d>) -> Option<Node<'d>> {
    // An invalid reference is reported when the schema is lowered.
    let Ok(resolved) = schema.resolve() else { return Some(schema) };
    if media_types::is_text(&resolved) {
        return None;
    }
    match resolved.get("items") {
        Some(items) if resolved.get("type").is_some_and(|ty| ty.value() == "array") => Some(items),
        _ => Some(schema),
    }
}

fn events<'d>(media: &Node<'d>, schemas: &mut Schemas<'d>, title: &str) -> Result<Items, Problem> {
    let is_item = media.get("itemSchema").is_some();
    let schema = match media.get("itemSchema") {
        Some(schema) => Some(schema),
        None => media.get("schema").and_then(single),
    };
    let Some(schema) = schema else { return Ok(Items::Events) };
    let mut alternatives = Vec::new();
    alternatives_of(&schema, &Fields::default(), 0, &mut alternatives)?;
    // Only `itemSchema` describes the event. In other schemas, these fields may be those of the data.
    let describes_events = match is_item {
        true => alternatives.iter().any(|fields| fields.data.is_some()),
        false => alternatives.iter().all(|fields| fields.data.is_some() && fields.name().is_some()),
    };
    if !describes_events {
        return Ok(Items::Data(schemas.usage(&schema, &format!("{title}Event"))?.into_type()));
    }
    let count = alternatives.len();
    alternatives.retain(|fields| fixed(fields.data.as_ref()).is_none_or(|data| data != "[DONE]"));
    let has_end = alternatives.len() < count;
    if let [fields] = alternatives.as_slice()
        && fields.name().is_none_or(|name| name == DEFAULT_NAME)
        && let EventData::Json(ty) = fields.data(schemas, &format!("{title}Event"))?
    {
        return Ok(Items::Data(ty));
    }
    let events = event_variants(&alternatives, schemas, title)?;
    let is_text = events.iter().all(|event| event.wire == DEFAULT_NAME && event.data == EventData::Text);
    Ok(match is_text && !has_end {
        true => Items::Events,
        false => {
            let name = schemas.names.claim([format!("{title}Event").as_str()]);
            Items::Enum(EventEnum { name, events, has_end })
        }
    })
}

/// The name of events without one.
const DEFAULT_NAME: &str = "message";

/// Returns the variants for events, with distinct names or constants.
fn event_variants<'d>(
    alternatives: &[Fields<'d>],
    schemas: &mut Schemas<'d>,
    title: &str,
) -> Result<Vec<Event>, Problem> {
    let mut scope = Scope::without(&["Other"]);
    let mut events: Vec<Event> = Vec::new();
    for fields in alternatives {
        let wire = fields.name().unwrap_or_else(|| DEFAULT_NAME.to_owned());
        let variant = names::type_name(&wire);
        let data = fields.data(schemas, &format!("{title}{variant}"))?;
        let is_same = |known: &&mut Event| known.wire == wire && known.data.constant() == data.constant();
        if let Some(known) = events.iter_mut().find(is_same) {
            if known.data != data
                && let Some(node) = &fields.data
            {
                let problem = node.problem(
                    format!("the event `{wire}` has another schema elsewhere"),
                    "use one schema, for example with `oneOf`",
                );
                node.tolerate(problem, AS_ANY)?;
                known.data = EventData::Json(Type::Any);
            }
            continue;
        }
        let name = match (data.constant(), fields.name()) {
            (Some(text), None) => names::type_name(text),
            _ => variant,
        };
        events.push(Event { name: scope.claim([name.as_str()]), wire, data });
    }
    // A constant takes precedence over the other data of an event.
    events.sort_by_key(|event| event.data.constant().is_none());
    Ok(events)
}

/// The fields of an event.
#[derive(Debug, Clone, Default)]
struct Fields<'d> {
    name: Option<Node<'d>>,
    data: Option<Node<'d>>,
}

impl<'d> Fields<'d> {
    fn name(&self) -> Option<String> {
        fixed(self.name.as_ref())
    }

    fn data(&self, schemas: &mut Schemas<'d>, name: &str) -> Result<EventData, Problem> {
        let Some(data) = &self.data else { return Ok(EventData::Text) };
        if let Some(text) = fixed(Some(data)) {
            return Ok(EventData::Constant(text));
        }
        let resolved = data.resolve_if_any()?;
        let content = resolved.get("contentSchema");
        let is_json = match resolved.text_of("contentMediaType")? {
            Some(media_type) => media_types::is_json(media_type),
            None => content.is_some(),
        };
        Ok(match content {
            Some(content) if is_json => EventData::Json(schemas.usage(&content, name)?.into_type()),
            None if is_json => EventData::Json(Type::Any),
            // Some documents describe the JSON in the data directly.
            None if !media_types::is_text(&resolved) => {
                EventData::Json(schemas.usage(data, name)?.into_type())
            }
            _ => EventData::Text,
        })
    }
}

/// Returns the only string that a schema allows.
fn fixed(schema: Option<&Node<'_>>) -> Option<String> {
    let schema = schema?.resolve().ok()?;
    let value = match schema.get("const") {
        Some(value) => value.value(),
        None => match schema.get("enum")?.value().as_array()?.as_slice() {
            [only] => only,
            _ => return None,
        },
    };
    value.as_str().map(str::to_owned)
}

/// Adds the fields of an event for each alternative of a schema. Fields of the schema apply to all alternatives.
fn alternatives_of<'d>(
    schema: &Node<'d>,
    shared: &Fields<'d>,
    depth: usize,
    found: &mut Vec<Fields<'d>>,
) -> Result<(), Problem> {
    const MAX_DEPTH: usize = 10;
    let schema = schema.resolve_if_any()?;
    let mut parts = vec![schema.clone()];
    for part in schema.items_of("allOf")? {
        parts.push(part.resolve_if_any()?);
    }
    let property = |name: &str| parts.iter().find_map(|part| part.get("properties")?.get(name));
    let fields = Fields {
        name: property("event").or_else(|| shared.name.clone()),
        data: property("data").or_else(|| shared.data.clone()),
    };
    match schema.get("oneOf").or_else(|| schema.get("anyOf")) {
        Some(list) if depth < MAX_DEPTH => {
            for alternative in list.items()? {
                alternatives_of(&alternative, &fields, depth + 1, found)?;
            }
        }
        _ => found.push(fields),
    }
    Ok(())
}
