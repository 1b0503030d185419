//! Commands on a terminal.
#![cfg(unix)]

mod support;

use std::process::Command as Process;

use rexpect::session::PtySession;
use support::Home;
use support::terminal::finish;

/// Starts a process on a terminal of 80 columns.
fn start(process: Process) -> PtySession {
    support::terminal::start(process, 80)
}

#[test]
fn secret_is_shown_once_on_a_terminal() {
    let home = Home::with_database();
    let (output, status) = finish(start(home.process(&["create", "ci"])));
    assert_eq!(status, 0, "{output}");
    let secret = output.lines().find_map(|line| line.strip_prefix("secret")).unwrap().trim();
    assert_eq!(output.matches(secret).count(), 1);
    assert!(output.contains("not shown again"), "{output}");
    let mut command = home.command(&["verify"]);
    support::finish(command.write_stdin(secret.to_owned())).expect(0);
}

#[test]
fn only_yes_confirms() {
    let home = Home::with_database();
    let (id, _) = home.create(&["ci"]);
    for (input, status, state) in
        [("n", 2, "active"), ("", 2, "active"), ("sure", 2, "active"), ("y", 0, "revoked")]
    {
        let mut session = start(home.process(&["revoke", &id]));
        let question = session.exp_string("[y/N]").unwrap();
        assert!(question.contains(&format!("Revoke {id} (ci) on local?")), "{question}");
        session.send_line(input).unwrap();
        let (output, ended) = finish(session);
        assert_eq!(ended, status, "{input:?}: {output}");
        assert_eq!(home.keys(&[])[0]["status"], state, "{input:?}");
    }
}

#[test]
fn yes_option_skips_confirmation() {
    let home = Home::with_database();
    let (id, _) = home.create(&["ci"]);
    let (output, status) = finish(start(home.process(&["delete", &id, "--yes"])));
    assert_eq!((status, output.contains("[y/N]")), (0, false), "{output}");
}

#[test]
fn unconfirmed_rotate_changes_nothing() {
    let home = Home::with_database();
    let (id, secret) = home.create(&["ci"]);
    let mut session = start(home.process(&["rotate", &id, "--secret-file", "s"]));
    session.exp_string("The old secret becomes invalid immediately. [y/N]").unwrap();
    session.send_line("n").unwrap();
    assert_eq!(finish(session).1, 2);
    assert!(!home.path("s").exists());
    support::finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
}

#[test]
fn ctrl_c_at_confirmation_changes_nothing() {
    let home = Home::with_database();
    let (id, secret) = home.create(&["ci"]);
    let mut session = start(home.process(&["rotate", &id, "--secret-file", "s"]));
    session.exp_string("[y/N]").unwrap();
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    assert!(!home.path("s").exists());
    support::finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
}

#[test]
fn verify_prompts_without_echo() {
    let home = Home::with_database();
    let (_, secret) = home.create(&["ci"]);
    let mut session = start(home.process(&["verify"]));
    session.exp_string("Secret: ").unwrap();
    session.send_line(&secret).unwrap();
    let (output, status) = finish(session);
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("valid") && !output.contains(&secret), "{output}");
}

#[test]
fn no_color_disables_colors() {
    let home = Home::with_database();
    home.create(&["ci"]);
    let (colored, _) = finish(start(home.process(&["list"])));
    assert!(colored.contains("\u{1b}["), "{colored:?}");
    let mut plain = home.process(&["list"]);
    plain.env("NO_COLOR", "1");
    let (plain, _) = finish(start(plain));
    assert!(plain.contains("ci") && !plain.contains("\u{1b}["), "{plain:?}");
}

#[test]
fn table_fits_the_terminal() {
    let home = Home::with_database();
    home.create(&[
        "a-name-of-some-length",
        "--owner",
        "org_0123456789abcdef",
        "--scope",
        "read,write,deploy,admin",
    ]);
    let mut process = home.process(&["list"]);
    process.env("NO_COLOR", "1");
    let (output, _) = finish(start(process));
    assert!(output.contains("omitted: "), "{output}");
    for line in output.lines().filter(|line| !line.contains("omitted")) {
        assert!(line.trim_end().chars().count() <= 80, "{line:?}");
    }
}
