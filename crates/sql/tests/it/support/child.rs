//! Child processes that run a test of this binary.

use std::env;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// The variable with the URL of the database, for a child.
const URL: &str = "API_KEYS_SQL_TEST_URL";

/// A process that runs one test.
pub(crate) struct Worker {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// The folder of a copied program.
    _program: Option<TempDir>,
}

impl Worker {
    /// Starts the test with a name, such as `kill::worker`.
    pub(crate) fn start(test: &str, url: &str) -> Self {
        Self::spawn(Command::new(env::current_exe().expect("this test")), test, url)
    }

    /// Starts a test that cannot write files beyond a size.
    #[cfg(unix)]
    pub(crate) fn start_limited(test: &str, url: &str, kilobytes: u32) -> Self {
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$@\""), "bash"]);
        shell.arg(env::current_exe().expect("this test"));
        Self::spawn(shell, test, url)
    }

    /// Starts a test as a user that cannot write the files of root.
    #[cfg(unix)]
    pub(crate) fn start_unprivileged(test: &str, url: &str) -> Self {
        use std::os::unix::process::CommandExt as _;

        // The user may not be able to read the folder of this program.
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("test");
        std::fs::copy(env::current_exe().expect("this test"), &program).expect("copied");
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), readable).expect("permissions");
        let id = Command::new("id").arg("-u").output().expect("`id`");
        let is_root = id.stdout.trim_ascii() == b"0";
        let mut command = Command::new(program);
        if is_root {
            command.uid(65_534).gid(65_534);
        }
        Self { _program: Some(folder), ..Self::spawn(command, test, url) }
    }

    fn spawn(mut command: Command, test: &str, url: &str) -> Self {
        let mut child = command
            .args(["--exact", "--nocapture", "--ignored", test])
            .env(URL, url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, lines, _program: None }
    }

    /// Sends a line to the process.
    pub(crate) fn send(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().expect("a pipe"), "{line}").expect("sent");
    }

    /// Returns the next line that begins with a word, without the word.
    pub(crate) fn next(&mut self, word: &str) -> Option<String> {
        let line = |line: String| line.strip_prefix(word).map(|rest| rest.trim().to_owned());
        self.lines.by_ref().map_while(Result::ok).find_map(line)
    }

    /// Kills the process.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
    }

    /// Waits for the end of the process and returns whether it was successful.
    pub(crate) fn wait(&mut self) -> bool {
        while self.lines.next().is_some() {}
        self.child.wait().expect("exited").success()
    }
}

/// Returns the URL of the database that the parent process passes.
pub(crate) fn url() -> String {
    env::var(URL).expect("a URL")
}

/// Returns the line that the parent process sends.
pub(crate) fn line() -> String {
    std::io::stdin().lines().next().and_then(Result::ok).expect("a line")
}
