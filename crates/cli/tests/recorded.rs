//! What the pages show of the command is what it says.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command as Process;

use rexpect::session::PtySession;
use serde_json::json;
use support::terminal::{finish, start, text};
use support::{Home, OWNER, Running, emulate, set_mode};

/// Of the terminal on which it was recorded.
const COLUMNS: u16 = 120;

/// The vendors of the recordings, with keys of some age.
fn vendors(home: &Home) -> Vec<Running> {
    let (mut running, mut settings) = (Vec::new(), String::new());
    for (name, vendor, owner, keys) in [
        (
            "prod",
            "clerk",
            Some(OWNER),
            json!([
                { "name": "ci-deploy", "owner": OWNER, "scopes": ["deploy"], "age": "200d", "used": "120d" },
                { "name": "web", "owner": OWNER, "scopes": ["*"], "age": "75d", "expires": "90d", "used": "1h" },
                { "name": "web", "owner": OWNER, "scopes": ["read"], "age": "68d", "expires": "1y", "used": "2d" },
            ]),
        ),
        (
            "metal",
            "latitude-sh",
            None,
            json!([
                { "name": "ci-deploy", "age": "200d", "used": "120d" },
                { "name": "web", "age": "30d", "used": "1h" },
            ]),
        ),
        (
            "agents",
            "mcp",
            None,
            json!([
                { "name": "ci-deploy", "age": "200d", "used": "120d" },
                { "name": "web", "age": "75d", "expires": "90d", "used": "1h" },
            ]),
        ),
    ] {
        fs::write(home.path(name), keys.to_string()).unwrap();
        let (process, told) = emulate(home, &[vendor, "--seed", name]);
        let (base_url, token) = (&told["base_url"], &told["token"]);
        settings +=
            &format!("[providers.{name}]\nvendor = \"{vendor}\"\nbase_url = {base_url}\ntoken = {token}\n");
        settings += &owner.map(|owner| format!("owner = \"{owner}\"\n")).unwrap_or_default();
        running.push(process);
    }
    home.configure(&settings);
    running
}

/// The commands of a page, each with what is shown of its output.
fn recordings(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```text\n$ ").skip(1).filter_map(|rest| rest.split_once("\n```"));
    blocks.filter_map(|(block, _)| block.split_once('\n')).collect()
}

/// Runs a line as it is typed at a shell.
fn typed(home: &Home, line: &str) -> PtySession {
    let programs = Path::new(assert_cmd::cargo::cargo_bin!("api-keys")).parent().unwrap();
    let mut shell = Process::new("/bin/sh");
    let path = format!("{}:{}:{}", home.path("").display(), programs.display(), env!("PATH"));
    shell.args(["-c", line]).current_dir(home.path("")).env("PATH", path);
    shell.env("HOME", home.path("")).env("NO_COLOR", "1").env("TERM", "xterm");
    start(shell, COLUMNS)
}

/// The text without what differs from one run to the next: ids and points in time.
fn lasting(text: &str) -> String {
    let word = |word: &str| -> String {
        let id = ["ak_", "tok_"].iter().find(|prefix| word.starts_with(**prefix)).map(|prefix| prefix.len());
        let hex = word.len() == 16 && word.chars().all(|c| c.is_ascii_hexdigit());
        let time = word.len() > 5 && word.chars().all(|c| c.is_ascii_digit() || "-:Z,".contains(c));
        match id.or(hex.then_some(0)) {
            Some(at) => format!("{}{}", &word[..at], "x".repeat(word.len() - at)),
            None if time => word.replace(|c: char| c.is_ascii_digit(), "0"),
            None => word.to_owned(),
        }
    };
    let line = |line: &str| line.trim_end().split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A rotation of many keys, stopped in the middle to look at its progress.
fn rotation(home: &Home, command: &str, shown: &str) {
    // Goes on with keys of a name when there is a file of that name.
    let script = "#!/bin/sh\ncat > /dev/null\nuntil [ -e \"go-$1\" ]; do sleep 0.05; done\n";
    fs::write(home.path("vault-put"), script).unwrap();
    set_mode(&home.path("vault-put"), 0o700);
    let (asked, progress) = shown.split_once("[y/N] y\n").unwrap();
    let bar: String = progress.split(',').next().unwrap().bytes().map(char::from).collect();

    let mut session = typed(home, command);
    assert_eq!(lasting(&text(&session.exp_string("[y/N]").unwrap())), lasting(asked));
    session.send_line("y").unwrap();
    session.exp_string(" 0 of 4 keys").unwrap();
    fs::write(home.path("go-ci-deploy"), "").unwrap();
    session.exp_string(&bar).unwrap();
    fs::write(home.path("go-web"), "").unwrap();
    let (said, status) = finish(session);
    assert_eq!((status, said.matches("rotated ").count()), (0, 4), "{said}");
}

#[test]
fn what_the_pages_show_is_what_is_said() {
    let page = |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    // In the package alone there is only one.
    let pages = [page("README.md").unwrap(), page("../../README.md").unwrap_or_default()];
    let recordings: Vec<_> = pages.iter().flat_map(|page| recordings(page)).collect();
    for wanted in ["list", "audit", "rotate"] {
        assert!(recordings.iter().any(|(command, _)| command.contains(wanted)), "{wanted}");
    }
    for (command, shown) in recordings {
        let home = Home::new();
        let _running = vendors(&home);
        if shown.contains("[y/N]") {
            rotation(&home, command, shown);
        } else {
            assert_eq!(lasting(&finish(typed(&home, command)).0), lasting(shown), "{command}");
        }
    }
}
