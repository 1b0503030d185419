//! Recordings of the command in documentation.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command as Process;

use rexpect::session::PtySession;
use serde_json::json;
use support::terminal::{finish, start, text};
use support::{Home, OWNER, Running, emulate, set_mode};

/// Width of the terminal of the recordings.
const COLUMNS: u16 = 120;

/// Starts the vendors of the recordings, with keys of some age.
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
        let (process, started) = emulate(home, &[vendor, "--seed", name]);
        let (base_url, token) = (&started["base_url"], &started["token"]);
        settings +=
            &format!("[providers.{name}]\nvendor = \"{vendor}\"\nbase_url = {base_url}\ntoken = {token}\n");
        settings += &owner.map(|owner| format!("owner = \"{owner}\"\n")).unwrap_or_default();
        running.push(process);
    }
    home.configure(&settings);
    script(home, "cat > /dev/null");
    running
}

/// Writes the declaration of the pictures, and another one of which it is a change. The latter is applied.
fn declared(home: &Home) {
    let key = |name: &str, provider: &str, settings: &str, destination: &str| {
        format!(
            "[keys.{name}]\nprovider = \"{provider}\"\n{settings}\ndestinations = [{{ {destination} }}]\n"
        )
    };
    let file = |name: &str| format!("type = \"file\", path = \"secrets/{name}\"");
    let rotated = "rotate = { every = \"30d\", overlap = \"24h\" }";
    let worker = |scopes: &str, name: &str| {
        let settings = format!("name = \"{name}\"\nscopes = [{scopes}]\nexpires = \"90d\"\n{rotated}");
        key("worker", "prod", &settings, "type = \"dotenv\", path = \".env\", variable = \"WORKER_KEY\"")
    };
    let billing = |scopes: &str| key("billing", "prod", &format!("scopes = [{scopes}]"), &file("billing"));
    let write = |keys: &[String]| {
        fs::write(home.path("keys.toml"), format!("project = \"shop\"\n{}", keys.concat())).unwrap();
    };
    write(&[worker("\"jobs\"", "worker"), billing("\"read\""), key("batch", "prod", "", &file("batch"))]);
    home.run(&["apply", "--auto-approve"]).expect(0);
    let made = home.keys(&["--provider", "prod", "--name", "ci-deploy"]);
    let adopt = format!("adopt = {}\nscopes = [\"deploy\"]", made[0]["id"]);
    write(&[
        worker("\"jobs\"", "background-worker"),
        billing("\"read\", \"refund\""),
        key("ci-deploy", "prod", &adopt, &file("ci-deploy")),
        key("metrics", "metal", "extra = { read_only = true }", &file("metrics")),
    ]);
}

/// Writes the command that receives secrets.
fn script(home: &Home, line: &str) {
    fs::write(home.path("vault-put"), format!("#!/bin/sh\n{line}\n")).unwrap();
    set_mode(&home.path("vault-put"), 0o700);
}

/// Returns the commands of a page and their recorded output.
fn recordings(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```text\n$ ").skip(1).filter_map(|rest| rest.split_once("\n```"));
    blocks.filter_map(|(block, _)| block.split_once('\n')).collect()
}

/// Starts a command line in a shell, without colors.
fn shell(home: &Home, line: &str) -> PtySession {
    colored_shell(home, &format!("export NO_COLOR=1; {line}"))
}

fn colored_shell(home: &Home, line: &str) -> PtySession {
    let programs = Path::new(assert_cmd::cargo::cargo_bin!("api-keys")).parent().unwrap();
    let mut process = Process::new("/bin/sh");
    let path = format!("{}:{}:{}", home.path("").display(), programs.display(), env!("PATH"));
    process.args(["-c", line]).current_dir(home.path("")).env("PATH", path);
    process.env("HOME", home.path("")).env("TERM", "xterm");
    start(process, COLUMNS)
}

