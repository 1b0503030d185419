//! Tables that fit the terminal.

use std::cmp::Reverse;

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table};

use crate::console::Console;
use crate::human::clean;

/// A column, and how long it stays when there is no room: those with the lowest number go first.
pub(crate) struct Column {
    title: &'static str,
    rank: u8,
    /// Whether its content is to be copied, so that it should not be broken into lines.
    whole: bool,
}

/// A column that never goes.
pub(crate) const fn always(title: &'static str) -> Column {
    Column { title, rank: u8::MAX, whole: false }
}

/// A column that never goes, and the content of which is in one line as long as that leaves room for others.
pub(crate) const fn whole(title: &'static str) -> Column {
    Column { title, rank: u8::MAX, whole: true }
}

/// A column that goes when there is no room.
pub(crate) const fn if_room(title: &'static str, rank: u8) -> Column {
    Column { title, rank, whole: false }
}

/// One field, with a colour where it means something.
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

/// The table, and which columns were left away for lack of room.
pub(crate) fn render(columns: &[Column], rows: &[Vec<Field>], console: &Console<'_>) -> String {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    // A column in which nothing is said says nothing.
    shown.retain(|&at| {
        columns[at].rank == u8::MAX || rows.iter().any(|row| !matches!(row[at].text.as_str(), "" | "–"))
    });
    let mut left_away = Vec::new();
    let mut table = build(columns, rows, &shown, console);
    // Some pseudo-terminals do not know their size, and say zero.
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
                left_away.push(columns[at].title.to_lowercase());
            }
        }
        table = build(columns, rows, &shown, console);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        for (place, _) in shown.iter().enumerate().filter(|(_, at)| columns[**at].whole) {
            let widest = table.column_max_content_widths().get(place).copied().unwrap_or_default();
            if let Some(column) = table.column_mut(place).filter(|_| widest <= width / 2) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
    let mut text = format!("{}\n", table.trim_fmt());
    if !left_away.is_empty() {
        text.push_str(&format!("(no room for: {}; --output json has everything)\n", left_away.join(", ")));
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

/// How wide the table is when nothing is broken into lines: every column has a space before and after, but the first
/// none before.
fn natural_width(table: &Table) -> usize {
    let columns = table.column_max_content_widths();
    columns.iter().map(|&width| usize::from(width) + 2).sum::<usize>().saturating_sub(1)
}
