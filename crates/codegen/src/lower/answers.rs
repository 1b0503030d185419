//! Responses: what a call returns, and how it fails.

use super::names::{self, Scope};
use super::schemas::Schemas;
use crate::document::Node;
use crate::model::{Answer, AnswerBody, AnswerEnum, Status, StatusAnswer, Success, Type};
use crate::problem::Problem;

/// The answers of an operation.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) success: Success,
    pub(super) error: Option<AnswerEnum>,
    pub(super) documented: Vec<Answer>,
}

pub(super) fn lower<'d>(node: &Node<'d>, schemas: &mut Schemas<'d>, title: &str) -> Result<Answers, Problem> {
    let mut statuses = Vec::new();
    for (key, response) in node.entries()? {
        if key.starts_with("x-") {
            continue;
        }
        let Some(status) = status(key) else {
            let problem = response.problem(
                format!("`{key}` is no status"),
                "write a status, a class such as `4XX`, or `default`",
            );
            response.tolerate(problem, "it is left out")?;
            continue;
        };
        let response = match response.resolve() {
            Ok(response) => response,
            Err(problem) => {
                response.tolerate(problem, "the answer is left out")?;
                continue;
            }
        };
        response.expect_keys("a response", &["description", "content"], &["headers", "links", "summary"])?;
        statuses.push((status, response));
    }
    statuses.sort_by_key(|(status, _)| *status);

    let is_success = |status: &Status| matches!(status, Status::Code(200..=299) | Status::Range(2));
    // An informational answer never comes as the last one, and a redirect is an error of its own.
    let is_failure = |status: &Status| !matches!(status, Status::Code(100..=399) | Status::Range(1..=3));
    let mut successes: Vec<_> = statuses.iter().filter(|(status, _)| is_success(status)).collect();
    let failures: Vec<_> = statuses.iter().filter(|(status, _)| is_failure(status)).collect();
    if successes.is_empty() {
        let problem = node.problem("no status of success is described", "describe one, or the class `2XX`");
        // `default` speaks of all statuses then.
        successes.extend(statuses.iter().filter(|(status, _)| *status == Status::Default));
        node.pass_over(
            problem,
            if successes.is_empty() { "it is bytes" } else { "it is as `default` says" },
        )?;
    }

    let is_unknown = successes.is_empty();
    let success = by_status(&successes, schemas, |_, _| format!("{title}Response"))?;
    let success = match uniform(&success) {
        _ if is_unknown => Success::Raw,
        Some(success) => success,
        None => {
            let name = schemas.names.claim([format!("{title}Answer").as_str()]);
            Success::ByStatus(AnswerEnum { name, answers: success })
        }
    };
    // Errors tend to look alike throughout an API.
    let failures = by_status(&failures, schemas, |names, variant| {
        if names.is_free("ErrorResponse") { "ErrorResponse".to_owned() } else { format!("{title}{variant}") }
    })?;
    let error = (!failures.is_empty()).then(|| {
        let name = schemas.names.claim([format!("{title}Error").as_str()]);
        AnswerEnum { name, answers: failures }
    });

    let documented = statuses.iter().map(|(status, response)| {
        let enums = error.iter().chain(match &success {
            Success::ByStatus(answers) => Some(answers),
            _ => None,
        });
        let answer = enums.flat_map(|answers| &answers.answers).find(|answer| answer.status == *status);
        let variant =
            answer.map(|answer| answer.bodies.first().map_or(&answer.name, |body| &body.variant).clone());
        Ok(Answer { status: *status, text: text(response)?, variant })
    });
    let documented = documented.collect::<Result<_, Problem>>()?;
    Ok(Answers { success, error, documented })
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

