//! The table of ratios to bare reqwest.

use std::fmt::Write as _;

use crate::clients::{CLIENTS, ClientKind};
use crate::stats::{median, quantile};

/// The unit of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    Count,
    Bytes,
    Seconds,
    PerSecond,
}

/// One measured quantity: for each client, in the order of [`ClientKind::ALL`], one value per round.
pub(crate) struct Row {
    pub(crate) title: String,
    pub(crate) unit: Unit,
    pub(crate) values: [Vec<f64>; CLIENTS],
}

impl Row {
    /// Measures all clients in each round, one after another, so that a disturbance affects all of them.
    pub(crate) fn measure(
        title: String,
        unit: Unit,
        rounds: usize,
        mut measure: impl FnMut(ClientKind) -> f64,
    ) -> Self {
        let mut values = [const { Vec::new() }; CLIENTS];
        for _ in 0..rounds {
            for (values, kind) in values.iter_mut().zip(ClientKind::ALL) {
                values.push(measure(kind));
            }
        }
        Self { title, unit, values }
    }

    /// Returns each client's ratios to bare reqwest, round by round.
    fn ratios(&self) -> impl Iterator<Item = Vec<f64>> {
        let (base, others) = self.values.split_first().expect("bare reqwest is the first client");
        others.iter().map(move |values| values.iter().zip(base).map(|(value, base)| value / base).collect())
    }
}

/// Formats rows as a Markdown table.
///
/// A ratio is the median over the rounds. The spread is half the interquartile range relative to the ratio, for the
/// client of the row that varied most.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut text = String::new();
    let titles = ClientKind::ALL.map(ClientKind::title);
    let _ = writeln!(text, "| | {} | spread |", titles.join(" | "));
    let _ = writeln!(text, "|---|{}", "---:|".repeat(titles.len() + 1));
    for row in rows {
        let _ = write!(text, "| {} | {} |", row.title, format_value(median(&row.values[0]), row.unit));
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

fn format_value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Count if value >= 1e6 => format!("{:.2} M", value / 1e6),
        Unit::Count if value >= 1e4 => format!("{:.1} k", value / 1e3),
        Unit::Count => format!("{value:.1}"),
        Unit::Bytes => format!("{:.2} MB", value / 1e6),
        Unit::Seconds if value >= 1e-3 => format!("{:.2} ms", value * 1e3),
        Unit::Seconds => format!("{:.1} µs", value * 1e6),
        Unit::PerSecond => format!("{value:.0} /s"),
    }
}
