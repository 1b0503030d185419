//! What somebody at a terminal sees.
#![cfg(unix)]

mod support;

use std::process::Command as Process;

use rexpect::session::PtySession;
use support::Home;
use support::terminal::finish;

/// Runs it on a terminal of 80 columns.
fn start(process: Process) -> PtySession {
    support::terminal::start(process, 80)
}

#[test]
fn the_secret_of_a_new_key_is_shown_once_on_a_terminal() {
    let home = Home::with_memory();
    let (said, status) = finish(start(home.process(&["create", "ci"])));
    assert_eq!(status, 0, "{said}");
    let secret = said.lines().find_map(|line| line.strip_prefix("secret")).unwrap().trim();
    assert_eq!(said.matches(secret).count(), 1);
    assert!(said.contains("not shown again"), "{said}");
    let mut command = home.command(&["verify"]);
    support::finish(command.write_stdin(secret.to_owned())).expect(0);
}

#[test]
fn what_destroys_asks_and_only_yes_is_a_yes() {
    let home = Home::with_memory();
    let (id, _) = home.create(&["ci"]);
    for (answer, status, state) in
        [("n", 2, "active"), ("", 2, "active"), ("sure", 2, "active"), ("y", 0, "revoked")]
    {
        let mut session = start(home.process(&["revoke", &id]));
        let asked = session.exp_string("[y/N]").unwrap();
        assert!(asked.contains(&format!("Revoke {id} (ci) on local?")), "{asked}");
        session.send_line(answer).unwrap();
        let (said, ended) = finish(session);
        assert_eq!(ended, status, "{answer:?}: {said}");
        assert_eq!(home.keys(&[])[0]["status"], state, "{answer:?}");
    }
}

#[test]
fn yes_beforehand_is_not_asked_again() {
    let home = Home::with_memory();
    let (id, _) = home.create(&["ci"]);
    let (said, status) = finish(start(home.process(&["delete", &id, "--yes"])));
    assert_eq!((status, said.contains("[y/N]")), (0, false), "{said}");
}

#[test]
fn a_rotation_that_is_not_confirmed_leaves_the_old_secret_and_no_file() {
    let home = Home::with_memory();
    let (id, secret) = home.create(&["ci"]);
    let mut session = start(home.process(&["rotate", &id, "--secret-file", "s"]));
    session.exp_string("The old secret is dead at once. [y/N]").unwrap();
    session.send_line("n").unwrap();
    assert_eq!(finish(session).1, 2);
    assert!(!home.path("s").exists());
    support::finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
}

#[test]
fn a_question_that_is_left_with_ctrl_c_leaves_nothing_behind() {
    let home = Home::with_memory();
    let (id, secret) = home.create(&["ci"]);
    let mut session = start(home.process(&["rotate", &id, "--secret-file", "s"]));
    session.exp_string("[y/N]").unwrap();
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    assert!(!home.path("s").exists());
    support::finish(home.command(&["verify"]).write_stdin(secret)).expect(0);
}

#[test]
fn a_secret_to_verify_is_asked_for_and_not_echoed() {
    let home = Home::with_memory();
    let (_, secret) = home.create(&["ci"]);
    let mut session = start(home.process(&["verify"]));
    session.exp_string("Secret: ").unwrap();
    session.send_line(&secret).unwrap();
    let (said, status) = finish(session);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("valid") && !said.contains(&secret), "{said}");
}

#[test]
fn colour_is_for_terminals_unless_it_is_not_wanted() {
    let home = Home::with_memory();
    home.create(&["ci"]);
    let (colored, _) = finish(start(home.process(&["list"])));
    assert!(colored.contains("\u{1b}["), "{colored:?}");
    let mut plain = home.process(&["list"]);
    plain.env("NO_COLOR", "1");
    let (plain, _) = finish(start(plain));
    assert!(plain.contains("ci") && !plain.contains("\u{1b}["), "{plain:?}");
}

#[test]
fn a_table_is_no_wider_than_the_terminal() {
    let home = Home::with_memory();
    home.create(&[
        "a-name-of-some-length",
        "--owner",
        "org_0123456789abcdef",
        "--scope",
        "read,write,deploy,admin",
    ]);
    let mut process = home.process(&["list"]);
    process.env("NO_COLOR", "1");
    let (said, _) = finish(start(process));
    assert!(said.contains("omitted: "), "{said}");
    for line in said.lines().filter(|line| !line.contains("omitted")) {
        assert!(line.trim_end().chars().count() <= 80, "{line:?}");
    }
}
