//! The report of a comparison, for a terminal.

use std::collections::HashMap;
use std::fmt;

use super::difference::{Comparison, Difference};
use super::impact::Impact;

/// The maximum number of operations in the title of a group. JSON has all of them.
const MOST_NAMES: usize = 10;

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ours, upstream, overlay, differences, stale } = self;
        let mut groups: Vec<(&[String], Vec<&Difference>)> = Vec::new();
        let mut indices = HashMap::new();
        for difference in differences {
            let operations = difference.operations.as_slice();
            let index = *indices.entry(operations).or_insert(groups.len());
            match groups.get_mut(index) {
                Some((_, group)) => group.push(difference),
                None => groups.push((operations, vec![difference])),
            }
        }
        for (operations, mut group) in groups {
            match operations {
                [] => writeln!(f, "All operations")?,
                operations if operations.len() > MOST_NAMES => {
                    let (named, others) = operations.split_at(MOST_NAMES);
                    writeln!(f, "{} and {} others", named.join(", "), others.len())?;
                }
                operations => writeln!(f, "{}", operations.join(", "))?,
            }
            // Breaking differences come first.
            group.sort_by_key(|difference| std::cmp::Reverse(difference.impact));
            for difference in group {
                write!(f, "{difference}")?;
            }
            writeln!(f)?;
        }
        if !stale.is_empty() {
            writeln!(f, "Overlay actions without use")?;
            for action in stale {
                writeln!(f, "  {}: {}", action.action, action.reason)?;
                writeln!(f, "      target {}", action.target)?;
                writeln!(f, "      {}", action.description)?;
            }
            writeln!(f)?;
        }
        write!(f, "{ours} compared to {upstream}")?;
        if let Some(overlay) = overlay {
            write!(f, " with {overlay}")?;
        }
        let (breaking, compatible) = (self.count(Impact::Breaking), self.count(Impact::Compatible));
        match breaking + compatible {
            0 => write!(f, ": no difference")?,
            _ => write!(f, ": {breaking} breaking, {compatible} compatible")?,
        }
        match stale.len() {
            0 => writeln!(f),
            unused => writeln!(f, "; overlay actions without use: {unused}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let impact = match self.impact {
            Impact::Breaking => "breaking",
            Impact::Compatible => "compatible",
        };
        writeln!(f, "  {impact:10}  {}: {}", self.place, self.message)?;
        for (document, pointer) in [("ours", &self.ours), ("upstream", &self.upstream)] {
            if let Some(pointer) = pointer {
                writeln!(f, "              {document:8}  #{pointer}")?;
            }
        }
        Ok(())
    }
}
