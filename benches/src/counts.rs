//! Instructions, allocations and peak memory. These are the same on any machine, busy or not.

use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;

use crate::clients::ClientKind;
use crate::table::{Row, Unit};
use crate::task::Task;

/// The tasks, with the number of calls in the shorter of two runs. The longer run makes three times as many.
const TASKS: [(Task, u32); 9] = [
    (Task::Get, 200),
    (Task::FailShort, 200),
    (Task::FailLong, 50),
    (Task::Create, 200),
    (Task::ListShort, 20),
    (Task::ListLong, 1),
    (Task::Construct, 2),
    (Task::ConstructFive, 2),
    (Task::FirstCall, 2),
];

const ROUNDS: usize = 3;

/// Measures all rows.
pub(crate) fn rows(address: &str) -> Vec<Row> {
    let callgrind = has_callgrind();
    let mut rows = Vec::new();
    for (task, calls) in TASKS {
        eprintln!("counting: {}", task.title());
        let title = |quantity| format!("{}: {quantity}", task.title());
        if callgrind {
            rows.push(Row::measure(title("instructions"), Unit::Count, ROUNDS, |kind| {
                per_call(calls, |calls| instructions(work(kind, task, calls, address)))
            }));
        }
        rows.push(Row::measure(title("allocations"), Unit::Count, ROUNDS, |kind| {
            per_call(calls, |calls| allocations(kind, task, calls, address).0)
        }));
        if matches!(task, Task::ListShort | Task::ListLong) {
            rows.push(Row::measure(title("peak memory"), Unit::Bytes, ROUNDS, |kind| {
                allocations(kind, task, calls, address).1
            }));
        }
    }
    rows
}

/// Returns whether instructions can be counted, or prints that they are not.
pub(crate) fn has_callgrind() -> bool {
    let found = Command::new("valgrind").arg("--version").output().is_ok();
    if !found {
        eprintln!("valgrind not found: instructions are not counted");
    }
    found
}

/// Returns the cost of one call as the difference between two runs, which cancels out the cost of starting up.
pub(crate) fn per_call(calls: u32, measure: impl Fn(u32) -> f64) -> f64 {
    (measure(3 * calls) - measure(calls)) / f64::from(2 * calls)
}

/// Returns the instructions of a whole run of this program, counted by callgrind.
pub(crate) fn instructions(arguments: impl IntoIterator<Item = String>) -> f64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(this());
    let (_, report) = run(valgrind.args(arguments));
    let (_, total) = report.rsplit_once("Collected :").expect("callgrind prints a total");
    total.split_whitespace().next().and_then(|total| total.parse().ok()).expect("a number")
}

/// Returns the number of allocations and the peak of live bytes.
fn allocations(kind: ClientKind, task: Task, calls: u32, address: &str) -> (f64, f64) {
    let printed = run(Command::new(this()).args(work(kind, task, calls, address))).0;
    let (allocations, peak) = printed.trim().split_once(' ').expect("two numbers");
    (allocations.parse().expect("a number"), peak.parse().expect("a number"))
}

pub(crate) fn argument(value: &impl ValueEnum) -> String {
    value.to_possible_value().expect("no value is skipped").get_name().to_owned()
}

fn this() -> PathBuf {
    std::env::current_exe().expect("the path of this program")
}

/// Returns the arguments of a process that performs a task.
fn work(kind: ClientKind, task: Task, calls: u32, address: &str) -> [String; 5] {
    ["work".to_owned(), argument(&kind), argument(&task), calls.to_string(), address.to_owned()]
}

/// Runs a process and returns its stdout and stderr.
fn run(command: &mut Command) -> (String, String) {
    let output = command.output().expect("the program starts");
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{stderr}");
    (stdout, stderr)
}
