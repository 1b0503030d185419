//! Replays the corpus and a bounded number of variations of it, on stable Rust.
//!
//! The variations come from a fixed seed, so that a failure can be repeated. `FUZZ_ROUNDS` makes more of them.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::{env, fs};

use api_keys_fuzz::{TARGETS, Target};

/// How many variations of each target's corpus are tried.
const ROUNDS: usize = 300;

/// A variation is never longer than this.
const LONGEST: usize = 8 << 10;

#[test]
fn the_corpus_and_its_variations_break_no_promise() {
    let rounds = env::var("FUZZ_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    let mut failures = Vec::new();
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(seeds.len() >= 10, "the corpus of {name} is gone");
        for (path, seed) in &seeds {
            if fails(target, seed) {
                failures.push(path.display().to_string());
            }
        }
        let mut random = fastrand::Rng::with_seed(0x5EED);
        for round in 0..rounds {
            let variation = vary(&mut random, &seeds);
            if fails(target, &variation) {
                failures.push(format!("{name}, round {round}: \"{}\"", variation.escape_ascii()));
                break;
            }
        }
    }
    assert!(failures.is_empty(), "a promise is broken by\n{}", failures.join("\n"));
}

/// A target without a binary is never fuzzed.
#[test]
fn every_target_has_a_binary_and_a_corpus_and_the_other_way_round() {
    let names: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut binaries: Vec<_> = entries(&root.join("fuzz_targets"))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    binaries.sort();
    assert_eq!(binaries, names);
    let mut corpora: Vec<_> = entries(&root.join("corpus"))
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    corpora.sort();
    assert_eq!(corpora, names);
    let manifest = fs::read_to_string(root.join("fuzz_targets/Cargo.toml")).expect("a manifest");
    for name in names {
        assert!(manifest.contains(&format!("path = \"{name}.rs\"")), "{name} is not in the manifest");
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
}

fn seeds(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut seeds: Vec<_> =
        entries(&folder).map(|path| (path.clone(), fs::read(path).expect("a seed"))).collect();
    seeds.sort();
    seeds
}

fn fails(target: Target, data: &[u8]) -> bool {
    catch_unwind(|| target(data)).is_err()
}

/// A seed with a few changes.
fn vary(random: &mut fastrand::Rng, seeds: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    let mut data = seeds[random.usize(..seeds.len())].1.clone();
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(..=data.len());
        let end = (at + random.usize(..=16)).min(data.len());
        match random.u8(..8) {
            0 if at < data.len() => data[at] ^= 1 << random.u8(..8),
            1 => data.insert(at, random.u8(..)),
            2 => drop(data.drain(at..end)),
            3 => data.truncate(at),
            4 => {
                let part = data[at..end].to_vec();
                data.splice(at..at, part);
            }
            5 => {
                let other = &seeds[random.usize(..seeds.len())].1;
                let from = random.usize(..=other.len());
                let to = (from + random.usize(..=64)).min(other.len());
                data.splice(at..end, other[from..to].iter().copied());
            }
            6 => replace_status(random, &mut data),
            _ => replace_value(random, &mut data),
        }
    }
    data.truncate(LONGEST);
    data
}

/// The same answer under another status.
fn replace_status(random: &mut fastrand::Rng, data: &mut [u8]) {
    const STATUSES: [&[u8; 3]; 16] = [
        b"200", b"201", b"204", b"206", b"301", b"400", b"401", b"403", b"404", b"408", b"410", b"425",
        b"429", b"500", b"503", b"999",
    ];
    if let Some(status) = data.get_mut(..3).filter(|status| status.iter().all(u8::is_ascii_digit)) {
        status.copy_from_slice(STATUSES[random.usize(..STATUSES.len())]);
    }
}

/// Another JSON value after one of the colons.
fn replace_value(random: &mut fastrand::Rng, data: &mut Vec<u8>) {
    const VALUES: [&str; 14] = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e300",
        "9223372036854775808",
        "\"\"",
        "\"..\"",
        "[]",
        "{}",
        "[null]",
        "\"2026-11-20T21:17:12Z\"",
        "\"\\n\"",
    ];
    let colons: Vec<_> = (0..data.len()).filter(|&at| data[at] == b':').collect();
    if colons.is_empty() {
        return;
    }
    let from = colons[random.usize(..colons.len())] + 1;
    let length = data[from..].iter().position(|byte| b",}\n".contains(byte)).unwrap_or(0);
    data.splice(from..from + length, VALUES[random.usize(..VALUES.len())].bytes());
}