/// Replaces ids and times, which differ between runs.
fn stable(text: &str) -> String {
    let word = |word: &str| -> String {
        let id = ["ak_", "tok_"].iter().find(|prefix| word.starts_with(**prefix)).map(|prefix| prefix.len());
        let hex = word.len() == 16 && word.chars().all(|c| c.is_ascii_hexdigit());
        let time = word.len() > 5 && word.chars().all(|c| c.is_ascii_digit() || "-:TZ,".contains(c));
        match id.or(hex.then_some(0)) {
            Some(at) => format!("{}{}", &word[..at], "x".repeat(word.len() - at)),
            None if time => word.replace(|c: char| c.is_ascii_digit(), "0"),
            None => word.to_owned(),
        }
    };
    // Without a progress bar that was overwritten.
    let shown = |line: &str| line.rsplit("\x1b[2K").next().unwrap_or_default().trim_end().to_owned();
    let line = |line: &str| shown(line).split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Checks a bulk rotation, paused to check its progress.
fn rotation(home: &Home, command: &str, shown: &str) {
    // Waits for a file with the name of the key.
    script(home, "cat > /dev/null; until [ -e \"go-$1\" ]; do sleep 0.05; done");
    let (question, progress) = shown.split_once("[y/N] y\n").unwrap();
    let bar: String = progress.split(',').next().unwrap().bytes().map(char::from).collect();

    let mut session = shell(home, command);
    assert_eq!(stable(&text(&session.exp_string("[y/N]").unwrap())), stable(question));
    session.send_line("y").unwrap();
    session.exp_string(" 0 of 7 keys").unwrap();
    fs::write(home.path("go-ci-deploy"), "").unwrap();
    session.exp_string(&bar).unwrap();
    fs::write(home.path("go-web"), "").unwrap();
    let (output, status) = finish(session);
    assert_eq!((status, output.matches("rotated ").count()), (0, 7), "{output}");
}

#[test]
fn recordings_match_the_output() {
    let page = |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    // The published package contains only one of them.
    let pages = [page("README.md").unwrap(), page("../../README.md").unwrap_or_default()];
    let recordings: Vec<_> = pages.iter().flat_map(|page| recordings(page)).collect();
    for expected in ["list", "audit", "rotate"] {
        assert!(recordings.iter().any(|(command, _)| command.contains(expected)), "{expected}");
    }
    for (command, shown) in recordings {
        let home = Home::new();
        let _running = vendors(&home);
        if shown.contains("[y/N]") {
            rotation(&home, command, shown);
        } else {
            assert_eq!(stable(&finish(shell(&home, command)).0), stable(shown), "{command}");
        }
    }
}

/// Terminal pictures of the README, and their commands. With `UPDATE_PICTURES=1` they are written.
#[test]
fn pictures_match_the_output() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, command, prepare) in [
        ("audit", "api-keys audit", None),
        (
            "rotation",
            "api-keys rotate --older-than 25d --provider prod --overlap 24h --yes --secret-command vault-put && \
             api-keys rotations",
            None,
        ),
        ("plan", "api-keys plan", Some(declared as fn(&Home))),
        ("apply", "api-keys apply --auto-approve && api-keys plan", Some(declared)),
    ] {
        let home = Home::new();
        let _running = vendors(&home);
        prepare.iter().for_each(|prepare| prepare(&home));
        let output = finish(colored_shell(&home, command)).0.replace("\r\n", "\n");
        let shown = |line: &str| line.rsplit("\x1b[2K").next().unwrap_or_default().to_owned();
        let lines: Vec<_> = output.lines().map(shown).collect();
        let picture = anstyle_svg::Term::new()
            .min_width_px(1000)
            .render_svg(&format!("\x1b[1m$ {command}\x1b[0m\n{}\n", lines.join("\n")));
        let file = directory.join(format!("{name}.svg"));
        if std::env::var_os("UPDATE_PICTURES").is_some() {
            fs::create_dir_all(&directory).unwrap();
            fs::write(&file, &picture).unwrap();
        }
        let stored = fs::read_to_string(&file).unwrap();
        assert_eq!(stable(&without_tags(&stored)), stable(&without_tags(&picture)), "{name}");
    }
}

/// Returns the text of a picture.
fn without_tags(picture: &str) -> String {
    let body = picture.split_once("</style>").map_or(picture, |(_, body)| body);
    body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
}
