//! Instructions, allocations and peak memory. These are the same on any machine, busy or not.

use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;

use crate::clients::ClientKind;
use crate::table::{Row, Unit};
use crate::task::Task;

/// The tasks, with the number of calls in the shorter of two runs. The longer run makes three times as many.
const TASKS: [(Task, u32); 7] = [
    (Task::Get, 200),
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
    let callgrind = Command::new("valgrind").arg("--version").output().is_ok();
    if !callgrind {
        eprintln!("valgrind not found: instructions are not counted");
    }
    let mut rows = Vec::new();
    for (task, calls) in TASKS {
        eprintln!("counting: {}", task.title());
        let title = |quantity| format!("{}: {quantity}", task.title());
        if callgrind {
            rows.push(Row::measure(title("instructions"), Unit::Count, ROUNDS, |kind| {
                per_call(calls, |calls| instructions(kind, task, calls, address))
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

/// Returns the cost of one call as the difference between two runs, which cancels out the cost of starting up.
fn per_call(calls: u32, measure: impl Fn(u32) -> f64) -> f64 {
    (measure(3 * calls) - measure(calls)) / f64::from(2 * calls)
}

/// Returns the instructions of a whole run, counted by callgrind.
fn instructions(kind: ClientKind, task: Task, calls: u32, address: &str) -> f64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let (_, report) = run(valgrind.arg(this()), kind, task, calls, address);
    let (_, total) = report.rsplit_once("Collected :").expect("callgrind prints a total");
    total.split_whitespace().next().and_then(|total| total.parse().ok()).expect("a number")
}

/// Returns the number of allocations and the peak of live bytes.
fn allocations(kind: ClientKind, task: Task, calls: u32, address: &str) -> (f64, f64) {
    let printed = run(&mut Command::new(this()), kind, task, calls, address).0;
    let (allocations, peak) = printed.trim().split_once(' ').expect("two numbers");
    (allocations.parse().expect("a number"), peak.parse().expect("a number"))
}

fn argument(value: &impl ValueEnum) -> String {
    value.to_possible_value().expect("no value is skipped").get_name().to_owned()
}

fn this() -> PathBuf {
    std::env::current_exe().expect("the path of this program")
}

/// Runs a task in a process of this program and returns its stdout and stderr.
fn run(command: &mut Command, kind: ClientKind, task: Task, calls: u32, address: &str) -> (String, String) {
    let output = command
        .args(["work", &argument(&kind), &argument(&task), &calls.to_string(), address])
        .output()
        .expect("the program starts");
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{stderr}");
    (stdout, stderr)
}
