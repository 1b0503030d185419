//! Instructions, allocations and memory: figures that repeat on any machine.

use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;

use crate::contestants::Kind;
use crate::table::{Row, Unit};
use crate::work::Task;

/// The tasks, with how often each is done in the shorter of two runs; the longer does it three times as often.
const TASKS: [(Task, u32); 7] = [
    (Task::Get, 200),
    (Task::Create, 200),
    (Task::ListFew, 20),
    (Task::ListMany, 1),
    (Task::Construct, 2),
    (Task::ConstructFive, 2),
    (Task::FirstCall, 2),
];

/// How often each figure is taken, to show that it repeats.
const ROUNDS: usize = 3;

/// All rows of this kind.
pub(crate) fn rows(address: &str) -> Vec<Row> {
    let callgrind = Command::new("valgrind").arg("--version").output().is_ok();
    if !callgrind {
        eprintln!("without valgrind, instructions are not counted");
    }
    let mut rows = Vec::new();
    for (task, calls) in TASKS {
        eprintln!("counting: {}", task.title());
        let title = |what| format!("{}: {what}", task.title());
        if callgrind {
            rows.push(Row::measured(title("instructions"), Unit::Count, ROUNDS, |kind| {
                per_call(calls, |calls| instructions(kind, task, calls, address))
            }));
        }
        rows.push(Row::measured(title("allocations"), Unit::Count, ROUNDS, |kind| {
            per_call(calls, |calls| allocated(kind, task, calls, address).0)
        }));
        if matches!(task, Task::ListFew | Task::ListMany) {
            rows.push(Row::measured(title("peak memory"), Unit::Bytes, ROUNDS, |kind| {
                allocated(kind, task, calls, address).1
            }));
        }
    }
    rows
}

/// What one call costs: the difference between two runs, in which start-up cancels out.
fn per_call(calls: u32, measure: impl Fn(u32) -> f64) -> f64 {
    (measure(3 * calls) - measure(calls)) / f64::from(2 * calls)
}

/// Instructions of a whole run, as callgrind counts them.
fn instructions(kind: Kind, task: Task, calls: u32, address: &str) -> f64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let (_, told) = run(valgrind.arg(this()), kind, task, calls, address);
    let (_, total) = told.rsplit_once("Collected :").expect("callgrind tells what it collected");
    total.split_whitespace().next().and_then(|total| total.parse().ok()).expect("a number")
}

/// How many allocations there were, and the most bytes that were live.
fn allocated(kind: Kind, task: Task, calls: u32, address: &str) -> (f64, f64) {
    let told = run(&mut Command::new(this()), kind, task, calls, address).0;
    let (allocations, peak) = told.trim().split_once(' ').expect("two numbers");
    (allocations.parse().expect("a number"), peak.parse().expect("a number"))
}

/// What a value is called on the command line.
fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().expect("every value has a name").get_name().to_owned()
}

fn this() -> PathBuf {
    std::env::current_exe().expect("the path of this program")
}

/// Runs this program to do a task, and returns what it and the tool that watches it print.
fn run(command: &mut Command, kind: Kind, task: Task, calls: u32, address: &str) -> (String, String) {
    let output = command
        .args(["work", &name(&kind), &name(&task), &calls.to_string(), address])
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (printed, told) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{told}");
    (printed, told)
}
