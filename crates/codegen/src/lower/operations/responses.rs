//! Responses.

use super::media_types;
use crate::document::Node;
use crate::lower::names::{self, Scope};
use crate::lower::schemas::Schemas;
use crate::model::{ResponseBody, Status, StatusEnum, StatusResponse, Success, Type};
use crate::problem::{AS_ANY, Problem};

#[derive(Debug)]
pub(super) struct Responses {
    pub(super) success: Success,
    pub(super) error: Option<StatusEnum>,
    pub(super) returns: Vec<(Status, String)>,
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
        response.expect_keys("a response", &["description", "content"], &["headers", "links", "summary"])?;
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
        node.pass_over(problem, instead)?;
    }

    let returns = successes.iter().map(|(status, response)| Ok((*status, text(response)?)));
    let returns = returns.collect::<Result<_, Problem>>()?;
    let is_unknown = successes.is_empty();
    let success = by_status(&successes, schemas, |_, _| format!("{title}Response"))?;
    let success = match uniform(&success) {
        _ if is_unknown => Success::Raw,
        Some(success) => success,
        None => {
            let name = schemas.names.claim([format!("{title}Success").as_str()]);
            Success::ByStatus(StatusEnum { name, responses: success })
        }
    };
    // Most APIs use one type for all errors.
    let failures = by_status(&failures, schemas, |names, variant| {
        if names.is_free("ErrorResponse") { "ErrorResponse".to_owned() } else { format!("{title}{variant}") }
    })?;
    let error = (!failures.is_empty()).then(|| {
        let name = schemas.names.claim([format!("{title}Error").as_str()]);
        StatusEnum { name, responses: failures }
    });

    Ok(Responses { success, error, returns })
}

fn text(response: &Node<'_>) -> Result<String, Problem> {
    Ok(response.text_of("description")?.unwrap_or_default().trim().to_owned())
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

/// Returns the variants for each status and form of the body. `name` proposes the name of a type.
fn by_status<'d>(
    responses: &[&(Status, Node<'d>)],
    schemas: &mut Schemas<'d>,
    name: impl Fn(&Scope, &str) -> String,
) -> Result<Vec<StatusResponse>, Problem> {
    let mut variants = Scope::without(&["Other"]);
    let mut lowered = Vec::new();
    for (status, response) in responses {
        let variant = variants.claim([variant_name(*status).as_str()]);
        let proposed = name(&schemas.names, &variant);
        let content = Content::of(response, schemas, &proposed)?;
        let mut bodies = Vec::new();
        if let Some(ty) = content.json {
            bodies.push(ResponseBody { variant: variant.clone(), json: Some(ty) });
        }
        if content.text {
            let text = format!("{variant}Text");
            let variant = if bodies.is_empty() { variant.clone() } else { variants.claim([text.as_str()]) };
            bodies.push(ResponseBody { variant, json: None });
        }
        lowered.push(StatusResponse { status: *status, text: text(response)?, bodies, name: variant });
    }
    Ok(lowered)
}

/// Returns the type of a successful call if it is the same for all statuses. Of several forms of a body, the client
/// requests JSON.
fn uniform(responses: &[StatusResponse]) -> Option<Success> {
    let mut bodies: Vec<&Option<Type>> =
        responses.iter().filter_map(|response| Some(&response.bodies.first()?.json)).collect();
    let some_empty = bodies.len() < responses.len();
    bodies.dedup();
    match (bodies.as_slice(), some_empty) {
        ([], _) => Some(Success::Empty),
        ([Some(ty)], false) => Some(Success::Json(ty.clone())),
        ([Some(ty)], true) => Some(Success::Optional(ty.clone())),
        ([None], _) => Some(Success::Raw),
        _ => None,
    }
}

struct Content {
    json: Option<Type>,
    text: bool,
}

impl Content {
    fn of<'d>(response: &Node<'d>, schemas: &mut Schemas<'d>, name: &str) -> Result<Self, Problem> {
        let mut content = Self { json: None, text: false };
        let mut entries = response.entries_of("content")?;
        // The media type that the client requests comes first.
        let is_requested = |media_type: &str| media_type.starts_with("application/json");
        entries.sort_by_key(|(media_type, _)| (!media_types::is_json(media_type), !is_requested(media_type)));
        let is_requested = entries.first().is_some_and(|(media_type, _)| is_requested(media_type));
        for (media_type, media) in entries {
            let schema = media_types::schema(&media)?;
            if media_types::is_another_format(media_type) {
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
                        media.pass_over(problem, "`application/json` is requested")?;
                    }
                }
            }
        }
        Ok(content)
    }
}
