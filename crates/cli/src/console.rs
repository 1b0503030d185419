//! Standard streams, as terminal or pipe.

use std::fmt;
use std::io::{self, ErrorKind, IsTerminal as _, Write};

use crate::failure::Failure;
use crate::human::clean;

/// Output of the command, and confirmation by its user.
pub struct Console<'a> {
    stdout: &'a mut dyn Write,
    terminal: bool,
    interactive: bool,
    color: bool,
    discarded: bool,
}

impl<'a> Console<'a> {
    /// Creates a console that is not a terminal and not interactive.
    pub fn new(stdout: &'a mut dyn Write, color: bool) -> Self {
        Self { stdout, terminal: false, interactive: false, color, discarded: false }
    }

    /// Creates the console of this process.
    pub fn of_process(stdout: &'a mut io::Stdout) -> Self {
        let terminal = stdout.is_terminal();
        // https://no-color.org: set and not empty.
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let interactive = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { stdout, terminal, interactive, color: terminal && !no_color, discarded: is_null() }
    }

    /// Returns whether standard output is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Returns whether standard output is closed or `/dev/null`.
    pub(crate) fn is_discarded(&self) -> bool {
        self.discarded
    }

    pub(crate) fn color(&self) -> bool {
        self.color
    }

    /// Prints a result. A closed pipe, as by `head`, is not an error.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        match self.write_all(text.as_bytes()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::new("failed to print the result")
                    .caused_by(&error)
                    .status(crate::status::FAILED))
            }
            _ => Ok(()),
        }
    }

    /// Writes and flushes bytes, and reports every error.
    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes)?;
        self.stdout.flush()
    }

    /// Prints a line to standard error.
    pub(crate) fn note(&self, text: impl fmt::Display) {
        note(text);
    }

    /// Prints a warning to standard error.
    pub(crate) fn warn(&self, text: impl fmt::Display) {
        warn(text);
    }

    /// Returns whether the user can be asked.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Asks for a text that is not empty. `option` is the command-line option for it.
    pub(crate) fn ask(&self, question: &str, default: Option<&str>, option: &str) -> Result<String, Failure> {
        if !self.interactive {
            return Err(Failure::new(format!("missing {option}"))
                .detail("not on a terminal")
                .help(format!("pass {option}")));
        }
        let shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
        loop {
            let mut stderr = io::stderr();
            let prompt = write!(stderr, "{}{shown}: ", clean(question)).and_then(|()| stderr.flush());
            let mut input = String::new();
            let read = prompt
                .and_then(|()| io::stdin().read_line(&mut input))
                .map_err(|error| Failure::new("failed to read the answer").caused_by(&error))?;
            match (input.trim(), default) {
                ("", _) if read == 0 => return Err(Failure::new("no answer; nothing was changed")),
                ("", Some(default)) => return Ok(default.to_owned()),
                ("", None) => {}
                (text, _) => return Ok(text.to_owned()),
            }
        }
    }

    /// Asks for confirmation, unless `yes`.
    pub(crate) fn confirm(&self, question: &str, yes: bool) -> Result<(), Failure> {
        if yes {
            return Ok(());
        }
        if !self.interactive {
            return Err(Failure::new("confirmation required, and not on a terminal")
                .detail(clean(question))
                .help("pass --yes to confirm, or --dry-run to preview"));
        }
        let mut stderr = io::stderr();
        let prompt = write!(stderr, "{} [y/N] ", clean(question)).and_then(|()| stderr.flush());
        let mut input = String::new();
        prompt
            .and_then(|()| io::stdin().read_line(&mut input))
            .map_err(|error| Failure::new("failed to ask for confirmation").caused_by(&error))?;
        match input.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::new("not confirmed; nothing was changed")),
        }
    }
}

/// Prints a line to standard error.
pub(crate) fn note(text: impl fmt::Display) {
    // Without standard error, a failure cannot be reported.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a warning to standard error.
pub(crate) fn warn(text: impl fmt::Display) {
    note(format_args!("warning: {text}"));
}

/// Returns whether standard output is `/dev/null`, which the runtime also opens in place of a closed one.
#[cfg(unix)]
fn is_null() -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let Ok(output) = io::stdout().as_fd().try_clone_to_owned() else { return true };
    let output = std::fs::File::from(output).metadata();
    match (output, std::fs::metadata("/dev/null")) {
        (Ok(output), Ok(null)) => output.file_type().is_char_device() && output.rdev() == null.rdev(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_null() -> bool {
    false
}

impl fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("terminal", &self.terminal).finish_non_exhaustive()
    }
}
