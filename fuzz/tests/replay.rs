//! Replays the corpus and a bounded number of variations of it, on stable Rust.
//!
//! The variations come from a fixed seed, so that failures are reproducible. `FUZZ_ROUNDS` sets their number, and
//! `FUZZ_TARGET` selects a target. In builds that count edges, variations that reach new ones are varied further.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::{env, fs};

use api_keys_fuzz::{TARGETS, Target, coverage};

/// Default number of variations of each seed folder.
const ROUNDS: usize = 300;

/// Maximum length of a variation.
const MAX_LENGTH: usize = 8 << 10;

type Seeds = Vec<(PathBuf, Vec<u8>)>;

#[test]
fn corpus_and_variations_pass() {
    let rounds = env::var("FUZZ_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    let only = env::var("FUZZ_TARGET").ok();
    let mut failures = Vec::new();
    let mut runs = 0;
    for (name, target) in
        TARGETS.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name))
    {
        let (mut of_seeds, mut of_variations) = (0, 0);
        coverage::reset();
        for mut seeds in seeds(&folder("corpus").join(name)) {
            assert!(seeds.len() >= 10, "too few seeds: {}", seeds[0].0.display());
            for (path, seed) in &seeds {
                if fails(target, seed) {
                    failures.push(path.display().to_string());
                }
            }
            runs += 1;
            of_seeds += coverage::reached();
            let mut random = fastrand::Rng::with_seed(0x5EED);
            for round in 0..rounds {
                let variation = vary(&mut random, &seeds, name == "provider");
                if fails(target, &variation) {
                    failures.push(format!("{name}, round {round}: \"{}\"", variation.escape_ascii()));
                    break;
                }
                let new = coverage::reached();
                of_variations += new;
                if new > 0 {
                    seeds.push((PathBuf::new(), variation));
                }
            }
        }
        match coverage::total() {
            0 => println!("{name}"),
            _ => {
                println!("{name:14} {of_seeds:>6} edges by the corpus, {of_variations:>5} more by variations")
            }
        }
    }
    println!("{rounds} variations of each of {runs} folders; {} edges are counted", coverage::total());
    assert!(runs > 0, "no target {only:?}");
    assert!(failures.is_empty(), "failed inputs:\n{}", failures.join("\n"));
}

#[test]
fn every_target_has_a_program_and_a_corpus() {
    let names = TARGETS.map(|(name, _)| name.to_owned());
    let stems = |name: &str| -> Vec<_> {
        let files = entries(&folder(name)).into_iter();
        files.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
    };
    assert_eq!(stems("fuzz_targets"), names);
    assert_eq!(stems("corpus"), names);
    let manifest = fs::read_to_string(folder("Cargo.toml")).expect("a manifest");
    for name in names {
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name} is not in the manifest"
        );
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    entries
}

/// Returns the seeds of a folder, or of each of its folders.
fn seeds(folder: &Path) -> Vec<Seeds> {
    let (folders, files): (Vec<_>, Vec<_>) = entries(folder).into_iter().partition(|path| path.is_dir());
    let read = |path: PathBuf| (path.clone(), fs::read(path).expect("a seed"));
    let own = Some(files.into_iter().map(read).collect::<Seeds>()).filter(|seeds| !seeds.is_empty());
    own.into_iter().chain(folders.iter().flat_map(|folder| seeds(folder))).collect()
}

fn fails(target: Target, data: &[u8]) -> bool {
    catch_unwind(|| target(data)).is_err()
}

/// Returns a seed with a few changes, which spare the line of the configuration if there is one.
fn vary(random: &mut fastrand::Rng, seeds: &Seeds, has_config: bool) -> Vec<u8> {
    let parts = |seed: &[u8]| {
        let end = seed.iter().position(|&byte| has_config && byte == b'\n').map_or(0, |end| end + 1);
        (seed[..end].to_vec(), seed[end..].to_vec())
    };
    let (config, mut data) = parts(&seeds[random.usize(..seeds.len())].1);
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
                let (_, other) = parts(&seeds[random.usize(..seeds.len())].1);
                let from = random.usize(..=other.len());
                let to = (from + random.usize(..=64)).min(other.len());
                data.splice(at..end, other[from..to].iter().copied());
            }
            6 => replace_status(random, &mut data),
            _ => replace_value(random, &mut data),
        }
    }
    data.truncate(MAX_LENGTH);
    [config, data].concat()
}

/// Replaces the status of a response.
fn replace_status(random: &mut fastrand::Rng, data: &mut [u8]) {
    const STATUSES: [u16; 16] =
        [200, 201, 204, 206, 301, 400, 401, 403, 404, 408, 410, 425, 429, 500, 503, 999];
    if let Some(status) = data.get_mut(..3).filter(|status| status.iter().all(u8::is_ascii_digit)) {
        status.copy_from_slice(STATUSES[random.usize(..STATUSES.len())].to_string().as_bytes());
    }
}

/// Replaces the JSON value after one of the colons.
fn replace_value(random: &mut fastrand::Rng, data: &mut Vec<u8>) {
    const VALUES: &str =
        r#"null true 0 -1 1.5 1e300 9223372036854775808 "" ".." [] {} [null] "2026-11-20T21:17:12Z" "\n""#;
    let colons: Vec<_> = (0..data.len()).filter(|&at| data[at] == b':').collect();
    if colons.is_empty() {
        return;
    }
    let from = colons[random.usize(..colons.len())] + 1;
    let length = data[from..].iter().position(|byte| b",}\n".contains(byte)).unwrap_or(0);
    let values: Vec<_> = VALUES.split(' ').collect();
    data.splice(from..from + length, values[random.usize(..values.len())].bytes());
}
