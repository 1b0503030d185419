//! Problems with excerpts of their documents.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::locate::locate;
use crate::problem::{Problem, Problems, Report};
use crate::source::Source;

impl Problems {
    /// Returns the problems with the lines of the documents that they refer to, for people to read.
    pub fn with_excerpts(&self, sources: &[Source<'_>]) -> impl fmt::Display {
        render(&Level::ERROR, &Level::HELP, &self.0, sources)
    }
}

impl Report {
    /// Returns the losses with the lines of the documents that they refer to, for people to read.
    pub fn losses_with_excerpts(&self, sources: &[Source<'_>]) -> impl fmt::Display {
        render(&Level::WARNING.with_name("loss"), &Level::NOTE, &self.losses, sources)
    }
}

fn render(level: &Level<'_>, help: &Level<'_>, problems: &[Problem], sources: &[Source<'_>]) -> String {
    let located: Vec<(Source<'_>, HashMap<&str, Range<usize>>)> = sources
        .iter()
        .map(|source| {
            let own = problems.iter().filter(|problem| problem.file == source.file);
            (*source, locate(source.text, own.map(|problem| problem.pointer.as_str())))
        })
        .collect();
    let renderer = Renderer::plain();
    let mut text = String::new();
    for problem in problems {
        let source = located.iter().find(|(source, _)| source.file == problem.file);
        let range = source.and_then(|(_, ranges)| ranges.get(problem.pointer.as_str()));
        let mut group = Group::with_title(level.clone().primary_title(&problem.message));
        if let (Some((source, _)), Some(range)) = (source, range) {
            let snippet = Snippet::source(source.text).path(source.file);
            group = group.element(snippet.annotation(AnnotationKind::Primary.span(range.clone())));
        }
        let location = format!("{}#{}", problem.file, problem.pointer);
        group = group.element(Level::NOTE.with_name("at").message(&location));
        if !problem.help.is_empty() {
            group = group.element(help.clone().message(&problem.help));
        }
        text += &renderer.render(&[group]);
        text += "\n\n";
    }
    text
}
