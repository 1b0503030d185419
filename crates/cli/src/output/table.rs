//! Tables that fit the terminal.

use std::cmp::Reverse;

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table};

use crate::console::Console;
use crate::human::clean;

/// A column. If the terminal is too narrow, columns of the lowest rank are omitted first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    title: &'static str,
    rank: u8,
    /// Keeps content in one line, so that it can be copied.
    whole: bool,
}

/// Creates a column that is never omitted.
pub(crate) const fn always(title: &'static str) -> Column {
    Column { title, rank: u8::MAX, whole: false }
}

/// Creates a column that is never omitted and not wrapped, unless it takes more than half of the width.
pub(crate) const fn whole(title: &'static str) -> Column {
    Column { title, rank: u8::MAX, whole: true }
}

/// Creates a column that is omitted if the terminal is too narrow.
pub(crate) const fn if_room(title: &'static str, rank: u8) -> Column {
    Column { title, rank, whole: false }
}

/// A field, optionally colored.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    text: String,
    color: Option<Color>,
}

impl Field {
    pub(crate) fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }
}

impl<T: AsRef<str>> From<T> for Field {
    fn from(text: T) -> Self {
        Self { text: clean(text.as_ref()), color: None }
    }
}

/// Formats a table and the names of omitted columns.
pub(crate) fn render(columns: &[Column], rows: &[Vec<Field>], console: &Console<'_>) -> String {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    // Optional columns without content are dropped silently.
    shown.retain(|&at| {
        columns[at].rank == u8::MAX || rows.iter().any(|row| !matches!(row[at].text.as_str(), "" | "–"))
    });
    let mut omitted = Vec::new();
    let mut table = build(columns, rows, &shown, console);
    // Some pseudo-terminals report a width of zero.
    if let Some(width) = table.width().filter(|&width| console.is_terminal() && width > 0) {
        let mut by_rank = shown.clone();
        by_rank.sort_by_key(|&at| Reverse(columns[at].rank));
        shown.clear();
        for at in by_rank {
            let mut wider = shown.clone();
            wider.push(at);
            wider.sort_unstable();
            if columns[at].rank == u8::MAX
                || natural_width(&build(columns, rows, &wider, console)) <= usize::from(width)
            {
                shown = wider;
            } else {
                omitted.push(columns[at].title.to_lowercase());
            }
        }
        table = build(columns, rows, &shown, console);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        for (index, _) in shown.iter().enumerate().filter(|(_, at)| columns[**at].whole) {
            let widest = table.column_max_content_widths().get(index).copied().unwrap_or_default();
            if let Some(column) = table.column_mut(index).filter(|_| widest <= width / 2) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
    let mut text = format!("{}\n", table.trim_fmt());
    if !omitted.is_empty() {
        text.push_str(&format!("(omitted: {}; --output json has all fields)\n", omitted.join(", ")));
    }
    text
}

fn build(columns: &[Column], rows: &[Vec<Field>], shown: &[usize], console: &Console<'_>) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    if console.color() {
        table.enforce_styling();
    } else if !console.is_terminal() {
        table.force_no_tty();
    }
    let color = console.color();
    table.set_header(shown.iter().map(|&at| {
        let cell = Cell::new(columns[at].title);
        if color { cell.add_attribute(Attribute::Bold) } else { cell }
    }));
    for row in rows {
        table.add_row(shown.iter().map(|&at| {
            let cell = Cell::new(&row[at].text);
            match row[at].color.filter(|_| color) {
                Some(color) => cell.fg(color),
                None => cell,
            }
        }));
    }
    if let Some(first) = table.column_mut(0) {
        first.set_padding((0, 1));
    }
    table
}

/// Returns the width without wrapping. Columns have a space on both sides, the first one only on the right.
fn natural_width(table: &Table) -> usize {
    let columns = table.column_max_content_widths();
    columns.iter().map(|&width| usize::from(width) + 2).sum::<usize>().saturating_sub(1)
}
