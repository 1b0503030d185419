//! Responses.

use super::media_types;
use super::streams::{self, Format};
use crate::document::Node;
use crate::lower::names::{self, Scope};
use crate::lower::schemas::Schemas;
use crate::model::{
    BodyFormat, ResponseBody, Status, StatusEnum, StatusResponse, Stream, Success, Type, XmlBody,
};
use crate::problem::{AS_ANY, Problem, Topic};

#[derive(Debug)]
pub(super) struct Responses {
    pub(super) success: Success,
    pub(super) stream: Option<Stream>,
    pub(super) error: Option<StatusEnum>,
    pub(super) returns: Vec<(Status, String)>,
    /// The media types to request, if the client's default does not include them.
    pub(super) accept: Vec<String>,
}

pub(super) fn lower<'d>(
    node: &Node<'d>,
    schemas: &mut Schemas<'d>,
    title: &str,
) -> Result<Responses, Problem> {
    let mut statuses = Vec::new();
    for (key, response) in node.entries()? {
        if key.starts_with("x-") {
            continue;
        }
        let Some(status) = status(key) else {
            let problem = response.problem(
                format!("`{key}` is not a status"),
                "use a status, a class such as `4XX`, or `default`",
            );
            response.tolerate(problem, "omitted")?;
            continue;
        };
        let Some(response) = response.resolve_or_omit("the response is omitted")? else { continue };
        response.expect_keys("a response", &["summary", "description", "content"], &["headers", "links"])?;
        statuses.push((status, response));
    }
    statuses.sort_by_key(|(status, _)| *status);

    let is_success = |status: &Status| matches!(status, Status::Code(200..=299) | Status::Range(2));
    // The runtime handles informational responses and redirects.
    let is_failure = |status: &Status| !matches!(status, Status::Code(100..=399) | Status::Range(1..=3));
    let mut successes: Vec<_> = statuses.iter().filter(|(status, _)| is_success(status)).collect();
    let failures: Vec<_> = statuses.iter().filter(|(status, _)| is_failure(status)).collect();
    if successes.is_empty() {
        let problem = node.problem("no successful response is described", "describe one, or the class `2XX`");
        // `default` covers all statuses then.
        successes.extend(statuses.iter().filter(|(status, _)| *status == Status::Default));
        let instead = if successes.is_empty() { "treated as bytes" } else { "`default` is used" };
        node.pass_over(problem.about(Topic::Bodies), instead)?;
    }

    let returns = successes.iter().map(|(status, response)| Ok((*status, text(response)?)));
    let returns = returns.collect::<Result<_, Problem>>()?;
    let is_unknown = successes.is_empty();
    let accept = accept(&successes)?;
    let lowered = by_status(&successes, true, schemas, |_, _| format!("{title}Response"))?;
    let success = match uniform(&lowered) {
        _ if is_unknown => Success::Raw,
        Some(success) => success,
        None => {
            let name = schemas.names.claim([format!("{title}Success").as_str()]);
            Success::ByStatus(StatusEnum { name, responses: lowered })
        }
    };
    let (success, stream) = match is_unknown {
        true => (success, None),
        false => streams::lower(&successes, success, schemas, title)?,
    };
    // Most APIs use one type for all errors.
    let failures = by_status(&failures, false, schemas, |names, variant| {
        if names.is_free("ErrorResponse") { "ErrorResponse".to_owned() } else { format!("{title}{variant}") }
    })?;
    let error = (!failures.is_empty()).then(|| {
        let name = schemas.names.claim([format!("{title}Error").as_str()]);
        StatusEnum { name, responses: failures }
    });

    Ok(Responses { success, stream, error, returns, accept })
}