/// Answers with a variant for each status and form of the body. `name` proposes one for a type without.
fn by_status<'d>(
    responses: &[&(Status, Node<'d>)],
    schemas: &mut Schemas<'d>,
    name: impl Fn(&Scope, &str) -> String,
) -> Result<Vec<StatusAnswer>, Problem> {
    let mut variants = Scope::without(&["Other"]);
    let mut answers = Vec::new();
    for (status, response) in responses {
        let variant = variants.claim([variant_name(*status).as_str()]);
        let proposed = name(&schemas.names, &variant);
        let content = Content::of(response, schemas, &proposed)?;
        let mut bodies = Vec::new();
        if let Some(ty) = content.json {
            bodies.push(AnswerBody { variant: variant.clone(), json: Some(ty) });
        }
        if content.text {
            let text = format!("{variant}Text");
            let variant = if bodies.is_empty() { variant.clone() } else { variants.claim([text.as_str()]) };
            bodies.push(AnswerBody { variant, json: None });
        }
        answers.push(StatusAnswer { status: *status, text: text(response)?, bodies, name: variant });
    }
    Ok(answers)
}

/// What a call returns if the status makes no difference to it. Of several forms of one body JSON is the one that
/// the client asks for.
fn uniform(answers: &[StatusAnswer]) -> Option<Success> {
    let mut bodies: Vec<&Option<Type>> =
        answers.iter().filter_map(|answer| Some(&answer.bodies.first()?.json)).collect();
    let some_empty = bodies.len() < answers.len();
    bodies.dedup();
    match (bodies.as_slice(), some_empty) {
        ([], _) => Some(Success::Empty),
        ([Some(ty)], false) => Some(Success::Json(ty.clone())),
        ([Some(ty)], true) => Some(Success::Optional(ty.clone())),
        ([None], _) => Some(Success::Raw),
        _ => None,
    }
}

/// The forms that the body of an answer may have.
struct Content {
    json: Option<Type>,
    /// Text, or bytes, that are not JSON.
    text: bool,
}

impl Content {
    fn of<'d>(response: &Node<'d>, schemas: &mut Schemas<'d>, name: &str) -> Result<Self, Problem> {
        let mut content = Self { json: None, text: false };
        let mut entries = response.entries_of("content")?;
        // What the client asks for counts most.
        let is_asked_for = |media_type: &str| media_type.starts_with("application/json");
        entries.sort_by_key(|(media_type, _)| (!is_json(media_type), !is_asked_for(media_type)));
        let is_asked_for = entries.first().is_some_and(|(media_type, _)| is_asked_for(media_type));
        for (media_type, media) in entries {
            let schema = schema(&media)?;
            if is_another_format(media_type) {
                // Beside JSON it does not come.
                if content.json.is_none() {
                    if let Some(schema) = schema.filter(|schema| !is_text(schema)) {
                        let problem = schema.problem(
                            format!("an answer in `{media_type}` is not supported"),
                            "describe it as `application/json`, or as text",
                        );
                        schema.tolerate(problem, "it is bytes")?;
                    }
                    content.text = true;
                }
                continue;
            }
            let ty = match schema {
                Some(schema) => schemas.usage(&schema, name)?.into_type(),
                None => Type::Any,
            };
            // Servers label JSON as text; a schema of more than text tells.
            let structured = matches!(ty.core(), Type::Named(id) if !schemas.is_enum(*id));
            if !is_json(media_type) && !structured && !matches!(ty, Type::List(_) | Type::Map(_)) {
                content.text = true;
                continue;
            }
            match &content.json {
                None => content.json = Some(ty),
                Some(known) if *known == ty => {}
                Some(_) => {
                    let problem = media.problem(
                        format!("the answer has another schema as `{media_type}`"),
                        "give all JSON media types of an answer one schema, with `oneOf` if need be",
                    );
                    if is_json(media_type) && !is_asked_for {
                        media.tolerate(problem, "it is taken as any JSON value")?;
                        content.json = Some(Type::Any);
                    } else {
                        media.pass_over(problem, "it is asked for as JSON")?;
                    }
                }
            }
        }
        Ok(content)
    }
}

/// Whether a media type is a format that is surely not JSON, however a schema describes what it holds.
fn is_another_format(media_type: &str) -> bool {
    ["xml", "yaml", "csv", "protobuf"].iter().any(|format| media_type.to_ascii_lowercase().contains(format))
}

/// Whether a schema says no more than that something is text, or nothing at all.
pub(super) fn is_text(schema: &Node<'_>) -> bool {
    let Ok(schema) = schema.resolve() else { return true };
    match schema.get("type") {
        Some(ty) => ty.value() == "string",
        None => schema.value().as_object().is_none_or(serde_json::Map::is_empty),
    }
}

/// Whether a media type is JSON, whatever it is a dialect of.
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    ["application/json", "text/json", "*/*", "application/*"].contains(&essence.as_str())
        || essence.ends_with("+json")
}

/// The schema of a media type. What is said of its fields counts in requests only.
pub(super) fn schema<'d>(media: &Node<'d>) -> Result<Option<Node<'d>>, Problem> {
    let handled: &[_] = if media.is_lenient() { &["schema", "encoding"] } else { &["schema"] };
    media.expect_keys("a media type", handled, &["example", "examples"])?;
    Ok(media.get("schema"))
}
