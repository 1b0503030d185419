//! The table of ratios.

use std::fmt::Write as _;

use crate::contestants::Kind;
use crate::stats::{median, quantile};

/// What a figure counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    Count,
    Bytes,
    Seconds,
    PerSecond,
}

/// One thing that is measured: for each contestant, in the order of [`Kind::ALL`], a figure of each round.
pub(crate) struct Row {
    title: String,
    unit: Unit,
    figures: [Vec<f64>; 5],
}

impl Row {
    pub(crate) fn new(title: String, unit: Unit, figures: [Vec<f64>; 5]) -> Self {
        Self { title, unit, figures }
    }

    /// Measures every contestant in each round, one after another, so that whatever disturbs the machine disturbs
    /// all of them.
    pub(crate) fn measured(
        title: String,
        unit: Unit,
        rounds: usize,
        mut measure: impl FnMut(Kind) -> f64,
    ) -> Self {
        let mut figures = [const { Vec::new() }; 5];
        for _ in 0..rounds {
            for (figures, kind) in figures.iter_mut().zip(Kind::ALL) {
                figures.push(measure(kind));
            }
        }
        Self { title, unit, figures }
    }

    /// The ratios to bare reqwest, round by round.
    fn ratios(&self) -> impl Iterator<Item = Vec<f64>> {
        let (base, others) = self.figures.split_first().expect("bare reqwest comes first");
        others
            .iter()
            .map(move |figures| figures.iter().zip(base).map(|(figure, base)| figure / base).collect())
    }
}

/// The rows as a table in Markdown. A ratio is the median over the rounds. The spread is half the distance between the
/// quartiles, in parts of the ratio, for the ratio of the row that varied most.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut text = String::new();
    let titles = Kind::ALL.map(Kind::title);
    let _ = writeln!(text, "| | {} | spread |", titles.join(" | "));
    let _ = writeln!(text, "|---|{}", "---:|".repeat(titles.len() + 1));
    for row in rows {
        let _ = write!(text, "| {} | {} |", row.title, absolute(median(&row.figures[0]), row.unit));
        let mut spread: f64 = 0.0;
        for ratios in row.ratios() {
            let ratio = median(&ratios);
            spread = spread.max((quantile(&ratios, 0.75) - quantile(&ratios, 0.25)) / 2.0 / ratio);
            let _ = write!(text, " {ratio:.2} |");
        }
        let _ = writeln!(text, " ±{:.1} % |", spread * 100.0);
    }
    text
}

fn absolute(figure: f64, unit: Unit) -> String {
    match unit {
        Unit::Count if figure >= 1e6 => format!("{:.2} M", figure / 1e6),
        Unit::Count if figure >= 1e4 => format!("{:.1} k", figure / 1e3),
        Unit::Count => format!("{figure:.1}"),
        Unit::Bytes => format!("{:.2} MB", figure / 1e6),
        Unit::Seconds if figure >= 1e-3 => format!("{:.2} ms", figure * 1e3),
        Unit::Seconds => format!("{:.1} µs", figure * 1e6),
        Unit::PerSecond => format!("{figure:.0} /s"),
    }
}