/// Returns the media types of successful responses to request, of which JSON is preferred. Streams are requested by
/// methods of their own.
fn accept(successes: &[&(Status, Node<'_>)]) -> Result<Vec<String>, Problem> {
    let mut accept = Vec::new();
    for (_, response) in successes {
        for (media_type, _) in response.entries_of("content")? {
            if Format::of(media_type).is_some() {
                continue;
            }
            if media_type.contains('*') || !media_types::is_header_value(media_type) {
                return Ok(Vec::new());
            }
            if !accept.iter().any(|known| known == media_type) {
                accept.push(media_type.to_owned());
            }
        }
    }
    // By default, clients request JSON before all others.
    if accept.iter().all(|media_type| media_types::is_json(media_type)) {
        return Ok(Vec::new());
    }
    let json = accept.iter().filter(|media_type| media_types::is_json(media_type));
    if let Some(json) = json.min_by_key(|media_type| !is_requested(media_type)) {
        accept = vec![json.clone()];
    }
    Ok(accept)
}

/// Returns whether a media type is the one that clients prefer by default.
fn is_requested(media_type: &str) -> bool {
    media_type.starts_with("application/json")
}

fn text(response: &Node<'_>) -> Result<String, Problem> {
    let description = response.text_of("description")?;
    let text = if description.is_some() { description } else { response.text_of("summary")? };
    Ok(text.unwrap_or_default().trim().to_owned())
}

fn status(key: &str) -> Option<Status> {
    match key.as_bytes() {
        b"default" => Some(Status::Default),
        [class @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Some(Status::Range(u16::from(class - b'0'))),
        _ => key.parse().ok().filter(|code| (100..600).contains(code)).map(Status::Code),
    }
}

fn variant_name(status: Status) -> String {
    match status {
        Status::Code(code) => names::status_name(code),
        Status::Range(2) => "Success".to_owned(),
        Status::Range(4) => "ClientError".to_owned(),
        Status::Range(_) => "ServerError".to_owned(),
        Status::Default => "Default".to_owned(),
    }
}

/// Returns the variants for each status and form of the body, if requested without streams. `name` proposes the name of
/// a type.
fn by_status<'d>(
    responses: &[&(Status, Node<'d>)],
    without_streams: bool,
    schemas: &mut Schemas<'d>,
    name: impl Fn(&Scope, &str) -> String,
) -> Result<Vec<StatusResponse>, Problem> {
    let mut variants = Scope::without(&["Other"]);
    let mut lowered = Vec::new();
    for (status, response) in responses {
        let variant = variants.claim([variant_name(*status).as_str()]);
        let proposed = name(&schemas.names, &variant);
        let content = Content::of(response, without_streams, schemas, &proposed)?;
        let mut bodies = Vec::new();
        if let Some(ty) = content.json {
            bodies.push(ResponseBody { variant: variant.clone(), format: BodyFormat::Json(ty) });
        }
        let others = [
            content.xml.map(|xml| ("Xml", BodyFormat::Xml(xml))),
            content.text.then_some(("Text", BodyFormat::Text)),
        ];
        for (suffix, format) in others.into_iter().flatten() {
            let name = format!("{variant}{suffix}");
            let variant = if bodies.is_empty() { variant.clone() } else { variants.claim([name.as_str()]) };
            bodies.push(ResponseBody { variant, format });
        }
        lowered.push(StatusResponse { status: *status, text: text(response)?, bodies, name: variant });
    }
    Ok(lowered)
}

/// Returns the type of a successful call if it is the same for all statuses. Of several forms of a body, the client
/// requests JSON.
fn uniform(responses: &[StatusResponse]) -> Option<Success> {
    let mut bodies: Vec<&BodyFormat> =
        responses.iter().filter_map(|response| Some(&response.bodies.first()?.format)).collect();
    let some_empty = bodies.len() < responses.len();
    bodies.dedup();
    match (bodies.as_slice(), some_empty) {
        ([], _) => Some(Success::Empty),
        ([BodyFormat::Json(ty)], false) => Some(Success::Json(ty.clone())),
        ([BodyFormat::Json(ty)], true) => Some(Success::Optional(ty.clone())),
        ([BodyFormat::Xml(body)], false) => Some(Success::Xml(body.clone())),
        ([BodyFormat::Xml(body)], true) => Some(Success::OptionalXml(body.clone())),
        ([BodyFormat::Text], _) => Some(Success::Raw),
        _ => None,
    }
}

struct Content {
    json: Option<Type>,
    xml: Option<XmlBody>,
    text: bool,
}

impl Content {
    fn of<'d>(
        response: &Node<'d>,
        without_streams: bool,
        schemas: &mut Schemas<'d>,
        name: &str,
    ) -> Result<Self, Problem> {
        let mut content = Self { json: None, xml: None, text: false };
        let mut entries = match response.get("content") {
            Some(content) => media_types::entries(&content)?,
            None => Vec::new(),
        };
        // The media type that the client requests comes first.
        entries.sort_by_key(|(media_type, _)| (!media_types::is_json(media_type), !is_requested(media_type)));
        let is_requested = entries.first().is_some_and(|(media_type, _)| is_requested(media_type));
        for (media_type, media) in entries {
            let schema = media_types::schema(media_type, &media)?;
            if without_streams && Format::of(media_type).is_some() {
                continue;
            }
            if media_types::is_xml(media_type)
                && let Some(schema) = schema.as_ref().filter(|schema| !media_types::is_text(schema))
            {
                // Servers do not send it to clients that request JSON.
                if content.json.is_none() && content.xml.is_none() {
                    let ty = schemas.usage(schema, name)?.into_type();
                    let root = schemas.xml_root(schema, name, false)?;
                    content.xml = Some(XmlBody { ty, root, media_type: media_type.to_owned() });
                }
                continue;
            }
            if media_types::is_another_format(media_type)
                || media_types::is_range_of_bytes(media_type, &media)
            {
                // Servers do not send it to clients that request JSON.
                if content.json.is_none() {
                    if let Some(schema) = schema.filter(|schema| !media_types::is_text(schema)) {
                        let problem = schema.problem(
                            format!("a response body of type `{media_type}` is not supported"),
                            "describe it as `application/json` or as a string",
                        );
                        schema.tolerate(problem, "treated as bytes")?;
                    }
                    content.text = true;
                }
                continue;
            }
            let ty = match schema {
                Some(schema) => schemas.usage(&schema, name)?.into_type(),
                None => Type::Any,
            };
            // Servers send JSON with other media types; a schema other than a string is JSON.
            let structured = matches!(ty.innermost(), Type::Named(id) if !schemas.is_enum(*id));
            if !media_types::is_json(media_type) && !structured && !matches!(ty, Type::List(_) | Type::Map(_))
            {
                content.text = true;
                continue;
            }
            match &content.json {
                None => content.json = Some(ty),
                Some(known) if *known == ty => {}
                Some(_) => {
                    let problem = media.problem(
                        format!("the response has another schema for `{media_type}`"),
                        "use one schema for all JSON media types, for example with `oneOf`",
                    );
                    if media_types::is_json(media_type) && !is_requested {
                        media.tolerate(problem, AS_ANY)?;
                        content.json = Some(Type::Any);
                    } else {
                        media.pass_over(problem.about(Topic::Bodies), "`application/json` is requested")?;
                    }
                }
            }
        }
        Ok(content)
    }
}
